package dev.sluice.gateway.front;

import dev.sluice.worker.contract.ModelId;
import org.jspecify.annotations.Nullable;

/**
 * Hears of every inference request that a front has answered; metrics and statistics implement it.
 *
 * @thread called on the front loop that answered; must not block
 */
@FunctionalInterface
public interface RequestListener {

    RequestListener NONE = (protocol, model, outcome, nanos) -> {};

    /** The outcome of a request that was answered with what it asked for. */
    String SUCCESS = "success";

    /**
     * A request is over.
     *
     * @param model null when the request named none that is known
     * @param outcome {@link #SUCCESS}, or the word that {@link StatusMapping#outcome} has for the error
     * @param nanos from the arrival of its head until its answer was handed to the socket
     */
    void completed(Protocol protocol, @Nullable ModelId model, String outcome, long nanos);

    /** A part of an answer has been given, and its request goes on. */
    default void partGiven(ModelId model) {}

    /** Both hear everything, this one first. */
    default RequestListener and(RequestListener next) {
        return equals(NONE) ? next : new Both(this, next);
    }

    /**
     * Two that hear the same.
     *
     * @thread as its listeners
     */
    record Both(RequestListener first, RequestListener next) implements RequestListener {

        @Override
        public void completed(Protocol protocol, @Nullable ModelId model, String outcome, long nanos) {
            first.completed(protocol, model, outcome, nanos);
            next.completed(protocol, model, outcome, nanos);
        }

        @Override
        public void partGiven(ModelId model) {
            first.partGiven(model);
            next.partGiven(model);
        }
    }
}
