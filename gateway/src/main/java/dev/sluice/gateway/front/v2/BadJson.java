package dev.sluice.gateway.front.v2;

/** A value that cannot be read; whoever knows where it stands turns it into an error that says so. */
public final class BadJson extends RuntimeException {

    private static final long serialVersionUID = 1L;

    BadJson(String reason) {
        super(reason, null, false, false);
    }

    public String reason() {
        return String.valueOf(getMessage());
    }
}
