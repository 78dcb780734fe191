package dev.sluice.gateway.front.call;

import dev.sluice.gateway.admit.Admission;
import dev.sluice.gateway.admit.AdmitOptions;
import dev.sluice.gateway.admit.ByteBudget;
import dev.sluice.gateway.admit.RequestHead;
import dev.sluice.gateway.dispatch.ModelEndpoint;
import dev.sluice.gateway.front.RequestListener;
import dev.sluice.gateway.front.RequestedModel;
import dev.sluice.gateway.front.StatusMapping;
import dev.sluice.gateway.front.TensorBuffers;
import dev.sluice.gateway.front.v2.DecodedRequest;
import dev.sluice.gateway.pipeline.InferencePipeline;
import dev.sluice.gateway.security.KeyHolder;
import dev.sluice.gateway.transform.OutputWork;
import dev.sluice.worker.contract.Deadline;
import dev.sluice.worker.contract.InferenceError;
import dev.sluice.worker.contract.InferenceException;
import dev.sluice.worker.contract.InferenceOutcome;
import dev.sluice.worker.contract.InferenceRequest;
import dev.sluice.worker.contract.InferenceResponse;
import dev.sluice.worker.contract.ModelId;
import dev.sluice.worker.contract.PluginException;
import io.vertx.core.Future;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes the inference requests of one front loop from what their heads say to their answers, whatever protocol they came
 * by: the fronts differ in how a request is read and how an answer is written, and in nothing else.
 *
 * <p>A front asks {@link #endpoint}, {@link #entry} and {@link #room} in this order before it reads a request whole, and
 * with {@link #infer} or {@link #refuse} the request is over for it: each call is answered once.
 *
 * @thread confined to one front loop
 * @errors every {@link InferenceError}, as answers
 * @owns the memory of a request's inputs, given back when the outcome shows that nobody reads it any more; its bytes of
 *     the budget until the outcome is there
 */
public final class Serving {

    private static final Logger LOG = LoggerFactory.getLogger(Serving.class);

    private static final InferenceError LOST_KEY =
            new InferenceError.Unauthenticated("the key that opened this stream holds no more");

    private final InferencePipeline pipeline;
    private final FrontParts parts;
    private final Routing routing;
    private final Successors successors;
    private final CachedCalls cached;
    private final OutputCalls outputs;
    private final ByteBudget budget;
    private final TensorBuffers buffers;
    private final WayBack wayBack = new WayBack();
    private final Shadows shadows;

    public Serving(InferencePipeline pipeline, FrontParts parts) {
        this.pipeline = pipeline;
        this.parts = parts;
        this.routing = new Routing(parts);
        this.successors = new Successors(parts, routing);
        this.cached = new CachedCalls(parts, this::infer, this::finish);
        this.budget = parts.admission().bodies();
        this.outputs = new OutputCalls(parts.transforms(), budget, parts.ticker(), this::made);
        this.buffers = new TensorBuffers(budget);
        this.shadows = new Shadows(pipeline, parts, buffers);
    }

    public FrontParts parts() {
        return parts;
    }

    /** Where the tensors of this loop's requests lie. */
    public TensorBuffers buffers() {
        return buffers;
    }

    /**
     * Who is to answer: the model that was asked, or a version of it that is on trial, or its fallback while its circuit is
     * open. Whose key has been taken out does not learn which models there are.
     *
     * @throws InferenceException Unauthenticated, UnknownModel, ModelNotReady, CircuitOpen
     */
    public ModelEndpoint endpoint(Call call, RequestedModel requested) {
        KeyHolder holder = call.keyHolder();
        if (holder != null && holder.hasLostItsKey()) {
            throw new InferenceException(LOST_KEY);
        }
        call.asks(requested);
        ModelEndpoint asked = routing.byHead(call, requested);
        ModelEndpoint endpoint =
                parts.models().circuits().answering(asked, parts.ticker().nanos());
        if (!endpoint.equals(asked)) {
            call.standsIn(endpoint.model());
        }
        return endpoint;
    }

    /** Why the quotas do not let the call in; null when it has its place in them. */
    public @Nullable InferenceError entry(Call call, ModelId model) {
        return switch (parts.admission().rates().begin(call.client(), model.name())) {
            case Admission.Admitted(var place) -> {
                call.hold(place);
                yield null;
            }
            case Admission.Refused(InferenceError why) -> why;
        };
    }

    /**
     * Why what follows that head is not worth reading; null when there is room for it. What a version on trial has no
     * room for, the stable one answers.
     */
    public @Nullable InferenceError room(RequestHead head) {
        @Nullable ModelId stable = routing.besides(head.model());
        return parts.admission().refusal(stable == null ? head : head.to(stable));
    }

    /** Reads a request with that codec, has it answered, and tells the call. */
    public void infer(Call call, RequestHead head, ModelEndpoint endpoint, RequestCodec codec) {
        try {
            DecodedRequest decoded = codec.decode(endpoint, buffers);
            ModelEndpoint by = routing.byBody(call, endpoint, decoded.routingKey());
            @Nullable PartialAnswer partial = partial(call, by, decoded);
            RequestHead itsHead = head.to(by.model());
            InferenceRequest request = request(call, itsHead, decoded);
            @Nullable InferenceError noRoom = parts.admission().compare(itsHead, request);
            request = partial == null ? request : request.to(partial);
            Answering answering = new Answering(call, by, request, decoded.form(), partial, buffers.settle());
            switch (noRoom) {
                case null -> cached.begin(answering);
                case InferenceError.InvalidRequest beyondQuota -> finish(answering, beyondQuota);
                case InferenceError full -> withoutRoom(answering, full);
            }
        } catch (InferenceException refused) {
            refuse(call, endpoint.model(), refused.error());
        } catch (RuntimeException | OutOfMemoryError failure) {
            refuse(call, endpoint.model(), failed(call, failure));
        } finally {
            budget.release(buffers.settle()); // of those that did not set out
        }
    }

    private @Nullable PartialAnswer partial(Call call, ModelEndpoint endpoint, DecodedRequest decoded) {
        try {
            return PartialAnswer.of(call, endpoint, decoded.form(), parts.listener());
        } catch (InferenceException refused) {
            decoded.inputs().forEach(input -> buffers.giveBack(input.data()));
            throw refused;
        }
    }

    private InferenceRequest request(Call call, RequestHead head, DecodedRequest decoded) {
        Duration timeout = timeout(head, decoded);
        call.endsBy(Deadline.after(timeout, call.startNanos()));
        return new InferenceRequest(
                head.model(),
                call.requestId(),
                decoded.inputs(),
                decoded.outputs(),
                decoded.rows(),
                head.priority() == RequestHead.UNSAID ? decoded.priority() : head.priority(),
                head.client(),
                wayBack.deadline(timeout, call.startNanos()),
                call.cancellation());
    }

    /** What its body says, but no longer than its head; both may be silent. */
    private Duration timeout(RequestHead head, DecodedRequest decoded) {
        AdmitOptions limits = parts.admitOptions();
        @Nullable Duration inBody = decoded.timeout();
        if (head.timeoutNanos() == RequestHead.UNSAID) {
            return limits.shortened(inBody == null ? limits.requestTimeout() : inBody);
        }
        Duration inHead = limits.shortened(Duration.ofNanos(head.timeoutNanos()));
        return inBody == null || inHead.compareTo(inBody) < 0 ? inHead : inBody;
    }

    /** Without an outcome to come, nobody else would answer it and give back what it holds. */
    private void infer(Answering answering) {
        long sinceNanos = parts.ticker().nanos();
        Future<InferenceOutcome> outcome;
        try {
            outcome = pipeline.infer(answering.endpoint(), answering.request());
        } catch (RuntimeException | OutOfMemoryError failure) {
            finish(answering.givenUp(), failed(answering.call(), failure));
            return;
        }
        outcome.onSuccess(end -> ended(answering, end, parts.ticker().nanos() - sinceNanos));
    }

    private void ended(Answering answering, InferenceOutcome end, long nanos) {
        routing.ended(answering.call(), answering.endpoint(), end, nanos, !answering.leftBehind());
        goOn(answering, end);
    }

    /** Admission has none, which says nothing of the version that was to answer. */
    private void withoutRoom(Answering answering, InferenceError full) {
        routing.turnedAway(answering.call());
        goOn(answering, full);
    }

    private void goOn(Answering answering, InferenceOutcome end) {
        @Nullable Answering next;
        try {
            next = successors.next(answering, end);
        } catch (InferenceException noRoom) {
            finish(answering.givenUp(), noRoom.error());
            return;
        }
        if (next == null) {
            finish(answering, end);
        } else {
            infer(next);
        }
    }

    private void finish(Answering answering, InferenceOutcome outcome) {
        Shadows.@Nullable Copy copy = copy(answering, outcome);
        if (copy == null) {
            free(answering, outcome);
        }
        @Nullable
        InferenceError partFailure =
                answering.partial() == null ? null : answering.partial().failure();
        switch (partFailure == null ? outcome : partFailure) {
            case InferenceError error ->
                refuse(answering.call(), answering.endpoint().model(), error);
            case InferenceResponse response -> answer(answering, response);
        }
        tellFollowers(answering, outcome);
        if (copy != null) {
            copy.setOut();
        }
    }

    /** Behind its own answer, which does not fail with what is kept of it. */
    private static void tellFollowers(Answering answering, InferenceOutcome outcome) {
        try {
            answering.tellFollowers(outcome);
        } catch (RuntimeException | OutOfMemoryError failure) {
            LOG.error("the answer to request {} is not kept", answering.call().requestId(), failure);
        }
    }

    private Shadows.@Nullable Copy copy(Answering answering, InferenceOutcome outcome) {
        if (answering.leftBehind() || answering.partial() != null) {
            return null;
        }
        try {
            return shadows.of(
                    answering.call(), answering.endpoint(), answering.request(), outcome, answering.tensorBytes());
        } catch (RuntimeException | OutOfMemoryError failure) { // which is nothing to the original
            LOG.error("request {} could not be copied", answering.call().requestId(), failure);
            return null;
        }
    }

    private void free(Answering answering, InferenceOutcome outcome) {
        budget.release(answering.tensorBytes());
        if (!answering.leftBehind() && inputsAreFree(outcome)) {
            answering.request().inputs().forEach(input -> buffers.giveBack(input.data()));
        }
    }

    /**
     * Only these outcomes come from the batcher alone, or from before it; after any other a worker thread may still
     * read the inputs.
     */
    static boolean inputsAreFree(InferenceOutcome outcome) {
        return outcome instanceof InferenceResponse
                || (outcome instanceof InferenceError error && error.promisesThatInputsAreFree());
    }

    /** What takes longer than a turn of the loop may is made elsewhere, and given when it is back: {@link #made}. */
    private void answer(Answering answering, InferenceResponse response) {
        orRefuse(answering, () -> {
            if (answering.call().isOpen()) {
                answering.tellUse(response);
            }
            OutputWork work = answering.call().work(answering.endpoint(), response);
            if (work.isSmall()) {
                give(answering, response);
            } else {
                outputs.begin(answering, response, work);
            }
        });
    }

    private void made(Answering answering, InferenceOutcome outcome) {
        switch (outcome) {
            case InferenceError error ->
                refuse(answering.call(), answering.endpoint().model(), error);
            case InferenceResponse response -> orRefuse(answering, () -> give(answering, response));
        }
    }

    private void give(Answering answering, InferenceResponse response) {
        boolean stillThere = answering.call().isOpen();
        answering.call().leave();
        answering.call().answer(answering.endpoint(), answering.placed(response), answering.form());
        completed(answering.call(), answering.endpoint().model(), stillThere ? RequestListener.SUCCESS : "cancelled");
        wayBack.took(parts.ticker().nanos() - response.timing().readyNanos());
    }

    private void orRefuse(Answering answering, Runnable step) {
        ModelId model = answering.endpoint().model();
        try {
            step.run();
        } catch (InferenceException refused) {
            refuse(answering.call(), model, refused.error());
        } catch (RuntimeException | OutOfMemoryError failure) {
            refuse(answering.call(), model, failed(answering.call(), failure));
        }
    }

    /**
     * Ends a call with an error.
     *
     * @param model null when it named none that is known
     */
    public void refuse(Call call, @Nullable ModelId model, InferenceError error) {
        call.leave();
        call.refuse(error);
        completed(call, model, StatusMapping.outcome(error));
    }

    /** The model that an error names, for those that come before anything else is known of it; null for the others. */
    public static @Nullable ModelId modelOf(InferenceError error) {
        return error instanceof InferenceError.CircuitOpen open ? open.model() : null;
    }

    /** Nobody above us would answer the client: what goes wrong in a callback of Vert.x is only logged there. */
    public static InferenceError failed(Call call, Throwable failure) {
        LOG.error("request {} failed in the front", call.requestId(), failure);
        if (failure instanceof OutOfMemoryError) {
            return noMemory();
        }
        return failure instanceof PluginException users
                ? new InferenceError.EngineFailure(call.requestId(), "the plug-in " + users.plugin() + " failed")
                : new InferenceError.EngineFailure(call.requestId());
    }

    /** The refusal of a request that the heap has no room for. */
    public static InferenceError noMemory() {
        return new InferenceError.Overloaded(
                "the server has no memory for this request now", InferenceError.RETRY_SOON_MILLIS);
    }

    private void completed(Call call, @Nullable ModelId model, String outcome) {
        parts.listener()
                .completed(call.protocol(), model, outcome, parts.ticker().nanos() - call.startNanos());
    }

    /**
     * Reads what a client sent as a request to that model.
     *
     * @thread called at once, on the front loop
     */
    @FunctionalInterface
    public interface RequestCodec {

        /**
         * Checks it against the model's signature; its tensors lie in memory of these buffers, or are views of what came.
         *
         * @throws InferenceException InvalidRequest, PayloadTooLarge; what had been taken from the buffers is back there
         */
        DecodedRequest decode(ModelEndpoint endpoint, TensorBuffers buffers);
    }
}
