package dev.sluice.gateway.front.http;

import dev.sluice.gateway.front.v2.JsonOutput;
import dev.sluice.gateway.transform.OutputWork;
import dev.sluice.worker.contract.ModelReport.Description;
import dev.sluice.worker.contract.PluginException;
import dev.sluice.worker.contract.PluginOutput;
import dev.sluice.worker.contract.Tensor;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Writes what a user's own class makes of outputs.
 *
 * @thread confined to its writer
 * @bound {@value #MOST_DEPTH} levels, and as many bytes as {@link OutputWork} counts for it
 * @errors PluginException for what no JSON can be made of, or too much: the mistake of the class
 */
public final class PluginAnswer {

    private static final int MOST_DEPTH = 64;
    private static final int EXPECTED_BYTES = 512;

    private final PluginOutput how;
    private final long mostBytes;
    private final JsonOutput out = new JsonOutput(EXPECTED_BYTES);

    private PluginAnswer(PluginOutput how, long mostBytes) {
        this.how = how;
        this.mostBytes = mostBytes;
    }

    /** Whether all that it is made of is among these outputs; otherwise a client has asked for some alone. */
    public static boolean isMadeOf(List<Tensor> outputs, PluginOutput how) {
        return outputs.stream().map(Tensor::name).toList().equals(how.outputs());
    }

    /** It, in JSON. */
    public static JsonOutput write(List<Tensor> outputs, Description model, PluginOutput how) {
        int rows = model.signature().batched() ? (int) outputs.getFirst().rows() : 1;
        PluginAnswer answer = new PluginAnswer(how, OutputWork.mostAnswerBytes(outputs));
        @Nullable Object made = how.prepared().apply(readOnly(outputs), rows);
        try {
            answer.value(made, 0);
        } catch (PluginException | OutOfMemoryError told) {
            throw told;
        } catch (Throwable failure) { // its lists and maps are the class's own as well
            throw new PluginException(how.plugin(), failure);
        }
        return answer.out;
    }

    /** An answer may be given to others as well. */
    private static List<Tensor> readOnly(List<Tensor> outputs) {
        return outputs.stream()
                .map(output -> new Tensor(
                        output.name(),
                        output.dataType(),
                        output.shape(),
                        output.data().asReadOnlyBuffer()))
                .toList();
    }

    private void value(@Nullable Object value, int depth) {
        if (depth > MOST_DEPTH) {
            throw wrong("is nested more than " + MOST_DEPTH + " levels deep");
        }
        switch (value) {
            case null -> out.raw("null");
            case String text -> string(text);
            case Boolean truth -> out.raw(truth.toString());
            case Number number -> number(number);
            case Map<?, ?> map -> map(map, depth);
            case List<?> list -> list(list, depth);
            default -> throw wrong("has a " + value.getClass().getName() + " in it, which is nothing in JSON");
        }
        requireRoom(0);
    }

    private void map(Map<?, ?> map, int depth) {
        String between = "{";
        for (Map.Entry<?, ?> entry : map.entrySet()) {
            if (!(entry.getKey() instanceof String key)) {
                throw wrong("has a key that is no text: " + entry.getKey());
            }
            out.raw(between);
            string(key);
            out.raw(':');
            value(entry.getValue(), depth + 1);
            between = ",";
        }
        out.raw(map.isEmpty() ? "{}" : "}");
    }

    private void list(List<?> list, int depth) {
        String between = "[";
        for (Object item : list) {
            out.raw(between);
            value(item, depth + 1);
            between = ",";
        }
        out.raw(list.isEmpty() ? "[]" : "]");
    }

    private void string(String text) {
        requireRoom(text.length());
        out.string(text);
    }

    private void number(Number number) {
        switch (number) {
            case Byte whole -> out.number(whole.longValue());
            case Short whole -> out.number(whole.longValue());
            case Integer whole -> out.number(whole.longValue());
            case Long whole -> out.number(whole);
            case BigInteger whole -> out.raw(whole.toString());
            case BigDecimal decimal -> out.raw(decimal.toString());
            case Float single -> out.raw(Float.isFinite(single) ? single.toString() : "null");
            case Double real -> out.number(real.doubleValue());
            default -> throw wrong("has a number of " + number.getClass().getName() + " in it");
        }
    }

    private void requireRoom(long more) {
        if (out.length() + more > mostBytes) {
            throw wrong("is longer than " + mostBytes + " bytes");
        }
    }

    private PluginException wrong(String problem) {
        return new PluginException(how.plugin(), "its answer " + problem);
    }
}
