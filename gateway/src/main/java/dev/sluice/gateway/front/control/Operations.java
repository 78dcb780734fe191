package dev.sluice.gateway.front.control;

import dev.sluice.gateway.dispatch.ModelCommands;
import dev.sluice.worker.contract.InferenceError;
import dev.sluice.worker.contract.ModelCommand;
import dev.sluice.worker.contract.ModelCommand.Outcome;
import io.vertx.core.Future;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;

/**
 * What operators can have done: commands to models, and the stop of the process. Each is kept in the {@link AuditLog}, and
 * nobody is told that it is done before that.
 *
 * @thread any; futures, which never fail, complete on the context that asked
 * @bound {@value #MOST_AT_ONCE} commands that are not over
 * @errors Overloaded beyond that, Draining when the process stops; as outcomes
 */
public final class Operations {

    /** Far more than operators give, and few enough to wait on the worker side without being dropped there. */
    static final int MOST_AT_ONCE = 64;

    private final ModelCommands commands;
    private final AuditLog audit;
    private final BooleanSupplier draining;
    private final Runnable stop;
    private final AtomicInteger underWay = new AtomicInteger();

    /**
     * @param draining whether the process stops
     * @param stop begins to stop it, as a signal would
     */
    public Operations(ModelCommands commands, AuditLog audit, BooleanSupplier draining, Runnable stop) {
        this.commands = commands;
        this.audit = audit;
        this.draining = draining;
        this.stop = stop;
    }

    /** Has that done; complete when it has been done, or refused. */
    public Future<Outcome> order(ModelCommand command, Operator operator) {
        int orders = underWay.incrementAndGet();
        return outcome(command, orders)
                .compose(outcome -> audit.add(operator, Change.of(command), outcome))
                .onComplete(over -> underWay.decrementAndGet());
    }

    /** Refused if that would be, as far as is known at once; only then it is kept, as an order that was refused. */
    public Future<Outcome> vet(ModelCommand.Source command, Operator operator) {
        int orders = underWay.incrementAndGet();
        return outcome(new ModelCommand.Vet(command), orders)
                .compose(outcome -> outcome.refusal() == null
                        ? Future.succeededFuture(outcome)
                        : audit.add(operator, Change.of(command), outcome))
                .onComplete(over -> underWay.decrementAndGet());
    }

    private Future<Outcome> outcome(ModelCommand command, int orders) {
        if (draining.getAsBoolean()) {
            return Future.succeededFuture(new Outcome(new InferenceError.Draining(), ""));
        }
        if (orders > MOST_AT_ONCE) {
            InferenceError tooMany = new InferenceError.Overloaded(
                    MOST_AT_ONCE + " commands are under way already", InferenceError.RETRY_SOON_MILLIS);
            return Future.succeededFuture(new Outcome(tooMany, ""));
        }
        return commands.send(command);
    }

    /** What has been done, where that can be asked for. */
    public Optional<ChangeHistory> history() {
        return audit.history();
    }

    /**
     * Has the process stop. Complete when that is in the log; it begins when the answer is run, so that whoever asked can be
     * told before connections are ended.
     */
    public Future<Runnable> drain(Operator operator) {
        return audit.add(operator, Change.DRAIN, new Outcome(null, "draining")).map(kept -> stop);
    }
}
