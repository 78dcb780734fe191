package dev.sluice.worker.settings;

/** A text is no value of its setting; the message goes on from the setting's name: {@code is not a whole number}. */
final class InvalidValueException extends Exception {

    private static final long serialVersionUID = 1L;

    InvalidValueException(String message) {
        super(message, null, false, false);
    }
}
