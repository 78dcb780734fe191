package dev.sluice.worker;

import dev.sluice.worker.contract.DataType;
import dev.sluice.worker.contract.ImageInput;
import dev.sluice.worker.contract.ImageInput.Channels;
import dev.sluice.worker.contract.ImageInput.Layout;
import dev.sluice.worker.contract.ImageInput.Values;
import dev.sluice.worker.contract.Shape;
import dev.sluice.worker.contract.Signature;
import dev.sluice.worker.contract.TensorSpec;
import dev.sluice.worker.repository.TransformConfig;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What a model.yaml says of pictures, held against the input that they become.
 *
 * @thread the control thread that loads the model
 * @errors problems by the key that they are about
 */
final class ImageCheck {

    private static final String SECTION = "transform.input.";
    private static final Set<DataType> TYPES = Set.of(DataType.FP32, DataType.FP16, DataType.UINT8);
    private static final int GRAY = 1;
    private static final int COLOUR = 3;
    private static final int PICTURE_AXES = 3;
    private static final int LONGEST_SIDE = 8192;

    private final TransformConfig.Input config;
    private final TensorSpec tensor;
    private final Map<String, String> problems;

    private ImageCheck(TransformConfig.Input config, TensorSpec tensor, Map<String, String> problems) {
        this.config = config;
        this.tensor = tensor;
        this.problems = problems;
    }

    /** What it says; null when that is impossible, and then there are problems. */
    static @Nullable ImageInput read(TransformConfig.Input config, Signature signature, Map<String, String> problems) {
        List<TensorSpec> wanted =
                signature.inputs().stream().filter(input -> !input.optional()).toList();
        TensorSpec tensor = wanted.size() == 1 ? wanted.getFirst() : null;
        if (tensor == null || !isPicture(tensor, signature.batched())) {
            problems.put(
                    SECTION + "kind",
                    "a picture becomes one input of FP32, FP16 or UINT8 with rows, channels, height and width, and the"
                            + " model has " + signature.inputs());
            return null;
        }
        return new ImageCheck(config, tensor, problems).read();
    }

    private static boolean isPicture(TensorSpec tensor, boolean batched) {
        int rank = tensor.shape().rank();
        boolean oneRow = rank == PICTURE_AXES + 1 && Math.abs(tensor.shape().dimension(0)) == 1;
        return TYPES.contains(tensor.dataType()) && (oneRow || (rank == PICTURE_AXES && !batched));
    }

    private @Nullable ImageInput read() {
        Layout layout = layout();
        int first = tensor.shape().rank() - PICTURE_AXES;
        boolean planes = layout == Layout.NCHW;
        Channels channels = channels(tensor.shape().dimension(planes ? first : first + 2));
        int height = size("height", config.height(), tensor.shape().dimension(planes ? first + 1 : first));
        int width = size("width", config.width(), tensor.shape().dimension(planes ? first + 2 : first + 1));
        Values values = new Values(
                config.scale(),
                perChannel("mean", config.mean(), channels.count()),
                perChannel("std", config.std(), channels.count()));
        if (config.resize() == ImageInput.Resize.INK && channels != Channels.GRAY) {
            problems.put(SECTION + "resize", "ink is told from paper by its gray, and the model wants colours");
        }
        return problems.isEmpty()
                ? new ImageInput(
                        tensor,
                        width,
                        height,
                        channels,
                        layout,
                        config.resize(),
                        config.filter(),
                        config.invert(),
                        config.background(),
                        values)
                : null;
    }

    private Layout layout() {
        return switch (config.layout()) {
            case NCHW -> Layout.NCHW;
            case NHWC -> Layout.NHWC;
            case AUTO -> {
                int rank = tensor.shape().rank();
                if (isChannels(rank - PICTURE_AXES)) {
                    yield Layout.NCHW;
                }
                if (!isChannels(rank - 1)) {
                    problems.put(SECTION + "layout", "must be nchw or nhwc, for " + tensor + " does not tell");
                }
                yield Layout.NHWC;
            }
        };
    }

    private boolean isChannels(int axis) {
        long size = tensor.shape().dimension(axis);
        return size == GRAY || size == COLOUR;
    }

    private Channels channels(long declared) {
        Channels wanted =
                switch (config.channels()) {
                    case AUTO -> declared == GRAY ? Channels.GRAY : Channels.RGB;
                    case GRAY -> Channels.GRAY;
                    case RGB -> Channels.RGB;
                    case BGR -> Channels.BGR;
                };
        boolean open = declared == Shape.VARIABLE && config.channels() != TransformConfig.Channels.AUTO;
        if (declared != wanted.count() && !open) {
            problems.put(SECTION + "channels", "does not fit " + tensor + ", which has " + declared + " of them");
        }
        return wanted;
    }

    private int size(String key, int said, long declared) {
        if (declared == Shape.VARIABLE && said == 0) {
            problems.put(SECTION + key, "must be given, for " + tensor + " leaves it open");
        }
        if (declared == 0 || declared > LONGEST_SIDE) {
            problems.put(SECTION + key, "must be 1 to " + LONGEST_SIDE + ", and the model has " + tensor);
        }
        if (declared != Shape.VARIABLE && said != 0 && said != declared) {
            problems.put(SECTION + key, "does not fit " + tensor);
        }
        return said == 0 ? Math.clamp(declared, 1, Integer.MAX_VALUE) : said;
    }

    private List<Double> perChannel(String key, List<String> said, int channels) {
        List<Double> numbers = said.stream().map(Double::valueOf).toList();
        if (numbers.size() == 1) {
            return Collections.nCopies(channels, numbers.getFirst());
        }
        if (numbers.size() != channels) {
            problems.put(SECTION + key, "must have one number, or one for each of " + channels + " channels");
        }
        return numbers;
    }
}
