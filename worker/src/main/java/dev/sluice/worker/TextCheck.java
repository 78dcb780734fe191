package dev.sluice.worker;

import dev.sluice.worker.contract.DataType;
import dev.sluice.worker.contract.Shape;
import dev.sluice.worker.contract.Signature;
import dev.sluice.worker.contract.TensorSpec;
import dev.sluice.worker.contract.TextInput;
import dev.sluice.worker.contract.TextInput.Column;
import dev.sluice.worker.contract.TextInput.Kind;
import dev.sluice.worker.contract.Tokenization;
import dev.sluice.worker.repository.ModelLocation;
import dev.sluice.worker.repository.TransformConfig;
import dev.sluice.worker.repository.TransformConfig.PadSide;
import dev.sluice.worker.tokenizer.Tokenizer;
import dev.sluice.worker.tokenizer.TokenizerFiles;
import dev.sluice.worker.tokenizer.Tokenizers;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * What a model.yaml says of texts, held against its tokenizer's file and the inputs that they become.
 *
 * @thread the control thread that loads the model: reads a file
 * @bound {@value #MOST_BYTES} bytes of the file
 * @errors problems by the key that they are about
 */
final class TextCheck {

    private static final String SECTION = "transform.input.";
    private static final int MOST_BYTES = 64 << 20;
    private static final int USUAL_TOKENS = 512;
    private static final int ROWS_AND_TOKENS = 2;
    private static final Set<DataType> TYPES = Set.of(DataType.INT64, DataType.INT32);

    private final TransformConfig.Input config;
    private final Signature signature;
    private final Map<String, String> problems;
    private final InputChoice inputs;
    private final List<Column> columns = new ArrayList<>();
    private final Consumer<Tokenizers.Hold> held;

    /** @param held is given the hold of its tokenizer, whatever else is wrong */
    TextCheck(
            TransformConfig.Input config,
            Signature signature,
            Map<String, String> problems,
            Consumer<Tokenizers.Hold> held) {
        this.config = config;
        this.signature = signature;
        this.problems = problems;
        this.inputs = new InputChoice("a text", signature, problems);
        this.held = held;
    }

    /** What it says; null when that is impossible, and then there are problems. */
    @Nullable
    TextInput read(ModelLocation location) {
        findColumns();
        try (TokenizerFiles file = file(location)) {
            return file == null || !problems.isEmpty() ? null : read(file);
        }
    }

    private TextInput read(TokenizerFiles file) {
        List<Integer> lengths = fixedLengths();
        int fixed = lengths.isEmpty() ? 0 : lengths.getFirst();
        if (lengths.size() > 1) {
            problems.put(SECTION + "kind", "a text has rows of one length, and the model has " + signature.inputs());
        }
        int length = config.padTo() > 0 ? config.padTo() : fixed;
        if (fixed > 0 && length != fixed) {
            problems.put(SECTION + "pad_to", "must be " + fixed + ", as the model has " + signature.inputs());
        }
        int maxTokens = maxTokens(length, file);
        if (length > 0 && maxTokens > length) {
            problems.put(SECTION + "max_tokens", "is more than the " + length + " that a row has");
        }
        Tokenization how = new Tokenization(file.file(), maxTokens, config.truncate(), config.specialTokens());
        Tokenizers.Hold hold = file.hold(how);
        held.accept(hold);
        if (!truncatesTo(how, hold.tokenizer())) {
            problems.put(
                    SECTION + "max_tokens", "leaves no room for a text, or a pair, only for what stands around it");
        }
        boolean oneText =
                columns.stream().anyMatch(each -> each.tensor().shape().dimension(0) == 1);
        return new TextInput(
                how,
                columns,
                length,
                config.padSide() == PadSide.LEFT,
                config.padId() < 0 ? file.padId() : config.padId(),
                file.vocabulary(),
                oneText ? 1 : config.maxTexts(),
                config.maxCharacters());
    }

    private void findColumns() {
        boolean lone = signature.inputs().size() == 1;
        add(Kind.IDS, "ids", lone ? signature.inputs().getFirst().name() : "input_ids", config.ids());
        add(Kind.MASK, "mask", "attention_mask", config.mask());
        add(Kind.TYPES, "types", "token_type_ids", config.types());
        inputs.requireAll();
        if (columns.stream().noneMatch(each -> each.kind() == Kind.IDS)) {
            problems.put(SECTION + "ids", "must be the input that tokens go to, one of " + signature.inputs());
        }
    }

    private void add(Kind kind, String key, String usual, String said) {
        TensorSpec tensor = inputs.choose(key, usual, said);
        if (tensor == null) {
            return;
        }
        boolean rows = tensor.shape().rank() == ROWS_AND_TOKENS
                && Math.abs(tensor.shape().dimension(0)) == 1;
        if (!rows || !TYPES.contains(tensor.dataType())) {
            problems.put(SECTION + "kind", "tokens are INT64 or INT32 of rows and tokens, and the model has " + tensor);
        }
        columns.add(new Column(tensor, kind));
    }

    private @Nullable TokenizerFiles file(ModelLocation location) {
        try {
            return TokenizerFiles.read(ModelFiles.read(location, config.tokenizer(), MOST_BYTES));
        } catch (IOException unreadable) {
            problems.put(SECTION + "tokenizer", "the file cannot be read: " + unreadable);
        } catch (IllegalArgumentException broken) {
            problems.put(SECTION + "tokenizer", "the file " + broken.getMessage());
        } catch (RuntimeException | LinkageError noLibrary) {
            problems.put(SECTION + "tokenizer", "the library of tokenizers does not work here: " + noLibrary);
        }
        return null;
    }

    /** What the model has for the length of a row: one at most, or no row fits; none where that is open. */
    private List<Integer> fixedLengths() {
        return columns.stream()
                .map(column -> column.tensor().shape().dimension(1))
                .filter(tokens -> tokens != Shape.VARIABLE)
                .distinct()
                .map(Math::toIntExact)
                .toList();
    }

    private int maxTokens(int length, TokenizerFiles file) {
        if (config.maxTokens() > 0) {
            return config.maxTokens();
        }
        int usual = file.maxTokens() > 0 ? file.maxTokens() : USUAL_TOKENS;
        return length == 0 ? usual : length;
    }

    private static boolean truncatesTo(Tokenization how, Tokenizer tokenizer) {
        return tokenizer.encode("", null).ids().length < how.maxTokens()
                && tokenizer.encode("", "").ids().length < how.maxTokens();
    }
}
