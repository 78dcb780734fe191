package dev.sluice.gateway.front.call;

import dev.sluice.gateway.dispatch.ModelEndpoint;
import dev.sluice.worker.contract.InferenceError;
import dev.sluice.worker.contract.InferenceException;
import dev.sluice.worker.contract.InferenceOutcome;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Who answers a request that the one that was asked could not: the stable version, a fallback, or what was loaded in its place.
 *
 * @thread confined to one front loop
 */
final class Successors {

    private static final Logger LOG = LoggerFactory.getLogger(Successors.class);

    private final FrontParts parts;
    private final Routing routing;

    Successors(FrontParts parts, Routing routing) {
        this.parts = parts;
        this.routing = routing;
    }

    /**
     * How it goes on after that outcome; null when it is over with it, as it is if nobody can be found.
     *
     * @throws InferenceException Overloaded, where who would take it over has no room
     */
    @Nullable
    Answering next(Answering answering, InferenceOutcome outcome) {
        try {
            return answering.hasBegun()
                    ? null
                    : switch (outcome) {
                        case InferenceError.CircuitOpen opened -> byStableOrFallback(answering, opened);
                        case InferenceError.EngineFailure failed -> byStable(answering, failed);
                        case InferenceError.Overloaded full -> byStable(answering, full);
                        case InferenceError.InvalidRequest invalid -> byStable(answering, invalid);
                        case InferenceError.ModelNotReady left -> bySuccessor(answering);
                        case InferenceError.Draining left -> bySuccessor(answering);
                        case InferenceOutcome other -> null;
                    };
        } catch (InferenceException noRoom) {
            throw noRoom;
        } catch (RuntimeException | OutOfMemoryError failure) {
            LOG.error(
                    "request {} could not be given to another model",
                    answering.call().requestId(),
                    failure);
            return null;
        }
    }

    /** A version that is on trial has failed it. */
    private @Nullable Answering byStable(Answering answering, InferenceError failure) {
        @Nullable
        ModelEndpoint stable = routing.rescue(answering.call(), answering.request(), answering.endpoint(), failure);
        return stable == null ? null : answering.by(stable);
    }

    private @Nullable Answering byStableOrFallback(Answering answering, InferenceError opened) {
        @Nullable Answering stable = byStable(answering, opened);
        return stable == null ? byFallback(answering) : stable;
    }

    /** The circuit opened on the way; the model that stands in has nobody to stand in for itself. */
    private @Nullable Answering byFallback(Answering answering) {
        ModelEndpoint fallback = parts.models()
                .circuits()
                .fallback(answering.endpoint(), parts.ticker().nanos());
        if (fallback == null) {
            return null;
        }
        answering.call().standsIn(fallback.model());
        return answering.by(fallback);
    }

    /** The version was unloaded, or loaded anew, on the way, and none of its answer has been given. */
    private @Nullable Answering bySuccessor(Answering answering) {
        ModelEndpoint successor =
                parts.models().inPlaceOf(answering.endpoint(), answering.call().isVersionOpen());
        return successor == null ? null : answering.by(successor);
    }
}
