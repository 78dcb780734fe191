package dev.sluice.worker;

import dev.sluice.worker.batch.Completion;
import dev.sluice.worker.batch.Pending;
import dev.sluice.worker.contract.AnsweredBatch;
import dev.sluice.worker.contract.BatchListener;
import dev.sluice.worker.contract.Capacity;
import dev.sluice.worker.contract.InferenceError;
import dev.sluice.worker.contract.InferenceOutcome;
import dev.sluice.worker.contract.InferenceRequest;
import dev.sluice.worker.contract.InferenceResponse;
import dev.sluice.worker.contract.ModelId;
import dev.sluice.worker.contract.RequestGroup;
import dev.sluice.worker.contract.Ticker;
import dev.sluice.worker.pipeline.Computation;
import dev.sluice.worker.pipeline.PipelineCapacity;
import dev.sluice.worker.pipeline.PipelinePlan;
import dev.sluice.worker.pipeline.PipelineRun;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Takes the requests to a pipeline, in place of a batcher, and asks the batchers of its stages.
 *
 * <p>For the gateway side it is a batcher like any other, and for the stages a front loop like any other: so what holds for
 * requests there holds for each of its own, and its stages are batched together with whoever else asks their models.
 *
 * @thread an event loop of its own; {@link #bind} any
 * @bound the requests in flight, which admission bounds by what the narrowest stage can do
 * @errors those of the stages; ModelNotReady while one of them is away, DeadlineExceeded where one does not answer
 * @owns a request from its arrival until its outcome is sent, exactly once
 */
final class PipelineVerticle extends VerticleBase {

    private static final long LATE_LOOK_MILLIS = 100;

    /** What is copied as fast as it would be handed over. */
    private static final long LIGHT_BYTES = 64 << 10;

    /**
     * Who answers for the stages now.
     *
     * @param stages by the names of those that ask a model; empty while one of them is away
     * @param lack why there is none, for people
     */
    record Binding(PipelinePlan plan, Map<String, StageDirectory.Bound> stages, String lack) {

        Binding {
            stages = Map.copyOf(stages);
        }

        boolean isWhole() {
            return !stages.isEmpty();
        }

        StageDirectory.Bound of(int step) {
            return Objects.requireNonNull(stages.get(plan.steps().get(step).name()));
        }
    }

    private final Incarnation incarnation;
    private final ModelId model;
    private final BatchListener listener;
    private final PipelineThreads threads;
    private final Ticker ticker;
    private final Set<PipelineRun> runs = new LinkedHashSet<>();
    private volatile Binding binding;
    private Binding learntOf;
    private PipelineCapacity capacity;
    private StageClient stages;
    private Correspondents fronts;
    private boolean turnEndIsDue;
    private boolean lookIsDue;

    PipelineVerticle(
            Incarnation incarnation, Binding binding, BatchListener listener, PipelineThreads threads, Ticker ticker) {
        this.threads = threads;
        this.incarnation = incarnation;
        this.model = incarnation.model();
        this.binding = binding;
        this.listener = listener;
        this.ticker = ticker;
        this.learntOf = binding;
        this.capacity = new PipelineCapacity(binding.plan());
    }

    /** From now on those answer; returns before anything else can be told of them. */
    void bind(Binding now) {
        binding = now;
    }

    @Override
    public Future<?> start() {
        stages = new StageClient(context, this::learn);
        fronts = new Correspondents(incarnation, vertx, outcome -> endTurnLater());
        return stages.open().compose(open -> fronts.listen(this::onGroup));
    }

    @Override
    public Future<?> stop() {
        List.copyOf(runs).forEach(run -> run.giveUp(new InferenceError.Draining()));
        sendOutcomes();
        return Future.succeededFuture();
    }

    private void onGroup(RequestGroup group) {
        fronts.take(group, this::begin);
        lookLater();
        endTurnLater();
    }

    private Pending begin(InferenceRequest request, Completion reply) {
        Binding now = binding;
        if (!now.isWhole()) {
            reply.complete(new InferenceError.ModelNotReady(model, now.lack(), InferenceError.RETRY_SOON_MILLIS));
            return () -> {};
        }
        if (request.deadline().isExpired(ticker.nanos())) {
            reply.complete(new InferenceError.DeadlineExceeded("queue"));
            return () -> {};
        }
        Under under = new Under(now, request, reply);
        runs.add(under.run);
        under.run.begin();
        return under.run::cancel;
    }

    /**
     * A request that is under way.
     *
     * @thread the loop
     */
    private final class Under implements PipelineRun.Stages {

        private final Binding bound;
        private final PipelineRun run;
        private final PipelineThreads.Account account = threads.account(model);

        Under(Binding bound, InferenceRequest request, Completion reply) {
            this.bound = bound;
            this.run = new PipelineRun(bound.plan(), request, this, outcome -> end(outcome, reply));
        }

        private void end(InferenceOutcome outcome, Completion reply) {
            runs.remove(run);
            account.close();
            if (outcome instanceof InferenceResponse(var id, var outputs, InferenceResponse.Timing spent, var rows)) {
                listener.answered(
                        model,
                        new AnsweredBatch(
                                1, run.request().rows(), spent.queueNanos(), spent.gatherNanos(), spent.runNanos(), 0));
            }
            reply.complete(outcome);
        }

        @Override
        public Runnable ask(int step, InferenceRequest asked, Consumer<InferenceOutcome> end) {
            count(step, asked.rows());
            Asked stage = new Asked(step, asked, end);
            stage.by(bound.of(step));
            return stage::withdraw;
        }

        @Override
        public void pass(int step) {
            count(step, 0);
        }

        private void count(int step, int rows) {
            if (bound.plan().equals(learntOf.plan())) {
                capacity.count(step, rows, run.request().rows());
            }
        }

        @Override
        public void compute(long bytes, Computation computation, Consumer<InferenceOutcome> end) {
            if (bytes <= LIGHT_BYTES) {
                end.accept(threads.computed(computation, account, 0));
                return;
            }
            threads.compute(
                    computation,
                    account,
                    outcome -> context.runOnContext(here -> {
                        end.accept(outcome);
                        endTurnLater();
                    }));
        }

        /**
         * A stage of it that has been asked, perhaps once more of who has come in its model's place.
         *
         * @thread the loop
         */
        private final class Asked {

            private final int step;
            private final InferenceRequest request;
            private final Consumer<InferenceOutcome> end;
            private StageClient.@Nullable Ticket ticket;

            Asked(int step, InferenceRequest request, Consumer<InferenceOutcome> end) {
                this.step = step;
                this.request = request;
                this.end = end;
            }

            void by(StageDirectory.Bound who) {
                ticket = stages.ask(
                        who.description().batcherAddress(), request.to(who.model()), end, () -> byAnother(who));
            }

            /** Nobody has seen it, for its batcher has left: the successor, if there is one, has the same stage. */
            private void byAnother(StageDirectory.Bound gone) {
                Binding now = binding;
                boolean isAnother = now.plan().equals(bound.plan())
                        && now.isWhole()
                        && !now.of(step).equals(gone);
                if (isAnother) {
                    by(now.of(step));
                } else {
                    end.accept(new InferenceError.ModelNotReady(
                            gone.model(), "it has been unloaded", InferenceError.RETRY_SOON_MILLIS));
                }
            }

            void withdraw() {
                if (ticket != null) {
                    ticket.withdraw();
                }
            }
        }
    }

    private void learn(ModelId stage, Capacity said) {
        Binding now = binding;
        if (!now.plan().equals(learntOf.plan())) {
            capacity = new PipelineCapacity(now.plan());
        }
        learntOf = now;
        for (int step = 0; step < now.plan().steps().size(); step++) {
            StageDirectory.Bound bound =
                    now.stages().get(now.plan().steps().get(step).name());
            if (bound != null && bound.model().equals(stage)) {
                capacity.learn(step, stage, said);
            }
        }
    }

    /** Stages own the deadline, as batchers do; should one not answer, the request ends here. */
    private void lookLater() {
        if (!lookIsDue) {
            lookIsDue = true;
            vertx.setTimer(LATE_LOOK_MILLIS, due -> {
                lookIsDue = false;
                giveUpTheLate();
            });
        }
    }

    private void giveUpTheLate() {
        long late = ticker.nanos() - TimeUnit.MILLISECONDS.toNanos(LATE_LOOK_MILLIS);
        List.copyOf(runs).stream()
                .filter(run -> run.request().deadline().isExpired(late))
                .forEach(run -> run.giveUp(new InferenceError.DeadlineExceeded("queue or execution")));
        if (!runs.isEmpty()) {
            lookLater();
        }
    }

    private void endTurnLater() {
        if (!turnEndIsDue) {
            turnEndIsDue = true;
            context.runOnContext(endOfTurn -> {
                turnEndIsDue = false;
                sendOutcomes();
            });
        }
    }

    private void sendOutcomes() {
        fronts.sendOutcomes(capacity::whole);
    }
}
