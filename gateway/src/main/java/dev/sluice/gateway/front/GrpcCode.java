package dev.sluice.gateway.front;

/**
 * The status codes of gRPC that are said here; each has its published number.
 *
 * @source gRPC, "Status codes and their use in gRPC"
 */
public enum GrpcCode {
    OK(0),
    CANCELLED(1),
    INVALID_ARGUMENT(3),
    DEADLINE_EXCEEDED(4),
    NOT_FOUND(5),
    PERMISSION_DENIED(7),
    RESOURCE_EXHAUSTED(8),
    FAILED_PRECONDITION(9),
    UNIMPLEMENTED(12),
    INTERNAL(13),
    UNAVAILABLE(14),
    UNAUTHENTICATED(16);

    private final int number;

    GrpcCode(int number) {
        this.number = number;
    }

    /** As it stands in {@code grpc-status}. */
    public int number() {
        return number;
    }
}
