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
    TORCHSERVE,
    DJL_SERVING,
    OPENAI,
    MLFLOW,
    SAGEMAKER,
    /** What people send and expect, at {@code /predict}. */
    PREDICT
}
