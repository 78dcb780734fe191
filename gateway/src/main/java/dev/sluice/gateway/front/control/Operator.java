package dev.sluice.gateway.front.control;

/**
 * Who wants something changed.
 *
 * @param api by which of our interfaces
 * @param address where the request came from
 * @param name what the server calls the client
 * @param requestId under which logs speak of the request
 */
public record Operator(Api api, String address, String name, String requestId) {

    /** The interfaces by which changes may be asked for. */
    public enum Api {
        ADMIN,
        HTTP,
        GRPC,
        /** Nobody asked: a {@link TrialKeeper} does. */
        GUARD
    }
}
