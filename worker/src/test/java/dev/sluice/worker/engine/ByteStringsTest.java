package dev.sluice.worker.engine;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.sluice.worker.contract.DataType;
import dev.sluice.worker.contract.InferenceError.InvalidRequest;
import dev.sluice.worker.contract.InferenceException;
import dev.sluice.worker.contract.Shape;
import dev.sluice.worker.contract.Tensor;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import org.junit.jupiter.api.Test;

class ByteStringsTest {

    @Test
    void anyTextSurvivesTheWayInAndOut() {
        String[] texts = {"", "plain", "h\u00e9", "\ud83d\ude00", "a\u0000b", "line\nbreak"};
        Tensor tensor = TestTensors.strings("in", new Shape(texts.length), texts);

        assertArrayEquals(texts, ByteStrings.decode(tensor));
        assertEquals(tensor.data(), ByteStrings.encode(texts));
    }

    @Test
    void elementsCarryLittleEndianLengths() {
        ByteBuffer joined = ByteStrings.join(List.of(new byte[] {7, 8}, new byte[0]));

        assertEquals(ByteBuffer.wrap(new byte[] {2, 0, 0, 0, 7, 8, 0, 0, 0, 0}), joined);
        assertEquals(ByteOrder.LITTLE_ENDIAN, joined.order());
    }

    @Test
    void nestedArraysFlattenRowMajor() {
        Object nested = new String[][][] {{{"a", "b"}, {"c", "d"}}, {{"e", "f"}, {"g", "h"}}};

        assertEquals(
                ByteStrings.encode(new String[] {"a", "b", "c", "d", "e", "f", "g", "h"}), ByteStrings.encode(nested));
    }

    @Test
    void aScalarIsOneElement() {
        assertArrayEquals(new String[] {"one"}, ByteStrings.decode(TestTensors.strings("in", Shape.SCALAR, "one")));
        assertEquals(ByteStrings.encode(new String[] {"one"}), ByteStrings.encode("one"));
    }

    @Test
    void nothingIsNothing() {
        assertArrayEquals(new String[0], ByteStrings.decode(TestTensors.strings("in", new Shape(0, 2))));
        assertEquals(0, ByteStrings.encode(new String[0][2]).remaining());
    }

    @Test
    void onlyTheBytesFromPositionToLimitCount() {
        ByteBuffer data = ByteBuffer.wrap(new byte[] {9, 9, 1, 0, 0, 0, 'x', 9}).order(ByteOrder.LITTLE_ENDIAN);
        Tensor tensor =
                new Tensor("in", DataType.BYTES, new Shape(1), data.position(2).limit(7));

        assertArrayEquals(new String[] {"x"}, ByteStrings.decode(tensor));
        assertEquals(2, data.position(), "the buffer is shared, so its position must stay");
    }

    @Test
    void bytesThatAreNotUtf8AreRefusedByInputAndElement() {
        Tensor tensor = TestTensors.bytes("words", new Shape(2), new byte[] {'o', 'k'}, new byte[] {(byte) 0xff});

        assertEquals("input words: element 1 is not valid UTF-8, and the model takes text", refusal(tensor));
    }

    @Test
    void surrogatesAndOverlongFormsAreNotUtf8() {
        byte[] surrogate = {(byte) 0xed, (byte) 0xa0, (byte) 0x80};
        byte[] overlong = {(byte) 0xc0, (byte) 0x80};

        refusal(TestTensors.bytes("words", new Shape(1), surrogate));
        refusal(TestTensors.bytes("words", new Shape(1), overlong));
    }

    @Test
    void lengthsBeyondTheDataAreRefused() {
        Tensor tooLong = tensor(1, 9, 0, 0, 0, 'x');
        Tensor negative = tensor(1, -1, -1, -1, -1);
        Tensor missing = tensor(2, 1, 0, 0, 0, 'x');

        assertEquals("input words: element 0 has a length beyond the data: 9", refusal(tooLong));
        assertEquals("input words: element 0 has a length beyond the data: 4294967295", refusal(negative));
        assertEquals("input words: element 1 is missing: the data is too short", refusal(missing));
    }

    private static Tensor tensor(int elements, int... bytes) {
        ByteBuffer data = ByteBuffer.allocate(bytes.length).order(ByteOrder.LITTLE_ENDIAN);
        for (int value : bytes) {
            data.put((byte) value);
        }
        return new Tensor("words", DataType.BYTES, new Shape(elements), data.flip());
    }

    private static String refusal(Tensor tensor) {
        var refused = assertThrows(InferenceException.class, () -> ByteStrings.decode(tensor));
        InvalidRequest error = (InvalidRequest) refused.error();
        assertEquals("inputs", error.field());
        return error.reason();
    }
}
