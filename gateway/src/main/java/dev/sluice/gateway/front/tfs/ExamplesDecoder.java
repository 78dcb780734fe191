package dev.sluice.gateway.front.tfs;

import dev.sluice.gateway.front.TensorBuffers;
import dev.sluice.gateway.front.http.HttpBytes;
import dev.sluice.gateway.front.v2.BadJson;
import dev.sluice.gateway.front.v2.Base64Object;
import dev.sluice.gateway.front.v2.DecodedRequest;
import dev.sluice.gateway.front.v2.GrowingTensor;
import dev.sluice.gateway.front.v2.JsonCursor;
import dev.sluice.gateway.front.v2.SignatureCheck;
import dev.sluice.worker.contract.InferenceException;
import dev.sluice.worker.contract.Shape;
import dev.sluice.worker.contract.Signature;
import dev.sluice.worker.contract.Tensor;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Reads the body of {@code :classify} and {@code :regress}: examples, each an object of features that are named as the
 * model's inputs are, and a context that they share.
 *
 * @thread confined to one front loop; one use
 * @shape the values of a feature, a flat list or one alone, are one row of its input
 * @bound a feature of the context is read once and copied for each example that has none of its own; the memory for all
 *     of them is asked for at once, and is no more than {@link Repetition} allows
 * @errors InvalidRequest that names the example and the feature
 * @owns the memory of the inputs until {@link #decode} returns; gives it back when it throws
 * @source TensorFlow Serving, RESTful API; tensorflow/serving, json_tensor.cc
 */
final class ExamplesDecoder {

    private static final int NOT_SEEN = -1;
    private static final Set<String> ODD_KINDS = Set.of("Array", "Null", "Object");

    private final HttpBytes body;
    private final JsonCursor cursor;
    private final Signature signature;
    private final ResultsWriter results;
    private final TensorBuffers buffers;
    private final List<GrowingTensor> tensors = new ArrayList<>();
    private final SignatureName signatureName = new SignatureName();
    private final Map<String, Integer> shared = new HashMap<>();
    private final Repetition repetition = new Repetition();
    private int examplesAt = NOT_SEEN;
    private int examples;
    private int contextAt = NOT_SEEN;

    ExamplesDecoder(HttpBytes body, Signature signature, TensorBuffers buffers, ResultsWriter results) {
        this.body = body;
        this.cursor = PredictDecoder.cursor(body);
        this.signature = signature;
        this.results = results;
        this.buffers = buffers;
    }

    DecodedRequest decode() {
        buffers.besideBody(body.length());
        try {
            findMembers();
            List<String> outputs = results.outputs(signature);
            Refusals.requireJsonTypes(signature);
            signature.inputs().forEach(spec -> tensors.add(new GrowingTensor(cursor, buffers, spec)));
            readContext();
            readExamples();
            List<Tensor> inputs = inputs();
            return DecodedRequest.plain(inputs, outputs, signature);
        } catch (BadJson bad) {
            tensors.forEach(GrowingTensor::giveBack);
            throw Refusals.parseError(bad);
        } catch (InferenceException wrong) {
            tensors.forEach(GrowingTensor::giveBack);
            throw wrong;
        }
    }

    /** A context may come behind the examples that it is for, so all is read over first, and they are counted. */
    private void findMembers() {
        Refusals.requireObject(cursor, body, "'examples'");
        cursor.read('{');
        if (!cursor.tryRead('}')) {
            do {
                String member = cursor.readName();
                cursor.peek();
                int start = cursor.position();
                switch (member) {
                    case "examples" -> {
                        Refusals.requireFirst(examplesAt == NOT_SEEN, member, body);
                        examplesAt = start;
                        examples = countElements();
                    }
                    case "context" -> {
                        Refusals.requireFirst(contextAt == NOT_SEEN, member, body);
                        contextAt = start;
                        cursor.skipValue();
                    }
                    case "signature_name" -> signatureName.require(cursor, body);
                    default -> cursor.skipValue();
                }
            } while (cursor.readCommaOr('}'));
        }
    }

    /** Reads over a list, or over something else that has none. */
    private int countElements() {
        if (cursor.peek() != '[') {
            cursor.skipValue();
            return 0;
        }
        return cursor.skipList();
    }

    private void readContext() {
        if (contextAt == NOT_SEEN) {
            return;
        }
        cursor.goTo(contextAt);
        requireObject();
        cursor.read('{');
        if (!cursor.tryRead('}')) {
            do {
                String name = cursor.readName();
                if (shared.put(name, cursor.position()) != null) {
                    throw Refusals.invalid(
                            "Feature: " + InferenceException.shortened(name) + " is given twice (at context)");
                }
                cursor.skipValue();
            } while (cursor.readCommaOr('}'));
        }
    }

    private void requireObject() {
        if (cursor.peek() != '{') {
            throw Refusals.invalid("Example must be JSON object but got JSON " + Misfit.kind(cursor.peek()));
        }
    }

    private void readExamples() {
        if (examplesAt == NOT_SEEN) {
            throw Refusals.invalid("When method is classify, key 'examples' is expected and was not found");
        }
        if (signature.batched()) {
            SignatureCheck.requireRows(examples, false);
        }
        cursor.goTo(examplesAt);
        if (cursor.peek() != '[') {
            throw Refusals.invalid("Expecting 'examples' value to be an list/array");
        }
        cursor.read('[');
        if (cursor.tryRead(']')) {
            throw Refusals.invalid("'examples' value is an empty array");
        }
        int example = 0;
        do {
            requireObject();
            readExample(example);
            example++;
        } while (cursor.readCommaOr(']'));
    }

    private void readExample(int example) {
        cursor.read('{');
        if (!cursor.tryRead('}')) {
            do {
                String feature = cursor.readName();
                int place = signature.indexOfInput(feature);
                if (place < 0) {
                    requireElements(feature, example); // and no more of features that the model has no use for
                } else if (tensors.get(place).values() > example) {
                    throw Refusals.invalid("Feature: " + feature + " is given twice (at examples[" + example + "])");
                } else {
                    GrowingTensor tensor = tensors.get(place);
                    readFeature(tensor, example, tensor::readFlat);
                }
            } while (cursor.readCommaOr('}'));
        }
        for (GrowingTensor tensor : tensors) {
            if (tensor.values() == example) {
                takeFromContext(tensor, example);
            }
        }
    }

    /** What all examples share is read for the first that wants it; that it fits has been seen then. */
    private void takeFromContext(GrowingTensor tensor, int example) {
        if (tensor.hasKept()) {
            repetition.add(tensor.keptBytes());
            tensor.repeatKept();
            return;
        }
        @Nullable Integer start = shared.get(tensor.spec().name());
        if (start != null) {
            int behind = cursor.position();
            cursor.goTo(start);
            readFeature(tensor, example, () -> tensor.readKept(examples - example - 1, Repetition.MOST_BYTES));
            cursor.goTo(behind);
        } else if (!tensor.spec().optional() || tensor.values() > 0) {
            throw Refusals.invalid("Feature: " + tensor.spec().name() + " (data type: "
                    + TfsType.word(tensor.spec().dataType()) + ") is required but could not be found. (at examples["
                    + example + "])");
        }
    }

    private void readFeature(GrowingTensor tensor, int example, Runnable read) {
        cursor.peek();
        int start = cursor.position();
        try {
            read.run();
        } catch (BadJson misfit) {
            String name = tensor.spec().name();
            cursor.goTo(start);
            requireElements(name, example);
            cursor.goTo(start);
            throw Refusals.invalid(
                    "Feature: " + name + ": " + new Misfit(cursor, tensor).why(misfit.reason(), place(name, example)));
        }
    }

    private static String place(String feature, int example) {
        return "examples[" + example + "]." + feature;
    }

    /** Reads over a feature, which has to be what any could be. */
    private void requireElements(String name, int example) {
        @Nullable String kind = oddKind();
        if (kind != null) {
            String feature = InferenceException.shortened(name);
            throw Refusals.invalid("Feature: " + feature + " has element with unexpected JSON type: " + kind + " (at "
                    + place(feature, example) + ")");
        }
    }

    /** The kind of the first element that no feature has; null where there is none. */
    private @Nullable String oddKind() {
        boolean list = cursor.tryRead('[');
        if (list && cursor.tryRead(']')) {
            return null;
        }
        do {
            String kind = Misfit.kind(cursor.peek());
            boolean bytes = Base64Object.isNext(cursor);
            if (!bytes && ODD_KINDS.contains(kind)) {
                return kind;
            }
            cursor.skipValue();
        } while (list && cursor.readCommaOr(']'));
        return null;
    }

    private List<Tensor> inputs() {
        List<Tensor> inputs = new ArrayList<>(tensors.size());
        for (GrowingTensor tensor : tensors) {
            if (tensor.values() > 0) {
                inputs.add(tensor.tensor(shape(tensor)));
            }
        }
        return inputs;
    }

    private static Shape shape(GrowingTensor tensor) {
        return FeatureShape.of(tensor.spec(), tensor.values(), tensor.form().elementCount());
    }
}
