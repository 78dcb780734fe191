package dev.sluice.worker.pipeline;

import dev.sluice.worker.contract.InferenceError;
import dev.sluice.worker.contract.InferenceOutcome;
import dev.sluice.worker.contract.InferenceRequest;
import dev.sluice.worker.contract.InferenceResponse;
import dev.sluice.worker.contract.ModelId;
import dev.sluice.worker.contract.PartListener;
import dev.sluice.worker.contract.Tensor;
import dev.sluice.worker.contract.TensorSpec;
import dev.sluice.worker.pipeline.PipelinePlan.Step;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One request on its way through a pipeline: whichever stages have all that they wait for are asked at once, with the
 * request's own deadline, priority and client.
 *
 * <p>An error of one stage is the request's. Those that promise that nobody reads the request's inputs any more ({@code
 * InvalidRequest}, {@code Throttled}) are told when no stage is under way any more; then another stage's error that does
 * not promise it goes before. {@code Overloaded} is told at once, and says what it cannot promise.
 *
 * @thread confined to the loop of its pipeline
 * @owns the tensors between the stages, until its outcome
 * @errors those of the stages, with the stage's name
 */
public final class PipelineRun {

    /**
     * Carries requests to the stages' batchers.
     *
     * @thread the loop of the pipeline
     */
    public interface Stages {

        /**
         * Asks the model of a stage.
         *
         * @param step its place in the plan
         * @param request still addressed to the pipeline's own model
         * @param end told once of its outcome, perhaps before this returns
         * @return has it withdrawn, if it has no outcome yet
         */
        Runnable ask(int step, InferenceRequest request, Consumer<InferenceOutcome> end);

        /** It does without that stage: by its condition, for want of inputs or rows, or because nobody wants its outputs. */
        default void pass(int step) {}

        /**
         * Computes what stands between the stages, on the loop only what takes no time there.
         *
         * @param bytes how much is read or written, about
         * @param end told once, perhaps before this returns: of an answer with the tensors that were made, or of what came
         *     in between
         */
        void compute(long bytes, Computation computation, Consumer<InferenceOutcome> end);
    }

    private enum State {
        WAITING,
        RUNNING,
        OVER
    }

    private static final Logger LOG = LoggerFactory.getLogger(PipelineRun.class);

    /** However small its pictures are, a crop is not done on the loop; nor are boxes looked for there. */
    private static final long HEAVY_BYTES = 1 << 20;

    private final PipelinePlan plan;
    private final ModelId model;
    private final InferenceRequest request;
    private final Stages stages;
    private final Consumer<InferenceOutcome> outcome;
    private final @Nullable Value[] values;

    /** By step, which rows it was asked for. */
    private final @Nullable Rows[] rows;

    private final boolean[] isGiven;
    private final boolean[] isNeeded;
    private final State[] states;
    private final @Nullable Runnable[] withdrawals;
    private final StageTimes times = new StageTimes();
    private @Nullable InferenceError failure;
    private int running;
    private boolean advancing;
    private boolean over;

    /** @param outcome told once */
    public PipelineRun(PipelinePlan plan, InferenceRequest request, Stages stages, Consumer<InferenceOutcome> outcome) {
        this.plan = plan;
        this.model = request.model();
        this.request = request;
        this.stages = stages;
        this.outcome = outcome;
        int steps = plan.steps().size();
        this.values = new Value[plan.slots()];
        this.rows = new Rows[steps];
        this.isGiven = new boolean[plan.slots()];
        this.isNeeded = new boolean[steps];
        this.states = new State[steps];
        this.withdrawals = new Runnable[steps];
        Arrays.fill(states, State.WAITING);
    }

    /** Asks whom it can. */
    public void begin() {
        orGiveUp(this::beginAll);
    }

    private void beginAll() {
        List<Tensor> inputs = request.inputs();
        for (int slot = 0; slot < plan.signature().inputs().size(); slot++) {
            String name = plan.signature().inputs().get(slot).name();
            values[slot] = inputs.stream()
                    .filter(input -> input.name().equals(name))
                    .findFirst()
                    .map(input -> new Value(input, null))
                    .orElse(null);
            isGiven[slot] = true;
        }
        findNeeded();
        advance();
    }

    /** Those that the wanted outputs wait for; of a switch both sides, for who knows. */
    private void findNeeded() {
        boolean[] wanted = new boolean[plan.slots()];
        for (String name : request.outputs()) {
            plan.results().get(plan.indexOfOutput(name)).slots().forEach(slot -> wanted[slot] = true);
        }
        for (int i = plan.steps().size() - 1; i >= 0; i--) {
            Step step = plan.steps().get(i);
            isNeeded[i] = step.slots().stream().anyMatch(slot -> wanted[slot]);
            if (isNeeded[i]) {
                step.feeds().forEach(feed -> wanted[feed.slot()] = true);
                if (step.condition() != null) {
                    wanted[step.condition().slot()] = true;
                }
            } else {
                stages.pass(i);
            }
        }
    }

    /** Nobody waits for it any more. */
    public void cancel() {
        if (!over) {
            end(new InferenceError.Cancelled());
        }
    }

    /** It has come to its end another way, as when a stage does not answer. */
    public void giveUp(InferenceError why) {
        if (!over) {
            end(why);
        }
    }

    /** Nobody else would end it, and the others of its turn must go on. */
    private void orGiveUp(Runnable part) {
        try {
            part.run();
        } catch (RuntimeException | OutOfMemoryError defect) {
            advancing = false;
            String failureId = UUID.randomUUID().toString();
            LOG.error("failure {} between the stages of pipeline {}", failureId, model, defect);
            giveUp(new InferenceError.EngineFailure(failureId));
        }
    }

    public InferenceRequest request() {
        return request;
    }

    /** A stage may answer before it has been asked to the end, and then this is under way already. */
    private void advance() {
        if (advancing) {
            return;
        }
        advancing = true;
        boolean anyBegan = true;
        while (anyBegan && !over && failure == null) {
            anyBegan = false;
            for (int i = 0; i < states.length && !over && failure == null; i++) {
                if (isNeeded[i]
                        && states[i] == State.WAITING
                        && hasAll(plan.steps().get(i))) {
                    anyBegan = true;
                    begin(i);
                }
            }
        }
        advancing = false;
        if (!over && running == 0) {
            finish();
        }
    }

    /** All stages are over. */
    private void finish() {
        if (failure != null) {
            end(failure);
            return;
        }
        Results results = Results.of(plan, request.outputs(), values);
        running++;
        stages.compute(results.computedBytes(), results::all, this::finished);
    }

    private void finished(InferenceOutcome results) {
        if (!over) {
            end(
                    results instanceof InferenceResponse(var of, List<Tensor> outputs, var time, var part)
                            ? new InferenceResponse(model, outputs, times.sum())
                            : results);
        }
    }

    /** Whether all that it waits for is known, be it that there is none. */
    private boolean hasAll(Step step) {
        return step.feeds().stream().allMatch(feed -> isGiven[feed.slot()])
                && (step.condition() == null || isGiven[step.condition().slot()]);
    }

    private void begin(int index) {
        Step step = plan.steps().get(index);
        try {
            RowChoice choice = RowChoice.of(step, values);
            // A crop runs for no rows too: it still gives pieces, none, whose channels only its pictures say.
            boolean isCrop = step.task() instanceof Crop;
            if (choice == null || (choice.isEmpty() && !isCrop)) {
                doWithout(index, choice != null || isCrop);
            } else {
                run(index, step, choice);
            }
        } catch (Unfit unfit) {
            failure = new InferenceError.InvalidRequest("stage " + step.name(), unfit.getMessage());
        }
    }

    private void run(int index, Step step, RowChoice choice) {
        switch (step.task()) {
            case StageModel model -> {
                rows[index] = choice.rows();
                ask(index, choice);
            }
            case DeclaredBoxes boxes -> {
                rows[index] = choice.rows();
                computeAside(index, room -> new BoxDecoding(boxes, choice.picked(room)).run(step.outputs(), room));
            }
            case Crop crop -> computeAside(index, room -> crop(crop, step, choice, room));
        }
    }

    /** @param isEmpty whether it gives nothing, in place of not giving anything */
    private void doWithout(int index, boolean isEmpty) {
        Step step = plan.steps().get(index);
        states[index] = State.OVER;
        stages.pass(index);
        for (int i = 0; i < step.slots().size(); i++) {
            TensorSpec spec = step.signature().output(step.outputs().get(i));
            values[step.slots().get(i)] = isEmpty && spec != null ? new Value(none(step, spec), null) : null;
            isGiven[step.slots().get(i)] = true;
        }
    }

    private Tensor none(Step step, TensorSpec spec) {
        return step.task() instanceof Crop crop ? Cropping.none(crop, step, spec, values) : RowCopy.none(spec);
    }

    /** Of the picture that the boxes are in only the size is read, which all rows share: none of them is copied. */
    private static List<Tensor> crop(Crop crop, Step step, RowChoice choice, Room room) {
        List<Tensor> inputs = choice.pickedBut(Set.of(Crop.SEEN), room);
        return new Cropping(crop, step.signature(), inputs, choice.rows()).run(step.outputs(), room);
    }

    /** Rows that are not all there are are picked beside the loop. */
    private void ask(int index, RowChoice choice) {
        if (choice.isWhole()) {
            states[index] = State.RUNNING;
            running++;
            askModel(index, choice.inputs(), choice.count());
            return;
        }
        compute(index, choice.copiedBytes(), choice::picked, end -> picked(index, choice.count(), end));
    }

    private void computeAside(int index, Computation computation) {
        compute(index, HEAVY_BYTES, computation, end -> ended(index, end));
    }

    private void compute(int index, long bytes, Computation computation, Consumer<InferenceOutcome> end) {
        states[index] = State.RUNNING;
        running++;
        stages.compute(bytes, computation, end);
    }

    private void picked(int index, int count, InferenceOutcome end) {
        if (!over && failure == null && end instanceof InferenceResponse(var of, var inputs, var time, var part)) {
            orGiveUp(() -> askModel(index, inputs, count));
        } else {
            ended(index, end instanceof InferenceError || failure == null ? end : failure);
        }
    }

    private void askModel(int index, List<Tensor> inputs, int count) {
        InferenceRequest asked = asked(plan.steps().get(index), inputs, count);
        Runnable withdrawal = stages.ask(index, asked, end -> ended(index, end));
        withdrawals[index] = states[index] == State.RUNNING ? withdrawal : null;
    }

    private InferenceRequest asked(Step step, List<Tensor> inputs, int rows) {
        return new InferenceRequest(
                model,
                request.requestId(),
                inputs,
                step.outputs(),
                rows,
                request.priority(),
                request.client(),
                request.deadline(),
                request.cancellation(),
                PartListener.NONE);
    }

    private void ended(int index, InferenceOutcome end) {
        if (states[index] != State.RUNNING) {
            return;
        }
        states[index] = State.OVER;
        withdrawals[index] = null;
        running--;
        if (!over) {
            orGiveUp(() -> goOn(index, end));
        }
    }

    private void goOn(int index, InferenceOutcome end) {
        switch (end) {
            case InferenceResponse answer -> take(index, answer);
            case InferenceError error -> fail(StageErrors.of(plan.steps().get(index), error));
        }
        if (!over) {
            advance();
        }
    }

    private void take(int index, InferenceResponse answer) {
        times.add(answer.timing());
        Step step = plan.steps().get(index);
        List<Tensor> outputs = answer.outputs();
        for (int i = 0; i < outputs.size(); i++) {
            values[step.slots().get(i)] = new Value(outputs.get(i), rows[index]);
            isGiven[step.slots().get(i)] = true;
        }
    }

    private void fail(InferenceError error) {
        if (error instanceof InferenceError.Overloaded full && running > 0) {
            end(full.whileInputsAreRead());
        } else if (!error.promisesThatInputsAreFree()) {
            end(error);
        } else if (failure == null) {
            failure = error;
        }
    }

    private void end(InferenceOutcome last) {
        over = true;
        try {
            for (Runnable withdrawal : withdrawals) {
                if (withdrawal != null) {
                    withdrawal.run();
                }
            }
        } finally {
            Arrays.fill(values, null);
            outcome.accept(last);
        }
    }
}
