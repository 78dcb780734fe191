package dev.sluice.gateway.dispatch;

import dev.sluice.worker.contract.InferenceError;
import dev.sluice.worker.contract.ModelCommand;
import dev.sluice.worker.contract.ModelCommand.Outcome;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.eventbus.DeliveryOptions;
import io.vertx.core.eventbus.Message;
import io.vertx.core.eventbus.ReplyException;
import io.vertx.core.eventbus.ReplyFailure;
import java.time.Duration;

/**
 * Has the worker side do what an operator wants, and waits until it has been done.
 *
 * @thread any; the future, which never fails, completes on the context that asked
 * @errors Starting before the workers listen, Draining when they have gone, Overloaded beyond {@link #PATIENCE}, or
 *     {@link #VETTING}
 */
public final class ModelCommands {

    /** Longer than any model that fits a machine takes to be read and warmed up. */
    public static final Duration PATIENCE = Duration.ofMinutes(10);

    /** Files are looked at for it, which is over at once unless their file system hangs. */
    private static final Duration VETTING = Duration.ofSeconds(10);

    private final Vertx vertx;
    private final ModelDirectory models;
    private final Duration vetting;

    public ModelCommands(Vertx vertx, ModelDirectory models) {
        this(vertx, models, VETTING);
    }

    ModelCommands(Vertx vertx, ModelDirectory models, Duration vetting) {
        this.vertx = vertx;
        this.models = models;
        this.vetting = vetting;
    }

    public Future<Outcome> send(ModelCommand command) {
        if (!models.isComplete()) {
            return Future.succeededFuture(refused(new InferenceError.Starting()));
        }
        InferenceError late = command instanceof ModelCommand.Vet
                ? new InferenceError.Overloaded(
                        "nothing is ordered, for it could not be looked at within " + vetting.toSeconds() + " s",
                        InferenceError.RETRY_SOON_MILLIS)
                : new InferenceError.Overloaded(
                        "this is not done after " + PATIENCE.toMinutes() + " minutes, and goes on",
                        InferenceError.NO_RETRY);
        Duration patience = command instanceof ModelCommand.Vet ? vetting : PATIENCE;
        DeliveryOptions delivery = new DeliveryOptions().setLocalOnly(true).setSendTimeout(patience.toMillis());
        return vertx.eventBus()
                .<Outcome>request(ModelCommand.ADDRESS, command, delivery)
                .map(Message::body)
                .recover(cause -> Future.succeededFuture(refused(refusal(cause, late))));
    }

    private static Outcome refused(InferenceError why) {
        return new Outcome(why, "");
    }

    private static InferenceError refusal(Throwable cause, InferenceError late) {
        return cause instanceof ReplyException reply && reply.failureType() == ReplyFailure.NO_HANDLERS
                ? new InferenceError.Draining()
                : late;
    }
}
