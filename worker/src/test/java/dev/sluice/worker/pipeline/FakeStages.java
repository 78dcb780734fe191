package dev.sluice.worker.pipeline;

import dev.sluice.worker.contract.Cancellation;
import dev.sluice.worker.contract.Deadline;
import dev.sluice.worker.contract.InferenceError;
import dev.sluice.worker.contract.InferenceException;
import dev.sluice.worker.contract.InferenceOutcome;
import dev.sluice.worker.contract.InferenceRequest;
import dev.sluice.worker.contract.InferenceResponse;
import dev.sluice.worker.contract.ModelId;
import dev.sluice.worker.contract.Tensor;
import dev.sluice.worker.fake.Tensors;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Queue;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Stages that answer when the test says so. */
final class FakeStages implements PipelineRun.Stages {

    static final ModelId WHOLE = new ModelId("whole", 1);

    final PipelinePlan plan;
    final Map<String, InferenceRequest> asked = new LinkedHashMap<>();
    final List<String> withdrawn = new ArrayList<>();
    final List<InferenceOutcome> outcomes = new ArrayList<>();
    final Set<String> passed = new TreeSet<>();
    final Queue<Runnable> computing = new ArrayDeque<>();
    private final Room room = new Room() {
        @Override
        public void take(long bytes) {
            if (bytes > roomBytes - takenBytes) {
                throw new InferenceException(new InferenceError.Overloaded("there is no room", 1));
            }
            takenBytes += bytes;
            mostBytes = Math.max(mostBytes, takenBytes);
        }

        @Override
        public void give(long bytes) {
            takenBytes -= bytes;
        }

        @Override
        public boolean isOver() {
            return !outcomes.isEmpty();
        }
    };
    /** All that there is. */
    long roomBytes = Long.MAX_VALUE;

    long takenBytes;

    /** What was taken at one time. */
    long mostBytes;

    private boolean isBusy;
    private String brokenStage = "";
    private @Nullable Throwable defect;
    final Map<String, Consumer<InferenceOutcome>> ends = new LinkedHashMap<>();

    FakeStages(PipelinePlan plan) {
        this.plan = plan;
    }

    PipelineRun begin(List<String> outputs, Tensor... inputs) {
        InferenceRequest request = new InferenceRequest(
                WHOLE,
                "r",
                List.of(inputs),
                outputs,
                (int) inputs[0].rows(),
                2,
                "client",
                new Deadline(7),
                Cancellation.NEVER);
        PipelineRun run = new PipelineRun(plan, request, this, outcomes::add);
        run.begin();
        return run;
    }

    @Override
    public Runnable ask(int step, InferenceRequest request, Consumer<InferenceOutcome> end) {
        String name = plan.steps().get(step).name();
        if (name.equals(brokenStage)) {
            throwAnyway(defect);
        }
        asked.put(name, request);
        ends.put(name, end);
        return () -> withdrawn.add(name);
    }

    @Override
    public void compute(long bytes, Computation computation, Consumer<InferenceOutcome> end) {
        if (isBusy) {
            computing.add(() -> end.accept(computed(computation)));
        } else {
            end.accept(computed(computation));
        }
    }

    private InferenceOutcome computed(Computation computation) {
        try {
            return new InferenceResponse(WHOLE, computation.run(room), new InferenceResponse.Timing(0, 0, 0, 0, 0));
        } catch (InferenceException refused) {
            return refused.error();
        }
    }

    /** Nothing is computed any more before the test says so. */
    void stayBusy() {
        isBusy = true;
    }

    void computeNext() {
        computing.remove().run();
    }

    @Override
    public void pass(int step) {
        passed.add(plan.steps().get(step).name());
    }

    /** Asking that stage has that come of it. */
    void breakAt(String stage, Throwable thrown) {
        brokenStage = stage;
        defect = thrown;
    }

    private static void throwAnyway(@Nullable Throwable thrown) {
        switch (thrown) {
            case RuntimeException exception -> throw exception;
            case Error error -> throw error;
            case null, default -> throw new AssertionError(thrown);
        }
    }

    /** What that stage was asked. */
    InferenceRequest asked(String stage) {
        return Objects.requireNonNull(asked.get(stage), stage);
    }

    void answer(String stage, Tensor... outputs) {
        List<String> wanted = asked(stage).outputs();
        List<Tensor> inOrder = Arrays.stream(outputs)
                .sorted(Comparator.comparingInt(output -> wanted.indexOf(output.name())))
                .toList();
        tell(stage, new InferenceResponse(WHOLE, inOrder, new InferenceResponse.Timing(1, 2, 3, 4, 5)));
    }

    void tell(String stage, InferenceOutcome outcome) {
        Objects.requireNonNull(ends.remove(stage), stage).accept(outcome);
    }

    InferenceError error() {
        return (InferenceError) outcome();
    }

    InferenceOutcome outcome() {
        if (outcomes.size() != 1) {
            throw new AssertionError(outcomes);
        }
        return outcomes.getFirst();
    }

    /** The outputs of the one answer. */
    String answers() {
        StringBuilder text = new StringBuilder();
        for (Tensor output : ((InferenceResponse) outcome()).outputs()) {
            text.append(output.name()).append(Tensors.text(output));
        }
        return text.toString();
    }
}
