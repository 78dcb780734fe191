package dev.sluice.gateway.front.v2;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.sluice.gateway.front.TensorBuffers;
import dev.sluice.worker.contract.InferenceException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A refused body leaves no memory behind: every buffer that was taken lies in the pool again, once. */
class DecoderMemoryTest {

    private static final int POOL = 8;
    private static final String A = "{\"name\":\"a\",\"datatype\":\"INT64\",\"shape\":[1],\"data\":[1]}";
    private static final String B = "{\"name\":\"b\",\"datatype\":\"BYTES\",\"shape\":[1,2],\"data\":[\"p\",\"q\"]}";

    private final TensorBuffers buffers = new TensorBuffers();
    private final Set<ByteBuffer> pool = Collections.newSetFromMap(new IdentityHashMap<>());

    @BeforeEach
    void fillThePool() {
        for (int i = 0; i < POOL; i++) {
            pool.add(buffers.take(1));
        }
        pool.forEach(buffers::giveBack);
    }

    private int inThePool() {
        Set<ByteBuffer> found = Collections.newSetFromMap(new IdentityHashMap<>());
        for (int i = 0; i < POOL; i++) {
            found.add(buffers.take(1));
        }
        found.retainAll(pool);
        return found.size();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                A + "," + B + "]",
                A + "," + B + "]}x",
                A + "," + B + "],\"inputs\":[]}",
                A + "," + B + "],\"outputs\":[{\"name\":\"unknown\"}]}",
                A + "," + B + "],\"outputs\":[{}]}",
                A + "," + A + "]}",
                A + "]}",
                A + ",{\"name\":\"b\",\"datatype\":\"BYTES\",\"shape\":[2,2],\"data\":[\"p\",\"q\",\"r\",\"s\"]}]}",
                A + ",{\"name\":\"b\",\"datatype\":\"BYTES\",\"shape\":[1,2],\"data\":[\"p\"]}]}",
                A + ",{\"name\":\"b\",\"datatype\":\"BYTES\",\"shape\":[1,2],\"data\":[\"p\",1]}]}",
                "{\"name\":\"a\",\"datatype\":\"INT64\",\"shape\":[1],\"data\":[[1],[2]]}]}",
                "{\"name\":\"a\",\"datatype\":\"INT64\",\"shape\":[1],\"data\":[1],\"data\":[1]}]}",
                "{\"name\":\"a\",\"datatype\":\"INT64\",\"shape\":[1],\"data\":[1],\"name\":\"b\"}]}",
                "{\"name\":\"a\",\"datatype\":\"INT64\",\"shape\":[1],\"data\":[1]",
                "{\"datatype\":\"INT64\",\"shape\":[1],\"data\":[1]}]}",
                "{\"datatype\":\"INT64\",\"shape\":[1],\"data\":[1],\"name\":\"unknown\"}]}",
                "{\"datatype\":\"INT64\",\"shape\":[1],\"data\":[1],\"name\":7}]}",
                "{\"datatype\":\"INT32\",\"shape\":[1],\"data\":[1],\"name\":\"a\"}]}",
                "{\"datatype\":\"INT64\",\"shape\":[1],\"data\":[1],\"datatype\":\"NONE\"}]}",
                "{\"datatype\":\"INT64\",\"shape\":[1],\"data\":[1],\"shape\":[-1]}]}",
                "{\"data\":[x],\"datatype\":\"INT64\",\"shape\":[1],\"name\":\"a\"}]}",
                "{\"data\":[1,2],\"datatype\":\"INT64\",\"shape\":[1],\"name\":\"a\"}]}"
            })
    void aRefusedBodyGivesItsMemoryBack(String inputs) {
        byte[] body = ("{\"inputs\":[" + inputs).getBytes(StandardCharsets.UTF_8);
        assertThrows(InferenceException.class, () -> Decoding.decode(Decoding.THREE, body, buffers));
        assertEquals(POOL, inThePool());
    }

    @Test
    void aBodyThatDecodesKeepsItsMemory() {
        byte[] body = Decoding.body(A, B).getBytes(StandardCharsets.UTF_8);
        DecodedRequest request = Decoding.decode(Decoding.THREE, body, buffers);
        List<ByteBuffer> kept = new ArrayList<>();
        request.inputs().forEach(input -> kept.add(input.data()));
        assertEquals(POOL - 2, inThePool());
        kept.forEach(buffers::giveBack);
    }
}
