package dev.sluice.worker.pipeline;

/**
 * What a stage gave does not fit the next; the message is for clients.
 */
final class Unfit extends Exception {

    private static final long serialVersionUID = 1;

    Unfit(String message) {
        super(message, null, false, false);
    }

    @Override
    public String getMessage() {
        return String.valueOf(super.getMessage());
    }
}
