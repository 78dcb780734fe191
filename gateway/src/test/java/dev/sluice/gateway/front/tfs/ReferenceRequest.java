package dev.sluice.gateway.front.tfs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sluice.gateway.front.v2.JacksonTree;
import dev.sluice.worker.contract.DataType;
import dev.sluice.worker.contract.Shape;
import dev.sluice.worker.contract.Signature;
import dev.sluice.worker.contract.Tensor;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;

/** What the body of a {@code :predict} says, as Jackson reads it into a tree, in the obvious way. */
final class ReferenceRequest {

    private final Map<String, Object> members;

    private ReferenceRequest(Map<String, Object> members) {
        this.members = members;
    }

    /** Of a body that is known to begin with an object. */
    static ReferenceRequest of(byte[] body) throws IOException {
        return new ReferenceRequest(JacksonTree.object(body));
    }

    boolean isByRows() {
        return members.containsKey("instances");
    }

    /** Holds what was decoded to the same shapes and elements, to the last bit. */
    void assertSame(List<Tensor> inputs, Signature signature) {
        for (Tensor input : inputs) {
            Object whole = whole(input.name(), signature);
            assertEquals(new Shape(shape(whole)), input.shape(), input.name());
            List<Object> leaves = new ArrayList<>();
            leaves(whole, leaves);
            ByteBuffer expected = JacksonTree.bits(leaves, (leaf, bits) -> put(input.dataType(), leaf, bits));
            assertEquals(expected, input.data(), () -> input + " of " + whole);
        }
    }

    /** An input's value, rows put together to a list. */
    private Object whole(String name, Signature signature) {
        if (!isByRows()) {
            return named(value("inputs"), name, signature);
        }
        List<Object> rows = new ArrayList<>();
        for (Object row : (List<?>) value("instances")) {
            rows.add(named(row, name, signature));
        }
        return rows;
    }

    private Object value(String member) {
        @Nullable Object value = members.get(member);
        assertTrue(value != null, "decoded without " + member);
        return value;
    }

    private static Object named(Object value, String name, Signature signature) {
        boolean bytes = value instanceof Map<?, ?> map && map.size() == 1 && map.containsKey("b64");
        if (!(value instanceof Map<?, ?> map) || (bytes && signature.inputs().size() == 1)) {
            return value;
        }
        @Nullable Object found = map.get(name);
        assertTrue(found != null, "decoded without " + name);
        return found;
    }

    private static long[] shape(Object value) {
        if (!(value instanceof List<?> list)) {
            return new long[0];
        }
        LongStream inner = list.isEmpty() ? LongStream.empty() : LongStream.of(shape(list.getFirst()));
        return LongStream.concat(LongStream.of(list.size()), inner).toArray();
    }

    private static void leaves(Object value, List<Object> leaves) {
        if (value instanceof List<?> list) {
            list.forEach(each -> leaves(each, leaves));
        } else {
            leaves.add(value);
        }
    }

    private static void put(DataType type, Object leaf, ByteBuffer bits) {
        switch (type) {
            case FP32 -> bits.putFloat(Float.parseFloat((String) leaf));
            case INT64 -> bits.putLong(Long.parseLong((String) leaf));
            case BYTES -> JacksonTree.putBytes(leaf, bits);
            default -> throw new AssertionError(type);
        }
    }
}
