package dev.sluice.worker.repository;

import dev.sluice.worker.contract.ImageInput;
import dev.sluice.worker.settings.Setting;
import java.math.BigDecimal;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * What a model.yaml may say of pictures that go in and labels that come out.
 *
 * @param input what goes in
 * @param output what comes out
 */
public record TransformConfig(Input input, Output output) {

    /**
     * What goes in.
     *
     * @param kind none, because what a tensor means only its owner knows
     * @param channels of the tensor, in their order; {@code auto} for gray or rgb, by their number
     * @param width of the tensor's picture; 0 for what the signature says
     * @param height of it, in the same way
     * @param layout {@code auto} for what the signature says
     * @param resize how the picture becomes as large; stretched, which is what most models were trained with
     * @param filter how many pixels become one
     * @param scale what 0 to 255 is multiplied by
     * @param mean what is taken from that, for all channels or for each
     * @param std what the rest is divided by, for all channels or for each
     * @param invert whether dark becomes light
     * @param background 0 to 255, where the picture is not
     * @param columns of rows, in the model's order; empty for the names of its inputs
     */
    public record Input(
            @Setting("none") Kind kind,
            @Setting("auto") Channels channels,
            @Setting(value = "0", min = "0", max = "8192") int width,
            @Setting(value = "0", min = "0", max = "8192") int height,
            @Setting("auto") Layout layout,
            @Setting("stretch") ImageInput.Resize resize,
            @Setting("bilinear") ImageInput.Filter filter,

            @Setting(value = "1", min = "-1000000", max = "1000000")
            double scale,

            @Setting("0") List<String> mean,
            @Setting("1") List<String> std,
            @Setting("false") ImageInput.Invert invert,
            @Setting(value = "0", min = "0", max = "255") int background,
            @Setting("") List<String> columns) {}

    /**
     * What comes out.
     *
     * @param kind none, because what an output means only its owner knows
     * @param name of the output; empty for the only one
     * @param softmax whether its elements are to be made probabilities
     * @param labels a file with the classes' names, one in each line, in the version's folder or beside model.yaml; empty
     *     for those that {@code labels} lists, or the model has itself
     * @param top classes that an answer lists; 5, as pictures are usually judged by
     * @param threshold probability below which a class is not spoken of
     */
    public record Output(
            @Setting("none") OutputKind kind,
            @Setting("") String name,
            @Setting("false") boolean softmax,
            @Setting("") String labels,
            @Setting(value = "5", min = "1", max = "1000") int top,
            @Setting(value = "0", min = "0", max = "1") double threshold) {}

    /** What goes in. */
    public enum Kind {
        NONE,
        IMAGE,
        ROWS
    }

    /** What comes out. */
    public enum OutputKind {
        NONE,
        CLASSES
    }

    /** As {@link ImageInput.Channels}, or by their number. */
    public enum Channels {
        AUTO,
        GRAY,
        RGB,
        BGR
    }

    /** As {@link ImageInput.Layout}, or by the signature. */
    public enum Layout {
        AUTO,
        NCHW,
        NHWC
    }

    /** What is wrong with its values beyond their types, by path. */
    static Map<String, Function<String, Optional<String>>> checks() {
        return Map.of(
                "transform.input.mean",
                TransformConfig::badNumber,
                "transform.input.std",
                TransformConfig::badDivisor,
                "transform.output.labels",
                TransformConfig::badPath);
    }

    private static Optional<String> badNumber(String text) {
        return number(text) == null ? Optional.of("is no number (got " + text + ")") : Optional.empty();
    }

    private static Optional<String> badDivisor(String text) {
        BigDecimal number = number(text);
        return number == null || number.signum() == 0
                ? Optional.of("is no number to divide by (got " + text + ")")
                : Optional.empty();
    }

    private static @Nullable BigDecimal number(String text) {
        try {
            return text.length() > 30 ? null : new BigDecimal(text);
        } catch (NumberFormatException none) {
            return null;
        }
    }

    private static Optional<String> badPath(String text) {
        boolean fine = text.matches("[^/\\\\\\p{Cntrl}][^\\\\\\p{Cntrl}]*")
                && !List.of(text.split("/", -1)).contains("..");
        return fine || text.isEmpty()
                ? Optional.empty()
                : Optional.of("is no file of the model's (got " + text + "; expected a name, as in labels.txt)");
    }
}
