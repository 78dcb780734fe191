package dev.sluice.gateway.front.mlflow;

/** Says what is wrong with the form of a table, in the words of MLflow already; without a stack trace, as refusals are. */
final class FrameException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final String text;

    FrameException(String text) {
        super(text, null, false, false);
        this.text = text;
    }

    String text() {
        return text;
    }
}
