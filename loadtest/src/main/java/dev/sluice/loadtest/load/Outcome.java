package dev.sluice.loadtest.load;

import java.util.Locale;

/** What became of a planned request; exactly one of these. */
public enum Outcome {
    /** 200 within the deadline, counted from the planned moment: the only one that makes goodput. */
    IN_TIME,
    LATE,
    /** 429 with Retry-After. */
    THROTTLED,
    /** 503 with Retry-After. */
    OVERLOADED,
    /** 504. */
    EXPIRED,
    /** Any other answer, among them refusals that do not say when to come back. */
    ERROR,
    /** No connection, or one that broke before the answer was whole. */
    BROKEN,
    /** No answer within the generator's patience. */
    GAVE_UP,
    /** All connections were busy. */
    NOT_SENT;

    private static final int OK = 200;
    private static final int TOO_MANY_REQUESTS = 429;
    private static final int UNAVAILABLE = 503;
    private static final int GATEWAY_TIMEOUT = 504;

    static Outcome of(int status, boolean saysWhenToComeBack, boolean inTime) {
        return switch (status) {
            case OK -> inTime ? IN_TIME : LATE;
            case TOO_MANY_REQUESTS -> saysWhenToComeBack ? THROTTLED : ERROR;
            case UNAVAILABLE -> saysWhenToComeBack ? OVERLOADED : ERROR;
            case GATEWAY_TIMEOUT -> EXPIRED;
            default -> ERROR;
        };
    }

    /** The answer that was asked for, in time or not. */
    public boolean served() {
        return this == IN_TIME || this == LATE;
    }

    /** A refusal as it should be: at once or at the deadline, with the reason in its status. */
    public boolean refused() {
        return this == THROTTLED || this == OVERLOADED || this == EXPIRED;
    }

    /** What no load should bring about. */
    public boolean failed() {
        return this == ERROR || this == BROKEN || this == GAVE_UP;
    }

    /** As in tables and files. */
    public String label() {
        return name().toLowerCase(Locale.ROOT);
    }
}
