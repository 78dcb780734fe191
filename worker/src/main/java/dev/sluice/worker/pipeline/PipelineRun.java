package dev.sluice.worker.pipeline;

import dev.sluice.worker.contract.InferenceError;
import dev.sluice.worker.contract.InferenceOutcome;
import dev.sluice.worker.contract.InferenceRequest;
import dev.sluice.worker.contract.InferenceResponse;
import dev.sluice.worker.contract.ModelId;
import dev.sluice.worker.contract.PartListener;
import dev.sluice.worker.contract.Tensor;
import dev.sluice.worker.pipeline.PipelinePlan.Feed;
import dev.sluice.worker.pipeline.PipelinePlan.Result;
import dev.sluice.worker.pipeline.PipelinePlan.Step;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
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
 * InvalidRequest}, {@code Overloaded}, {@code Throttled}) are told when no stage is under way any more; then another
 * stage's error that does not promise it goes before.
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
    @FunctionalInterface
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

        /** It does without that stage: by its condition, for want of inputs, or because nobody wants its outputs. */
        default void pass(int step) {}
    }

    private enum State {
        WAITING,
        RUNNING,
        OVER
    }

    private static final Logger LOG = LoggerFactory.getLogger(PipelineRun.class);

    private final PipelinePlan plan;
    private final ModelId model;
    private final InferenceRequest request;
    private final Stages stages;
    private final Consumer<InferenceOutcome> outcome;
    private final @Nullable Tensor[] values;
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
        this.values = new Tensor[plan.slots()];
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
            end(failure == null ? answer() : failure);
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
            List<Tensor> inputs = passes(step) ? inputs(step) : null;
            if (inputs == null) {
                states[index] = State.OVER;
                stages.pass(index);
                step.slots().forEach(slot -> isGiven[slot] = true);
                return;
            }
            InferenceRequest asked = asked(step, inputs, rows(step, inputs));
            states[index] = State.RUNNING;
            running++;
            Runnable withdrawal = stages.ask(index, asked, end -> ended(index, end));
            withdrawals[index] = states[index] == State.RUNNING ? withdrawal : null;
        } catch (Unfit unfit) {
            failure = new InferenceError.InvalidRequest("stage " + step.name(), unfit.getMessage());
        }
    }

    private boolean passes(Step step) throws Unfit {
        if (step.condition() == null) {
            return true;
        }
        Tensor tested = values[step.condition().slot()];
        if (tested == null) {
            return false;
        }
        if (tested.shape().elementCount() != 1) {
            throw new Unfit("it runs or not by one number, and " + tested
                    + " has more or none: send one row at a time to a pipeline with a switch");
        }
        return step.condition().test().passes(tested);
    }

    /** Null if one that it must have is not there, because the stage that gives it did not run. */
    private @Nullable List<Tensor> inputs(Step step) throws Unfit {
        List<Tensor> inputs = new ArrayList<>(step.feeds().size());
        for (Feed feed : step.feeds()) {
            Tensor value = values[feed.slot()];
            if (value != null) {
                if (!feed.spec().shape().accepts(value.shape())) {
                    throw new Unfit("it takes " + feed.spec() + ", and is given " + value.shape());
                }
                inputs.add(new Tensor(feed.spec().name(), value.dataType(), value.shape(), value.data()));
            } else if (!feed.spec().optional()) {
                return null;
            }
        }
        return inputs;
    }

    private static int rows(Step step, List<Tensor> inputs) throws Unfit {
        if (!step.signature().batched() || inputs.isEmpty()) {
            return 1;
        }
        long rows = inputs.getFirst().rows();
        for (Tensor input : inputs) {
            if (input.rows() != rows) {
                throw new Unfit("its inputs have different numbers of rows: " + inputs);
            }
        }
        return Math.toIntExact(rows);
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
            case InferenceResponse answer -> take(plan.steps().get(index), answer);
            case InferenceError error -> fail(StageErrors.of(plan.steps().get(index), error));
        }
        if (!over) {
            advance();
        }
    }

    private void take(Step step, InferenceResponse answer) {
        times.add(answer.timing());
        List<Tensor> outputs = answer.outputs();
        for (int i = 0; i < outputs.size(); i++) {
            values[step.slots().get(i)] = outputs.get(i);
            isGiven[step.slots().get(i)] = true;
        }
    }

    private void fail(InferenceError error) {
        if (!StageErrors.promisesThatInputsAreFree(error)) {
            end(error);
        } else if (failure == null) {
            failure = error;
        }
    }

    private InferenceOutcome answer() {
        List<Tensor> outputs = new ArrayList<>(request.outputs().size());
        for (String name : request.outputs()) {
            Result result = plan.results().get(plan.indexOfOutput(name));
            List<Tensor> given = result.slots().stream()
                    .map(slot -> values[slot])
                    .filter(Objects::nonNull)
                    .toList();
            boolean isWhole = result.combination() == Combination.FIRST
                    || given.size() == result.slots().size();
            if (given.isEmpty() || !isWhole) {
                return new InferenceError.InvalidRequest(
                        "outputs", "no stage that gives " + name + " has run, for want of an input that was left out");
            }
            if (result.combination() != Combination.FIRST && !areOfOneShape(given)) {
                return new InferenceError.InvalidRequest(
                        "outputs", name + " cannot be made of tensors of different shapes: " + given);
            }
            Tensor value = result.combination().of(given);
            outputs.add(new Tensor(name, value.dataType(), value.shape(), value.data()));
        }
        return new InferenceResponse(model, outputs, times.sum());
    }

    private static boolean areOfOneShape(List<Tensor> tensors) {
        return tensors.stream()
                .allMatch(tensor -> tensor.shape().equals(tensors.getFirst().shape()));
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

    /** What a stage gave does not fit the next. */
    private static final class Unfit extends Exception {

        private static final long serialVersionUID = 1;

        Unfit(String message) {
            super(message, null, false, false);
        }

        @Override
        public String getMessage() {
            return String.valueOf(super.getMessage());
        }
    }
}
