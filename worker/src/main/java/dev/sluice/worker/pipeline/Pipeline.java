package dev.sluice.worker.pipeline;

import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A small graph of models that is served as one, as its owner wrote it.
 *
 * <p>{@link PipelineText} reads it; whether the stages fit together, only {@link PipelinePlan} knows.
 *
 * @param stages in the order in which they were written, which says nothing of the order in which they run
 * @param outputs of the pipeline
 * @thread immutable
 * @bound {@value #MOST_STAGES} stages
 */
public record Pipeline(List<Stage> stages, List<Output> outputs) {

    public static final int MOST_STAGES = 64;

    public Pipeline {
        stages = List.copyOf(stages);
        outputs = List.copyOf(outputs);
    }

    /** Those that ask a model. */
    public List<Stage> asking() {
        return stages.stream().filter(Stage::asksModel).toList();
    }

    /**
     * One turn of a model, or of what makes boxes or cuts pieces between them.
     *
     * @param test what must hold for it to run; null if it always does
     * @param line as it was written
     */
    public record Stage(
            String name,
            StageTask task,
            List<Input> inputs,
            @Nullable Switch test,
            String line) {

        public Stage {
            inputs = List.copyOf(inputs);
        }

        boolean asksModel() {
            return task instanceof StageModel;
        }

        /** Of one that asks any. */
        public StageModel model() {
            return (StageModel) task;
        }

        /** All that it waits for. */
        Stream<Source> sources() {
            Stream<Source> fed = inputs.stream().map(Input::from);
            return test == null ? fed : Stream.concat(fed, Stream.of(test.of()));
        }
    }

    /**
     * What a stage's model is given.
     *
     * @param name of the model's input; empty for the only one that it has
     */
    public record Input(String name, Source from) {}

    /**
     * What the pipeline gives.
     *
     * @param name empty for that of the tensor
     * @param combination how it is made of these
     * @param line as it was written
     */
    public record Output(String name, Combination combination, List<Source> from, String line) {

        public Output {
            from = List.copyOf(from);
        }
    }
}
