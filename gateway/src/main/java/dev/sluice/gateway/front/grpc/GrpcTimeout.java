package dev.sluice.gateway.front.grpc;

import dev.sluice.worker.contract.InferenceException;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * Reads {@code grpc-timeout}: how long the client waits.
 *
 * @thread stateless
 * @errors InvalidRequest that names the header
 * @source gRPC over HTTP/2, "Timeout"
 */
final class GrpcTimeout {

    static final String HEADER = "grpc-timeout";

    /** No client says so. */
    static final long NONE = 0;

    private static final int MAX_DIGITS = 8;

    /** More would not fit where it is added to the time. */
    private static final long LONGEST_NANOS = TimeUnit.DAYS.toNanos(365);

    private GrpcTimeout() {}

    /** In nanoseconds, from one to those of a year; {@link #NONE} when the client does not say. */
    static long nanos(List<String> headers) {
        if (headers.isEmpty()) {
            return NONE;
        }
        if (headers.size() > 1) {
            throw InferenceException.invalid(HEADER, "is there " + headers.size() + " times; which one holds?");
        }
        String header = headers.getFirst();
        int digits = header.length() - 1;
        if (digits < 1
                || digits > MAX_DIGITS
                || !header.substring(0, digits).chars().allMatch(GrpcTimeout::isDigit)) {
            throw refused(header);
        }
        long count = Long.parseLong(header.substring(0, digits));
        return Math.clamp(unit(header).toNanos(count), 1, LONGEST_NANOS);
    }

    private static boolean isDigit(int character) {
        return character >= '0' && character <= '9';
    }

    private static TimeUnit unit(String header) {
        return switch (header.charAt(header.length() - 1)) {
            case 'H' -> TimeUnit.HOURS;
            case 'M' -> TimeUnit.MINUTES;
            case 'S' -> TimeUnit.SECONDS;
            case 'm' -> TimeUnit.MILLISECONDS;
            case 'u' -> TimeUnit.MICROSECONDS;
            case 'n' -> TimeUnit.NANOSECONDS;
            default -> throw refused(header);
        };
    }

    private static InferenceException refused(String header) {
        return InferenceException.invalid(
                HEADER,
                "expected 1 to " + MAX_DIGITS + " digits and one of H, M, S, m, u, n; got "
                        + InferenceException.quoted(header));
    }
}
