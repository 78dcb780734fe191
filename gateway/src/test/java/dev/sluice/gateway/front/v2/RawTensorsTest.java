package dev.sluice.gateway.front.v2;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.sluice.worker.contract.DataType;
import dev.sluice.worker.contract.InferenceError.InvalidRequest;
import dev.sluice.worker.contract.InferenceException;
import dev.sluice.worker.contract.Shape;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Views of the body, one behind the other, and sizes that do not agree. */
class RawTensorsTest {

    /** So many bytes of JSON stand before the tensors, and as many of something else behind. */
    private static final int AROUND = 5;

    private static RawTensors raw(int... bytes) {
        byte[] array = new byte[AROUND + bytes.length + AROUND];
        for (int i = 0; i < bytes.length; i++) {
            array[AROUND + i] = (byte) bytes[i];
        }
        return new RawTensors(new RequestBody(array, 0, AROUND, AROUND + bytes.length));
    }

    private static ByteBuffer take(RawTensors raw, int bytes, DataType type, long... shape) {
        return raw.take("x", bytes, type, new Shape(shape));
    }

    private static String refusal(DataType type, Shape shape, int... bytes) {
        InferenceException refused =
                assertThrows(InferenceException.class, () -> raw(bytes).take("x", bytes.length, type, shape));
        InvalidRequest invalid = assertInstanceOf(InvalidRequest.class, refused.error());
        return invalid.field() + ": " + invalid.reason();
    }

    @Test
    void tensorsAreTakenOneBehindTheOther() {
        RawTensors raw = raw(1, 0, 2, 0, 7, 8, 9);
        ByteBuffer first = take(raw, 4, DataType.INT16, 2);
        assertEquals(3, raw.remaining());
        ByteBuffer second = take(raw, 3, DataType.UINT8, 3, 1);
        assertEquals(0, raw.remaining());
        raw.requireEnd();
        assertSame(ByteOrder.LITTLE_ENDIAN, first.order());
        assertEquals(1, first.getShort(0));
        assertEquals(2, first.getShort(2));
        assertEquals(4, first.limit());
        assertEquals(4, first.capacity());
        assertEquals(9, second.get(2));
    }

    @Test
    void aTensorIsAViewAndNoCopy() {
        byte[] array = {'{', '}', 5};
        ByteBuffer data = new RawTensors(new RequestBody(array, 0, 2, 3)).take("x", 1, DataType.INT8, Shape.SCALAR);
        array[2] = 6;
        assertEquals(6, data.get(0));
    }

    @ParameterizedTest
    @EnumSource(value = DataType.class, mode = EnumSource.Mode.EXCLUDE, names = "BYTES")
    void theSizeMustBeThatOfTheShape(DataType type) {
        int size = 6 * type.elementBytes();
        assertEquals(size, take(raw(new int[size]), size, type, 2, 3).remaining());
        for (int other : new int[] {0, size - 1, size + 1, 2 * size}) {
            assertEquals(
                    "x: the shape [2,3] needs " + size + " bytes, and there are " + other,
                    refusal(type, new Shape(2, 3), new int[other]));
        }
    }

    @Test
    void moreThanTheBodyHasIsRefused() {
        RawTensors raw = raw(1, 2, 3);
        InferenceException refused =
                assertThrows(InferenceException.class, () -> raw.take("x", 4, DataType.INT8, new Shape(4)));
        InvalidRequest invalid = assertInstanceOf(InvalidRequest.class, refused.error());
        assertEquals("x.parameters.binary_data_size", invalid.field());
        assertThrows(InferenceException.class, () -> raw.take("x", Integer.MAX_VALUE, DataType.INT8, new Shape(1)));
        assertEquals(3, raw.remaining());
    }

    @Test
    void bytesBehindTheLastTensorAreRefused() {
        RawTensors raw = raw(1, 2);
        take(raw, 1, DataType.INT8, 1);
        assertThrows(InferenceException.class, raw::requireEnd);
    }

    @Test
    void onlyZeroAndOneAreBooleans() {
        assertEquals(3, take(raw(0, 1, 1), 3, DataType.BOOL, 3).remaining());
        assertEquals("x[1]: a BOOL is the byte 0 or 1, and this is 2", refusal(DataType.BOOL, new Shape(2), 1, 2));
        assertEquals("x[0]: a BOOL is the byte 0 or 1, and this is 255", refusal(DataType.BOOL, new Shape(2), 255, 0));
    }

    @Test
    void stringsFillTheirBytesExactly() {
        int[] two = {1, 0, 0, 0, 'a', 0, 0, 0, 0};
        assertEquals(9, take(raw(two), 9, DataType.BYTES, 2).remaining());
        String number = "x: the shape needs ";
        assertEquals(
                number + "1 strings, and the bytes hold another number", refusal(DataType.BYTES, new Shape(1), two));
        assertEquals(
                number + "3 strings, and the bytes hold another number", refusal(DataType.BYTES, new Shape(3), two));
        assertEquals(0, take(raw(), 0, DataType.BYTES, 0).remaining());
    }

    @Test
    void lengthPrefixesStayWithinTheirBytes() {
        String reason = "]: its length prefix does not fit the bytes that are left";
        Shape one = new Shape(1);
        assertEquals("x[0" + reason, refusal(DataType.BYTES, one, 2, 0, 0, 0, 'a'));
        assertEquals("x[0" + reason, refusal(DataType.BYTES, one, 1, 0, 0));
        assertEquals("x[0" + reason, refusal(DataType.BYTES, one, 255, 255, 255, 255, 'a'));
        assertEquals("x[0" + reason, refusal(DataType.BYTES, one, 255, 255, 255, 127, 'a'));
        assertEquals("x[1" + reason, refusal(DataType.BYTES, new Shape(2), 0, 0, 0, 0, 9, 0, 0, 0));
    }

    @Test
    void tensorsWithoutElementsTakeNoBytes() {
        RawTensors raw = raw();
        assertEquals(0, take(raw, 0, DataType.FP32, 0, 3).remaining());
        assertEquals(0, take(raw, 0, DataType.BOOL, 3, 0).remaining());
        raw.requireEnd();
    }

    @Test
    void saysThatARawBodyIsEmpty() {
        InferenceException refused =
                assertThrows(InferenceException.class, () -> RequestBody.of(new byte[] {9}, 1, 1, "0"));
        InvalidRequest invalid = assertInstanceOf(InvalidRequest.class, refused.error());
        assertEquals(
                "body: it is raw, for inference-header-content-length is 0, and it is empty",
                invalid.field() + ": " + invalid.reason());
    }
}
