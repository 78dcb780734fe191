package dev.sluice.gateway.front.v2;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.sluice.worker.contract.InferenceException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A refused body leaves no memory behind: every buffer that was taken lies in the pool again, once. */
class DecoderMemoryTest {

    private static final String A = "{\"name\":\"a\",\"datatype\":\"INT64\",\"shape\":[1],\"data\":[1]}";
    private static final String B = "{\"name\":\"b\",\"datatype\":\"BYTES\",\"shape\":[1,2],\"data\":[\"p\",\"q\"]}";

    private final BufferLedger ledger = new BufferLedger();

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
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
        byte[] body = utf8("{\"inputs\":[" + inputs);
        assertThrows(InferenceException.class, () -> Decoding.decode(Decoding.THREE, body, ledger.buffers));
        assertEquals(0, ledger.missing());
    }

    @Test
    void aBodyThatDecodesKeepsItsMemory() {
        DecodedRequest request = Decoding.decode(Decoding.THREE, utf8(Decoding.body(A, B)), ledger.buffers);
        assertEquals(2, ledger.missing());
        request.inputs().forEach(input -> ledger.buffers.giveBack(input.data()));
        assertEquals(0, ledger.missing());
    }

    @Test
    void memoryThatIsGivenBackTwiceIsNoticed() {
        DecodedRequest request = Decoding.decode(Decoding.THREE, utf8(Decoding.body(A, B)), ledger.buffers);
        request.inputs().forEach(input -> ledger.buffers.giveBack(input.data()));
        ledger.buffers.giveBack(request.inputs().getFirst().data());
        assertEquals(1, ledger.missing(), "where one lies twice, another has no place");
    }

    /** Members in both orders, nested data, and what may stand behind the inputs. */
    static List<String> jsonBodies() {
        String dataFirst = "{\"data\":[[0.5,1e-3],[3,-0.0]],\"shape\":[2,2],\"datatype\":\"FP32\",\"name\":\"c\"}";
        String a = Decoding.input("a", "INT64", "[2]", "[-1,18014398509481984]");
        String b = Decoding.input("b", "BYTES", "[2,2]", "[[\"p\\u00e9\",\"zwölf\"],[\"\",\"\\n\"]]");
        String behind = "\"outputs\":[{\"name\":\"z\"}],\"parameters\":{\"timeout\":1,\"priority\":2}";
        return List.of(
                "{\"inputs\":[" + a + "," + b + "," + dataFirst + "]," + behind + "}",
                "{" + behind + ",\"inputs\":[" + dataFirst + "," + b + "," + a + "]}");
    }

    @ParameterizedTest
    @MethodSource("jsonBodies")
    void aBodyCutOffAnywhereGivesItsMemoryBack(String text) {
        byte[] whole = utf8(text);
        for (int length = 0; length < whole.length; length++) {
            byte[] cut = Arrays.copyOf(whole, length);
            String where = "cut off at byte " + length;
            assertThrows(InferenceException.class, () -> Decoding.decode(Decoding.THREE, cut, ledger.buffers), where);
            assertEquals(0, ledger.missing(), where);
        }
        Decoding.decode(Decoding.THREE, whole, ledger.buffers);
        assertEquals(3, ledger.missing());
    }

    /** JSON and raw tensors mixed, cut in the text and in the bytes, with the header of the whole and of what is left. */
    @Test
    void aMixedBodyCutOffAnywhereGivesItsMemoryBack() {
        String c = "{\"name\":\"c\",\"datatype\":\"FP32\",\"shape\":[1,2],\"parameters\":{\"binary_data_size\":8}}";
        byte[] json = utf8(Decoding.body(A, c, B));
        byte[] whole = Arrays.copyOf(json, json.length + 8);
        for (int length = 0; length < whole.length; length++) {
            for (int jsonLength : new int[] {json.length, Math.min(length, json.length)}) {
                byte[] cut = Arrays.copyOf(whole, length);
                String where = "cut off at byte " + length + ", JSON of " + jsonLength;
                assertThrows(InferenceException.class, () -> decodeMixed(cut, jsonLength), where);
                assertEquals(0, ledger.missing(), where);
            }
        }
        assertEquals(3, decodeMixed(whole, json.length).inputs().size());
        assertEquals(2, ledger.missing(), "the raw tensor is a view of the body");
    }

    private DecodedRequest decodeMixed(byte[] body, int jsonLength) {
        RequestBody mixed = RequestBody.of(body, 0, body.length, Integer.toString(jsonLength));
        return new InferRequestDecoder(mixed, Decoding.THREE, ledger.buffers, JsonOptions.STRICT).decode();
    }
}
