package dev.sluice.gateway.front.http;

import dev.sluice.gateway.front.v2.ElementValue;
import dev.sluice.gateway.front.v2.JsonOutput;
import dev.sluice.gateway.front.v2.NestedEncoder;
import dev.sluice.gateway.transform.Embeddings;
import dev.sluice.gateway.transform.TextNotes;
import dev.sluice.gateway.transform.TopClasses;
import dev.sluice.gateway.transform.TopClasses.Scored;
import dev.sluice.worker.contract.ClassOutput;
import dev.sluice.worker.contract.EmbeddingOutput;
import dev.sluice.worker.contract.LabelsOutput;
import dev.sluice.worker.contract.OutputTransform;
import dev.sluice.worker.contract.Tensor;
import dev.sluice.worker.contract.ValuesOutput;
import java.util.List;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Writes what one row of an output says, for each kind of answer; rows are to be given in their order.
 *
 * @thread confined to its writer
 */
@FunctionalInterface
interface PredictedRows {

    /** Writes an object. */
    void write(Tensor row, JsonOutput out);

    /**
     * For that kind.
     *
     * @param output all rows
     * @param labels of its classes
     * @param givenUp whether nobody waits any more, for what is made of all rows together
     */
    static PredictedRows of(
            Tensor output,
            OutputTransform.OfOne how,
            List<String> labels,
            @Nullable TextNotes texts,
            BooleanSupplier givenUp) {
        return switch (how) {
            case ClassOutput classes -> (row, out) -> writeLikeliest(TopClasses.of(row, classes, labels), out);
            case LabelsOutput several -> (row, out) -> writeAll("labels", TopClasses.of(row, several, labels), out);
            case EmbeddingOutput embedding -> new Vectors(Embeddings.of(output, embedding, texts, 0, givenUp));
            case ValuesOutput values -> (row, out) -> writeValues(row, values.decimals(), out);
        };
    }

    private static void writeLikeliest(TopClasses top, JsonOutput out) {
        if (top.classes().isEmpty()) {
            out.raw("{\"label\":null,\"probability\":null,");
        } else {
            out.raw('{');
            write(top.classes().getFirst(), out);
            out.raw(',');
        }
        writeList("top", top, out);
    }

    private static void writeAll(String name, TopClasses top, JsonOutput out) {
        writeList(name, top, out.raw('{'));
    }

    private static void writeList(String name, TopClasses top, JsonOutput out) {
        out.string(name).raw(":[");
        String between = "{";
        for (Scored scored : top.classes()) {
            out.raw(between);
            write(scored, out);
            out.raw('}');
            between = ",{";
        }
        out.raw("]}");
    }

    /** Millionths are as much as such numbers mean. */
    private static void write(Scored scored, JsonOutput out) {
        out.raw("\"label\":").string(scored.label());
        out.raw(",\"probability\":").number(rounded(scored.probability(), 6));
    }

    /** Where that makes a number of it. */
    static double rounded(double number, int decimals) {
        double parts = Math.pow(10, decimals);
        double rounded = Math.rint(number * parts) / parts;
        return Double.isFinite(rounded) ? rounded : number;
    }

    /** One is a value, and several are a list. */
    private static void writeValues(Tensor row, int decimals, JsonOutput out) {
        int count = row.byteCount() / row.dataType().elementBytes();
        boolean whole =
                switch (row.dataType()) {
                    case FP16, BF16, FP32, FP64 -> false;
                    default -> true;
                };
        NestedEncoder encoder = new NestedEncoder(row, false, out);
        out.raw(count == 1 ? "{\"value\":" : "{\"values\":[");
        for (int i = 0; i < count; i++) {
            out.raw(i == 0 ? "" : ",");
            if (whole) {
                encoder.nextElement();
            } else {
                out.number(rounded(ElementValue.of(row, i), decimals));
            }
        }
        out.raw(count == 1 ? "}" : "]}");
    }

    /**
     * Vectors that were made of all rows together.
     *
     * @thread confined to its writer
     */
    final class Vectors implements PredictedRows {

        private final Tensor vectors;
        private int next;

        Vectors(Tensor vectors) {
            this.vectors = vectors;
        }

        @Override
        public void write(Tensor row, JsonOutput out) {
            int bytes = vectors.byteCount() / (int) vectors.rows();
            new NestedEncoder(vectors.view(1, next * bytes, bytes), false, out.raw("{\"embedding\":")).nextRow();
            out.raw('}');
            next++;
        }
    }
}
