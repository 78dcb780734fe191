package dev.sluice.gateway.front;

/**
 * What a request came by.
 *
 * @thread immutable
 */
public enum Protocol {
    HTTP,
    WEBSOCKET,
    GRPC,
    TENSORFLOW_SERVING,
    TENSORFLOW_SERVING_GRPC,
    KSERVE_V1,
    /** Pictures in and labels out, at {@code /predict}. */
    PREDICT
}
