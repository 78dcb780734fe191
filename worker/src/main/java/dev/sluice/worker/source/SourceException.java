package dev.sluice.worker.source;

import java.io.IOException;
import java.io.Serial;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Why a version could not be had from its source, with a message for people, and whether it may be had later.
 */
public final class SourceException extends IOException {

    @Serial
    private static final long serialVersionUID = 1L;

    /** Whether trying again makes sense. */
    public enum Again {
        /** The same would happen: the source is refused, or it has other bytes than it should. */
        NEVER,
        /** Somebody must do something first, whom nobody tells us of: a missing file, a full disk. */
        LATER,
        /** It fails for the moment. */
        SOON,
        /** Another version, or another server, is getting the same just now. */
        TAKEN
    }

    private final Again again;
    private final Duration after;
    private final String told;

    SourceException(Again again, String message) {
        this(again, message, Duration.ZERO, null);
    }

    SourceException(Again again, String message, Duration after, @Nullable Throwable cause) {
        this(again, message, after, "", cause);
    }

    private SourceException(Again again, String message, Duration after, String told, @Nullable Throwable cause) {
        super(message, cause);
        this.again = again;
        this.after = after;
        this.told = told;
    }

    static SourceException never(String message) {
        return new SourceException(Again.NEVER, message);
    }

    static SourceException soon(String message, @Nullable Throwable cause) {
        return new SourceException(Again.SOON, message, Duration.ZERO, cause);
    }

    @Override
    public String getMessage() {
        return String.valueOf(super.getMessage());
    }

    public Again again() {
        return again;
    }

    /** How long its server wants to be left alone; zero if it said nothing. */
    public Duration after() {
        return after;
    }

    /**
     * As much of it as its server has said itself, as in {@code it redirects to ...}: for who may not learn from us
     * which hosts there are. Empty for everything else.
     */
    public String told() {
        return told;
    }

    /** Of a redirect that is not followed; what is told names no more than the host that it leads to. */
    static SourceException ofRedirect(String message, String told) {
        return new SourceException(Again.NEVER, message, Duration.ZERO, told, null);
    }

    /** Of a status of HTTP, which S3 speaks as well. */
    static SourceException ofStatus(String from, int status, String more, Duration after) {
        Again again = isPassing(status) ? Again.SOON : Again.LATER;
        String answer = "answers with status " + status;
        return new SourceException(again, from + " " + answer + more, after, "its server " + answer, null);
    }

    private static boolean isPassing(int status) {
        return status >= 500 || status == 408 || status == 425 || status == 429;
    }
}
