package dev.sluice.gateway.fake;

import dev.sluice.gateway.dispatch.ModelEndpoint;
import dev.sluice.worker.contract.Cancellation;
import dev.sluice.worker.contract.Capacity;
import dev.sluice.worker.contract.Deadline;
import dev.sluice.worker.contract.InferenceOutcome;
import dev.sluice.worker.contract.InferenceRequest;
import dev.sluice.worker.contract.ModelId;
import dev.sluice.worker.contract.ModelReport;
import dev.sluice.worker.contract.OutcomeGroup;
import dev.sluice.worker.contract.RequestGroup;
import dev.sluice.worker.contract.Signature;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Handler;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.function.Function;

/** A model that a test's own consumer serves, and requests to it. */
public final class Crossing {

    public static final ModelId MODEL = new ModelId("echo", 1);
    public static final String ADDRESS = "test.batcher.echo";
    public static final ModelEndpoint ENDPOINT = endpoint(ADDRESS);

    private Crossing() {}

    public static ModelEndpoint endpoint(String address) {
        return new ModelEndpoint(
                MODEL,
                new ModelReport.Description(
                        "test", new Signature(List.of(), List.of(), true), List.of(), 8, 1, address));
    }

    public static InferenceRequest request(String id, long deadlineNanos) {
        return request(id, deadlineNanos, Cancellation.NEVER);
    }

    public static InferenceRequest request(String id, long deadlineNanos, Cancellation cancellation) {
        return new InferenceRequest(
                MODEL, id, List.of(), List.of("y"), 1, 0, "", new Deadline(deadlineNanos), cancellation);
    }

    /** Stands where a batcher would, and hears of every group. */
    public static void serve(Vertx vertx, String address, Handler<RequestGroup> handler) {
        Wait.forResult(vertx.eventBus()
                .<RequestGroup>consumer(address, message -> handler.handle(message.body()))
                .completion());
    }

    /** Answers every request at once. */
    public static void answer(Vertx vertx, Function<InferenceRequest, InferenceOutcome> answers) {
        serve(vertx, ADDRESS, group -> reply(vertx, group, answers));
    }

    /** Answers a whole group in one message. */
    public static void reply(Vertx vertx, RequestGroup group, Function<InferenceRequest, InferenceOutcome> answers) {
        List<OutcomeGroup.Entry> outcomes = new ArrayList<>();
        for (RequestGroup.Entry entry : group.entries()) {
            if (entry instanceof RequestGroup.Submit(long ticket, InferenceRequest request)) {
                outcomes.add(new OutcomeGroup.Entry(ticket, answers.apply(request)));
            }
        }
        vertx.eventBus().send(group.replyAddress(), new OutcomeGroup(MODEL, Capacity.UNKNOWN, outcomes));
    }

    /** What {@code action} returns when it is run on an event loop, all of it in one turn. */
    public static <T> T onLoop(Context loop, Callable<T> action) {
        Promise<T> done = Promise.promise();
        loop.runOnContext(turn -> {
            try {
                done.complete(action.call());
            } catch (Exception | AssertionError failure) {
                done.fail(failure);
            }
        });
        return Wait.forResult(done.future());
    }

    /** The result of a future that is made on an event loop. */
    public static <T> T resultOnLoop(Context loop, Callable<Future<T>> action) {
        return Wait.forResult(onLoop(loop, action));
    }
}
