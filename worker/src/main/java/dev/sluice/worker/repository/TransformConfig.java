package dev.sluice.worker.repository;

import dev.sluice.worker.contract.AudioInput;
import dev.sluice.worker.contract.BoxesOutput;
import dev.sluice.worker.contract.EmbeddingOutput;
import dev.sluice.worker.contract.ImageInput;
import dev.sluice.worker.settings.Setting;
import java.math.BigDecimal;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * What a model.yaml may say of pictures, texts, tables and recordings that go in, and of labels, boxes, vectors and numbers that
 * come out.
 *
 * @param input what goes in
 * @param output what comes out
 */
public record TransformConfig(Input input, Output output) {

    private static final Set<String> OF_IMAGES = Set.of(
            "channels",
            "width",
            "height",
            "layout",
            "resize",
            "filter",
            "scale",
            "mean",
            "std",
            "invert",
            "background");

    private static final Set<String> OF_TEXTS = Set.of(
            "tokenizer",
            "max_tokens",
            "truncate",
            "pad_to",
            "pad_side",
            "pad_id",
            "special_tokens",
            "ids",
            "mask",
            "types",
            "max_texts",
            "max_characters");

    private static final Set<String> OF_AUDIO = Set.of(
            "rate",
            "channel",
            "max_seconds",
            "samples",
            "min_samples",
            "pad",
            "pad_side",
            "truncate",
            "normalize",
            "scale",
            "signal",
            "mask",
            "lengths");

    private static final Set<String> OF_BOXES = Set.of(
            "name",
            "labels",
            "scores",
            "classes",
            "count",
            "boxes_last",
            "corners",
            "units",
            "form",
            "activation",
            "background",
            "score_threshold",
            "iou_threshold",
            "suppression",
            "max_boxes");

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
     * @param scale what 0 to 255 is multiplied by, or a sample of -1 to 1
     * @param mean what is taken from that, for all channels or for each
     * @param std what the rest is divided by, for all channels or for each
     * @param invert whether dark becomes light
     * @param background 0 to 255, where the picture is not
     * @param tokenizer a file in the form of {@code tokenizer.json}, in the version's folder or beside model.yaml
     * @param maxTokens of a text; 0 for what the signature or the file says, otherwise 512, as most encoders take
     * @param truncate whether a longer text or recording is cut, which is what Hugging Face's pipelines do; otherwise it is
     *     refused
     * @param padTo tokens that every row has; 0 for those of the longest text of a request
     * @param padSide where padding stands
     * @param padId the token that it consists of; -1 for the one that the file names
     * @param specialTokens whether what the file puts around a text is put there
     * @param ids the input of tokens; empty for {@code input_ids}, or the only one
     * @param mask the input that says where there are any, or samples; empty for {@code attention_mask}
     * @param types the input that tells the texts of a pair apart; empty for {@code token_type_ids}
     * @param maxTexts of a request; 2,048, as the clients of OpenAI's embeddings are used to
     * @param maxCharacters of a text; 100,000 are some 50 pages, and a tenth of a second of work
     * @param columns of rows, in the model's order; empty for the names of its inputs
     * @param rate samples of a second that the model wants; 0 is refused, for another rate is another sound
     * @param channel of a recording, counted from 0; -1 for the mean of all
     * @param maxSeconds of a recording; 0 for 30, what speech models take at once, or for what a row has, if that is more
     * @param samples that every row has; 0 for what the signature says, otherwise as many as the recording has
     * @param minSamples that a row has at least, for a model whose first window is longer than a short recording
     * @param pad whether a shorter recording gets silence beside it; otherwise it is refused
     * @param normalize how recordings are made alike
     * @param signal the input of samples; empty for the only one of floats
     * @param lengths the input that says how many samples there are; empty for {@code lengths}
     * @param plugin by its name, which a jar of {@code worker.plugins} has registered
     * @param options that it understands, as {@code KEY=VALUE}
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
            @Setting("tokenizer.json") String tokenizer,

            @Setting(value = "0", min = "0", max = "1000000")
            int maxTokens,

            @Setting("true") boolean truncate,

            @Setting(value = "0", min = "0", max = "1000000")
            int padTo,

            @Setting("right") PadSide padSide,

            @Setting(value = "-1", min = "-1", max = "2147483647")
            int padId,

            @Setting("true") boolean specialTokens,
            @Setting("") String ids,
            @Setting("") String mask,
            @Setting("") String types,

            @Setting(value = "2048", min = "1", max = "100000")
            int maxTexts,

            @Setting(value = "100000", min = "1", max = "1000000")
            int maxCharacters,

            @Setting("") List<String> columns,

            @Setting(value = "0", min = "0", max = "768000") int rate,

            @Setting(value = "-1", min = "-1", max = "255") int channel,

            @Setting(value = "0", min = "0", max = "86400") int maxSeconds,

            @Setting(value = "0", min = "0", max = "268435456")
            int samples,

            @Setting(value = "0", min = "0", max = "268435456")
            int minSamples,

            @Setting("true") boolean pad,
            @Setting("none") AudioInput.Normalize normalize,
            @Setting("") String signal,
            @Setting("") String lengths,

            @Setting("") String plugin,

            @Setting(value = "", entries = true) List<String> options) {}

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
     * @param pooling which vector of a text's tokens is its embedding; {@code auto} for their mean, if there are several
     * @param normalize whether an embedding is made a vector of length 1, which makes a dot product a likeness
     * @param shorten whether a client may ask for the first elements of an embedding alone
     * @param decimals that are shown of a value; 6, as of a probability
     * @param scores the output with the scores of the boxes that {@code name} has; empty where they stand behind each box
     * @param classes the output with their classes, where the model has chosen them and they stand apart
     * @param count the output that says how many boxes there are; empty where all that there is room for are
     * @param boxesLast whether an output has a line of all boxes for each number, as those of YOLOv8 do
     * @param corners what the four numbers of a box are
     * @param units what they count
     * @param form which scores stand with a box
     * @param activation what makes a probability of a score
     * @param background the class that means that there is nothing; -1 where there is none
     * @param scoreThreshold probability below which a box is none; 0.25, as YOLO's own tools have it
     * @param iouThreshold part of two boxes together that may be in both, if they are to be of two things; 0.45, in the same way
     * @param suppression among which boxes; {@code auto} for those of a class, unless the model has chosen already
     * @param maxBoxes of a picture, the most probable; 100, as COCO judges detectors by
     * @param plugin by its name, which a jar of {@code worker.plugins} has registered
     * @param options that it understands, as {@code KEY=VALUE}
     */
    public record Output(
            @Setting("none") OutputKind kind,
            @Setting("") String name,
            @Setting("false") boolean softmax,
            @Setting("") String labels,
            @Setting(value = "5", min = "1", max = "1000") int top,
            @Setting(value = "0", min = "0", max = "1") double threshold,
            @Setting("auto") Pooling pooling,
            @Setting("true") boolean normalize,
            @Setting("false") boolean shorten,
            @Setting(value = "6", min = "0", max = "15") int decimals,
            @Setting("") String scores,
            @Setting("") String classes,
            @Setting("") String count,
            @Setting("false") boolean boxesLast,
            @Setting("xyxy") BoxesOutput.Corners corners,
            @Setting("pixels") BoxesOutput.Units units,
            @Setting("per_class") BoxesOutput.Form form,
            @Setting("none") BoxesOutput.Activation activation,

            @Setting(value = "-1", min = "-1", max = "100000")
            int background,

            @Setting(value = "0.25", min = "0", max = "1") double scoreThreshold,
            @Setting(value = "0.45", min = "0", max = "1") double iouThreshold,
            @Setting("auto") Suppression suppression,
            @Setting(value = "100", min = "1", max = "1000") int maxBoxes,
            @Setting("") String plugin,

            @Setting(value = "", entries = true) List<String> options) {}

    /** What goes in. */
    public enum Kind {
        NONE,
        IMAGE,
        TEXT,
        ROWS,
        AUDIO,
        PLUGIN
    }

    /** What comes out. */
    public enum OutputKind {
        NONE,
        CLASSES,
        SIGMOID,
        EMBEDDING,
        VALUES,
        BOXES,
        PLUGIN
    }

    /** As {@link EmbeddingOutput.Pooling}, or by the output's shape. */
    public enum Pooling {
        AUTO,
        NONE,
        MEAN,
        CLS,
        LAST
    }

    /** As {@link BoxesOutput.Suppression}, or by whether the model has chosen already. */
    public enum Suppression {
        AUTO,
        NONE,
        PER_CLASS,
        ACROSS_CLASSES
    }

    /** Where padding stands beside the tokens of a text, or the samples of a recording. */
    public enum PadSide {
        RIGHT,
        LEFT
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

    /** What it may say of that kind, beside the kind itself. */
    public static Set<String> keys(Kind kind) {
        return switch (kind) {
            case NONE -> Set.of();
            case ROWS -> Set.of("columns");
            case PLUGIN -> Set.of("plugin", "options");
            case IMAGE -> OF_IMAGES;
            case TEXT -> OF_TEXTS;
            case AUDIO -> OF_AUDIO;
        };
    }

    /** The same of what comes out. */
    public static Set<String> keys(OutputKind kind) {
        return switch (kind) {
            case NONE -> Set.of();
            case CLASSES -> Set.of("name", "softmax", "labels", "top", "threshold");
            case SIGMOID -> Set.of("name", "labels", "top", "threshold");
            case EMBEDDING -> Set.of("name", "pooling", "normalize", "shorten");
            case VALUES -> Set.of("name", "decimals");
            case PLUGIN -> Set.of("plugin", "options");
            case BOXES -> OF_BOXES;
        };
    }

    /** What is wrong with its values beyond their types, by path. */
    static Map<String, Function<String, Optional<String>>> checks() {
        return Map.of(
                "transform.input.mean",
                TransformConfig::badNumber,
                "transform.input.std",
                TransformConfig::badDivisor,
                "transform.input.tokenizer",
                TransformConfig::badPath,
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
