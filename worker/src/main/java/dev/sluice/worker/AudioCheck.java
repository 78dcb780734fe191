package dev.sluice.worker;

import dev.sluice.worker.contract.AudioInput;
import dev.sluice.worker.contract.AudioInput.Column;
import dev.sluice.worker.contract.AudioInput.Kind;
import dev.sluice.worker.contract.DataType;
import dev.sluice.worker.contract.Shape;
import dev.sluice.worker.contract.Signature;
import dev.sluice.worker.contract.TensorSpec;
import dev.sluice.worker.repository.TransformConfig;
import dev.sluice.worker.repository.TransformConfig.PadSide;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What a model.yaml says of recordings, held against the inputs that they become.
 *
 * @thread the control thread that loads the model
 * @bound {@value #MOST_SAMPLES} samples of a row
 * @errors problems by the key that they are about
 */
final class AudioCheck {

    private static final String SECTION = "transform.input.";
    private static final Set<DataType> FLOATS = Set.of(DataType.FP32, DataType.FP16);
    private static final Set<DataType> COUNTS = Set.of(DataType.INT64, DataType.INT32);

    /** Below it is no sound, and the filter that makes it of a high one would be endless. */
    private static final int LEAST_RATE = 1000;

    private static final int USUAL_SECONDS = 30;
    private static final long MOST_SAMPLES = 1 << 28;

    private final TransformConfig.Input config;
    private final Signature signature;
    private final Map<String, String> problems;
    private final InputChoice inputs;
    private final List<Column> columns = new ArrayList<>();

    AudioCheck(TransformConfig.Input config, Signature signature, Map<String, String> problems) {
        this.config = config;
        this.signature = signature;
        this.problems = problems;
        this.inputs = new InputChoice("a recording", signature, problems);
    }

    /** What it says; null when that is impossible, and then there are problems. */
    @Nullable
    AudioInput read() {
        if (config.rate() < LEAST_RATE) {
            problems.put(SECTION + "rate", "must be what the model was trained with, 1000 to 768000, as in 16000");
        }
        findColumns();
        if (!problems.isEmpty()) {
            return null;
        }
        AudioInput.Length length = length();
        int maxSeconds = maxSeconds(length.fixed());
        return problems.isEmpty()
                ? new AudioInput(
                        columns,
                        config.rate(),
                        config.channel(),
                        maxSeconds,
                        length,
                        new AudioInput.Values(config.normalize(), config.scale()))
                : null;
    }

    private void findColumns() {
        List<TensorSpec> floats = signature.inputs().stream()
                .filter(input -> FLOATS.contains(input.dataType()))
                .toList();
        add(Kind.SIGNAL, "signal", floats.size() == 1 ? floats.getFirst().name() : "", config.signal());
        add(Kind.MASK, "mask", "attention_mask", config.mask());
        add(Kind.LENGTH, "lengths", "lengths", config.lengths());
        inputs.requireAll();
        if (columns.stream().noneMatch(each -> each.kind() == Kind.SIGNAL)) {
            problems.putIfAbsent(
                    SECTION + "signal", "must be the input that samples go to, one of " + signature.inputs());
        }
    }

    private void add(Kind kind, String key, String usual, String said) {
        TensorSpec tensor = inputs.choose(key, usual, said);
        if (tensor == null) {
            return;
        }
        if (!fits(tensor, kind)) {
            problems.put(
                    SECTION + (said.isEmpty() ? "kind" : key),
                    switch (kind) {
                                case SIGNAL -> "samples are FP32 or FP16, [samples] or [1,samples] for each row";
                                case MASK -> "a mask is INT64 or INT32, [samples] or [1,samples] for each row";
                                case LENGTH -> "a length is INT64 or INT32, one for each row";
                            }
                            + ", and the model has " + tensor);
        }
        columns.add(new Column(tensor, kind));
    }

    /** Whether one row of it is what that becomes: all axes but that of samples are 1, or may be. */
    private boolean fits(TensorSpec tensor, Kind kind) {
        Shape shape = tensor.shape();
        int samplesAxis = kind == Kind.LENGTH ? shape.rank() : shape.rank() - 1;
        boolean ones = shape.rank() > 0 && samplesAxis >= (signature.batched() ? 1 : 0);
        for (int axis = 0; axis < samplesAxis; axis++) {
            ones &= Math.abs(shape.dimension(axis)) == 1;
        }
        return ones && (kind == Kind.SIGNAL ? FLOATS : COUNTS).contains(tensor.dataType());
    }

    private AudioInput.Length length() {
        List<Long> declared = columns.stream()
                .filter(column -> column.kind() != Kind.LENGTH)
                .map(column -> column.tensor().shape())
                .map(shape -> shape.dimension(shape.rank() - 1))
                .filter(samples -> samples != Shape.VARIABLE)
                .distinct()
                .toList();
        long fixed = declared.isEmpty() ? config.samples() : declared.getFirst();
        if (declared.size() > 1 || (!declared.isEmpty() && (fixed == 0 || fixed > MOST_SAMPLES))) {
            problems.put(
                    SECTION + "kind", "a recording has rows of one length, and the model has " + signature.inputs());
        } else if (config.samples() != 0 && config.samples() != fixed) {
            problems.put(SECTION + "samples", "must be " + fixed + ", as the model has " + signature.inputs());
        }
        if (fixed > 0 && config.minSamples() > fixed) {
            problems.put(SECTION + "min_samples", "is more than the " + fixed + " that a row has");
        }
        return new AudioInput.Length(
                (int) fixed,
                Math.max(1, config.minSamples()),
                config.pad(),
                config.padSide() == PadSide.LEFT,
                config.truncate());
    }

    private int maxSeconds(int fixed) {
        int row = Math.ceilDiv(fixed, config.rate());
        int most = config.maxSeconds() > 0 ? config.maxSeconds() : Math.max(USUAL_SECONDS, row);
        if ((long) most * config.rate() > MOST_SAMPLES) {
            problems.put(
                    SECTION + "max_seconds",
                    most + " of " + config.rate() + " samples are more than the " + MOST_SAMPLES
                            + " that a row may have");
        }
        return most;
    }
}
