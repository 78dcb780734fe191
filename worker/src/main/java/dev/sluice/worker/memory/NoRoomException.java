package dev.sluice.worker.memory;

/** Says that a model takes more memory than there will ever be for it, in words for its owner. */
public final class NoRoomException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    public NoRoomException(String why) {
        super(why);
    }
}
