package dev.sluice.worker.engine;

import dev.sluice.worker.contract.DataType;
import dev.sluice.worker.contract.InferenceException;
import dev.sluice.worker.contract.Tensor;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * Translates BYTES between length-prefixed elements and the strings of the engines' Java interfaces.
 *
 * @thread any; holds nothing
 * @errors InvalidRequest for an element that is not UTF-8 or does not lie inside the tensor's bytes
 */
public final class ByteStrings {

    private ByteStrings() {}

    /** The elements of a BYTES tensor, row-major, for a model that takes text. */
    static String[] decode(Tensor tensor) {
        List<byte[]> elements = split(tensor);
        String[] strings = new String[elements.size()];
        CharsetDecoder utf8 = StandardCharsets.UTF_8.newDecoder();
        for (int i = 0; i < strings.length; i++) {
            try {
                strings[i] = utf8.decode(ByteBuffer.wrap(elements.get(i))).toString();
            } catch (CharacterCodingException e) {
                throw refused(tensor, i, "is not valid UTF-8, and the model takes text");
            }
        }
        return strings;
    }

    /** The elements of a BYTES tensor, row-major. */
    public static List<byte[]> split(Tensor tensor) {
        ByteBuffer data = tensor.data().slice().order(ByteOrder.LITTLE_ENDIAN);
        int count = Math.toIntExact(tensor.shape().elementCount());
        List<byte[]> elements = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            ByteBuffer element = next(data, tensor, i);
            byte[] bytes = new byte[element.remaining()];
            element.get(bytes);
            elements.add(bytes);
        }
        return elements;
    }

    private static ByteBuffer next(ByteBuffer data, Tensor tensor, int index) {
        if (data.remaining() < DataType.LENGTH_PREFIX_BYTES) {
            throw refused(tensor, index, "is missing: the data is too short");
        }
        int length = data.getInt();
        if (length < 0 || length > data.remaining()) {
            throw refused(tensor, index, "has a length beyond the data: " + Integer.toUnsignedString(length));
        }
        ByteBuffer element = data.slice(data.position(), length);
        data.position(data.position() + length);
        return element;
    }

    private static InferenceException refused(Tensor tensor, int index, String reason) {
        return InferenceException.invalid("inputs", "input " + tensor.name() + ": element " + index + " " + reason);
    }

    /** The strings of a tensor in ONNX Runtime's form: one string, or arrays of them as deep as the tensor's rank. */
    static ByteBuffer encode(Object strings) {
        List<byte[]> elements = new ArrayList<>();
        flatten(strings, elements);
        return join(elements);
    }

    private static void flatten(Object strings, List<byte[]> elements) {
        if (strings instanceof Object[] parts) {
            for (Object part : parts) {
                flatten(part, elements);
            }
        } else {
            elements.add(((String) strings).getBytes(StandardCharsets.UTF_8));
        }
    }

    /** The elements with their length prefixes, on the heap. */
    public static ByteBuffer join(List<byte[]> elements) {
        int bytes = 0;
        for (byte[] element : elements) {
            bytes = Math.addExact(bytes, DataType.LENGTH_PREFIX_BYTES + element.length);
        }
        ByteBuffer joined = ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
        for (byte[] element : elements) {
            joined.putInt(element.length).put(element);
        }
        return joined.flip();
    }
}
