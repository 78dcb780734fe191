package dev.sluice.gateway.front.tfs.grpc;

import dev.sluice.gateway.front.TensorBuffers;
import dev.sluice.gateway.front.grpc.MessageCursor;
import dev.sluice.gateway.front.grpc.MessageCursor.Span;
import dev.sluice.gateway.front.http.HttpBytes;
import dev.sluice.gateway.front.tfs.Repetition;
import dev.sluice.gateway.front.v2.AnswerForm;
import dev.sluice.gateway.front.v2.DecodedRequest;
import dev.sluice.gateway.front.v2.SignatureCheck;
import dev.sluice.worker.contract.InferenceException;
import dev.sluice.worker.contract.Signature;
import dev.sluice.worker.contract.Tensor;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Reads the Input of Classify and Regress: examples, whose features are named as the model's inputs are, and a context that they may
 * share. It is walked twice: to count, and then into memory.
 *
 * @thread confined to one front loop; one use
 * @shape the values of a feature are one row of its input
 * @bound nothing is remembered of an example but how far it is counted; memory is taken once all of it has been counted, and for
 *     what is taken from the context again no more than {@link Repetition} allows
 * @errors InvalidRequest that names the example and the feature
 * @owns the memory of the inputs until {@link #decode} returns; gives it back when it throws
 * @source tensorflow/serving, util.cc: InputToSerializedExampleTensor; tensorflow, example.proto
 */
final class ExamplesMessageDecoder {

    private final HttpBytes message;
    private final Signature signature;
    private final List<String> outputs;
    private final TensorBuffers buffers;
    private final List<FeatureColumn> columns;

    /**
     * Hears of the features of an example that the model has an input for.
     *
     * @thread confined to one front loop
     */
    private interface Visitor {

        void feature(FeatureColumn column, @Nullable FeatureList values) throws IOException;
    }

    /** @param outputs that are wanted */
    ExamplesMessageDecoder(HttpBytes message, Signature signature, List<String> outputs, TensorBuffers buffers) {
        this.message = message;
        this.signature = signature;
        this.outputs = outputs;
        this.buffers = buffers;
        this.columns = signature.inputs().stream().map(FeatureColumn::new).toList();
    }

    DecodedRequest decode() {
        buffers.besideBody(message.length());
        try {
            Span list = examples();
            readContext(list);
            measure(list);
            columns.forEach(column -> column.take(buffers));
            write(list);
            return request();
        } catch (IOException broken) {
            columns.forEach(column -> column.giveBack(buffers));
            throw MessageCursor.broken("input");
        } catch (InferenceException wrong) {
            columns.forEach(column -> column.giveBack(buffers));
            throw wrong;
        }
    }

    private DecodedRequest request() {
        List<Tensor> inputs = new ArrayList<>(columns.size());
        for (FeatureColumn column : columns) {
            @Nullable Tensor tensor = column.tensor();
            if (tensor != null) {
                inputs.add(tensor);
            }
        }
        int rows = SignatureCheck.rows(inputs, signature);
        return new DecodedRequest(inputs, outputs, rows, null, 0, new AnswerForm(null, List.of(), true));
    }

    /** The list of them, with or without a context. */
    private Span examples() throws IOException {
        @Nullable Span found = null;
        MessageCursor fields = cursor(new Span(message.from(), message.to()));
        for (int tag = fields.readTag(); tag != 0; tag = fields.readTag()) {
            if (tag != Tags.EXAMPLES_INPUT) {
                fields.skip(tag);
                continue;
            }
            if (found != null) {
                throw InferenceException.invalid("input", "given twice");
            }
            found = fields.readSpan();
        }
        @Nullable Span list = null;
        MessageCursor kinds = cursor(found == null ? new Span(message.to(), message.to()) : found);
        for (int tag = kinds.readTag(); tag != 0; tag = kinds.readTag()) {
            if (tag == Tags.INPUT_LIST || tag == Tags.INPUT_WITH_CONTEXT) {
                list = kinds.readSpan(); // of a oneof the last holds
            } else {
                kinds.skip(tag);
            }
        }
        return list == null ? new Span(message.to(), message.to()) : list;
    }

    private MessageCursor cursor(Span span) {
        return new MessageCursor(message.array(), span);
    }

    private void readContext(Span list) throws IOException {
        MessageCursor fields = cursor(list);
        for (int tag = fields.readTag(); tag != 0; tag = fields.readTag()) {
            if (tag == Tags.LIST_CONTEXT) {
                visit(fields.readSpan(), FeatureColumn::share);
            } else {
                fields.skip(tag);
            }
        }
    }

    private void measure(Span list) throws IOException {
        int example = 0;
        Repetition repetition = new Repetition();
        MessageCursor fields = cursor(list);
        for (int tag = fields.readTag(); tag != 0; tag = fields.readTag()) {
            if (tag == Tags.LIST_EXAMPLE) {
                int here = example++;
                visit(fields.readSpan(), (column, values) -> column.measure(here, values));
                columns.forEach(column -> column.endMeasured(here, repetition));
            } else {
                fields.skip(tag);
            }
        }
        if (example == 0) {
            throw InferenceException.invalid("", "Input is empty.");
        }
        if (signature.batched()) {
            SignatureCheck.requireRows(example, columns.stream().allMatch(FeatureColumn::isEmpty));
        }
    }

    private void write(Span list) throws IOException {
        int example = 0;
        MessageCursor fields = cursor(list);
        for (int tag = fields.readTag(); tag != 0; tag = fields.readTag()) {
            if (tag == Tags.LIST_EXAMPLE) {
                visit(fields.readSpan(), FeatureColumn::write);
                for (FeatureColumn column : columns) {
                    column.endWritten(example);
                }
                example++;
            } else {
                fields.skip(tag);
            }
        }
    }

    private void visit(Span example, Visitor visitor) throws IOException {
        MessageCursor fields = cursor(example);
        for (int tag = fields.readTag(); tag != 0; tag = fields.readTag()) {
            if (tag == Tags.EXAMPLE_FEATURES) {
                visitFeatures(fields.readSpan(), visitor);
            } else {
                fields.skip(tag);
            }
        }
    }

    private void visitFeatures(Span features, Visitor visitor) throws IOException {
        MessageCursor entries = cursor(features);
        for (int tag = entries.readTag(); tag != 0; tag = entries.readTag()) {
            if (tag == Tags.FEATURES_FEATURE) {
                visitFeature(entries.readSpan(), visitor);
            } else {
                entries.skip(tag);
            }
        }
    }

    /** One that the model has no input for is skipped, as a model does with features that it has no use for. */
    private void visitFeature(Span entry, Visitor visitor) throws IOException {
        MessageCursor fields = cursor(entry);
        String name = "";
        Span value = new Span(entry.to(), entry.to());
        for (int tag = fields.readTag(); tag != 0; tag = fields.readTag()) {
            switch (tag) {
                case Tags.MAP_KEY -> name = fields.readString();
                case Tags.MAP_VALUE -> value = fields.readSpan();
                default -> fields.skip(tag);
            }
        }
        int place = signature.indexOfInput(name);
        if (place >= 0) {
            visitor.feature(columns.get(place), FeatureList.read(message.array(), value));
        }
    }
}
