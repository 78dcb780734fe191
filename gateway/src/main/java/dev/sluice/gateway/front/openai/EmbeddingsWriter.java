package dev.sluice.gateway.front.openai;

import dev.sluice.gateway.front.http.AnswerWriter;
import dev.sluice.gateway.front.http.Exchange;
import dev.sluice.gateway.front.v2.JsonOutput;
import dev.sluice.gateway.front.v2.NestedEncoder;
import dev.sluice.gateway.transform.Embeddings;
import dev.sluice.gateway.transform.OutputWork;
import dev.sluice.gateway.transform.TextNotes;
import dev.sluice.worker.contract.EmbeddingOutput;
import dev.sluice.worker.contract.InferenceException;
import dev.sluice.worker.contract.InferenceResponse;
import dev.sluice.worker.contract.ModelReport.Description;
import dev.sluice.worker.contract.Tensor;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import org.jspecify.annotations.Nullable;

/**
 * Writes vectors in the order of the texts, and how many tokens those had.
 *
 * @thread as the interface says
 * @errors InvalidRequest where who stood in for the model gives none, or shorter ones than were asked for
 */
record EmbeddingsWriter(Exchange exchange, EmbeddingsRequest asked) implements AnswerWriter {

    private static final int EXPECTED_BYTES = 4096;

    @Override
    public OutputWork work(InferenceResponse response, Description model) {
        return model.transform().output() instanceof EmbeddingOutput how
                ? OutputWork.of(how, response.outputs().getFirst(), model.labels())
                : OutputWork.NONE;
    }

    @Override
    public JsonOutput write(InferenceResponse response, Description model) {
        @Nullable TextNotes texts = exchange.texts();
        if (!(model.transform().output() instanceof EmbeddingOutput how) || texts == null) {
            throw InferenceException.invalid("model", "who stands in for it gives no embeddings");
        }
        Tensor vectors =
                Embeddings.of(response.outputs().getFirst(), how, texts, asked.dimensions(), exchange::isGivenUp);
        if (vectors.shape().dimension(1) < asked.dimensions()) {
            throw InferenceException.invalid(
                    "dimensions", "is more than the " + vectors.shape().dimension(1) + " that there are");
        }
        JsonOutput out = new JsonOutput(EXPECTED_BYTES).raw("{\"object\":\"list\",\"data\":[");
        NestedEncoder encoder = new NestedEncoder(vectors, false, out);
        for (int row = 0; row < vectors.rows(); row++) {
            out.raw(row == 0 ? "{" : ",{").raw("\"object\":\"embedding\",\"index\":");
            out.number((long) row).raw(",\"embedding\":");
            if (asked.base64()) {
                out.raw('"').raw(base64(vectors, row)).raw('"');
            } else {
                encoder.nextRow();
            }
            out.raw('}');
        }
        out.raw("],\"model\":").string(asked.model());
        out.raw(",\"usage\":{\"prompt_tokens\":").number(texts.totalTokens());
        return out.raw(",\"total_tokens\":").number(texts.totalTokens()).raw("}}");
    }

    private static String base64(Tensor vectors, int row) {
        int bytes = vectors.byteCount() / (int) vectors.rows();
        ByteBuffer data = vectors.data().slice(vectors.data().position() + row * bytes, bytes);
        return StandardCharsets.ISO_8859_1
                .decode(Base64.getEncoder().encode(data))
                .toString();
    }
}
