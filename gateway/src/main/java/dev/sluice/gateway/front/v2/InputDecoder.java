package dev.sluice.gateway.front.v2;

import dev.sluice.gateway.front.TensorBuffers;
import dev.sluice.worker.contract.DataType;
import dev.sluice.worker.contract.InferenceException;
import dev.sluice.worker.contract.Shape;
import dev.sluice.worker.contract.Signature;
import dev.sluice.worker.contract.Tensor;
import java.nio.ByteBuffer;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Reads one member of {@code inputs} and checks it against the model's signature.
 *
 * <p>Members may come in any order. Where {@code data} comes before {@code shape} and {@code datatype}, it is first read
 * over and then, at the end of the object, gone back to.
 *
 * @thread confined to one front loop
 * @errors InvalidRequest that names the input and the member
 * @owns the memory of {@code data} until {@link #decode} returns; gives it back when it throws
 */
final class InputDecoder {

    private static final int NOT_SEEN = -1;

    private final JsonCursor cursor;
    private final RawTensors raw;
    private final TensorBuffers buffers;
    private final Signature signature;
    private final String field;

    private @Nullable String name;
    private @Nullable DataType dataType;
    private @Nullable Shape shape;
    private @Nullable ByteBuffer data;
    private int dataPosition = NOT_SEEN;
    private boolean parametersSeen;
    private long rawBytes = NOT_SEEN;

    InputDecoder(JsonCursor cursor, RawTensors raw, TensorBuffers buffers, Signature signature, int index) {
        this.cursor = cursor;
        this.raw = raw;
        this.buffers = buffers;
        this.signature = signature;
        this.field = "inputs[" + index + "]";
    }

    Tensor decode() {
        try {
            cursor.read('{');
            if (!cursor.tryRead('}')) {
                do {
                    readMember(cursor.readName());
                } while (cursor.readCommaOr('}'));
            }
            return finish();
        } catch (BadJson bad) {
            giveBackData();
            throw InferenceException.invalid(field, bad.reason());
        } catch (InferenceException wrong) {
            giveBackData();
            throw wrong;
        }
    }

    private void giveBackData() {
        if (data != null) {
            buffers.giveBack(data);
        }
    }

    private void readMember(String member) {
        switch (member) {
            case "name" -> name = readOnce(name, member, JsonStrings.readString(cursor));
            case "datatype" -> dataType = readOnce(dataType, member, readDataType());
            case "shape" -> shape = readOnce(shape, member, readShape());
            case "data" -> readData();
            case "parameters" -> readParameters();
            default -> cursor.skipValue();
        }
    }

    private <T> T readOnce(@Nullable T before, String member, T value) {
        if (before != null) {
            throw InferenceException.invalid(field + "." + member, "given twice");
        }
        return value;
    }

    private DataType readDataType() {
        return SignatureCheck.dataType(field + ".datatype", JsonStrings.readString(cursor));
    }

    private Shape readShape() {
        long[] dimensions = new long[SignatureCheck.MAX_RANK];
        int rank = 0;
        String where = field + ".shape";
        try {
            cursor.read('[');
            if (!cursor.tryRead(']')) {
                do {
                    if (rank == SignatureCheck.MAX_RANK) {
                        throw InferenceException.invalid(where, "more than " + SignatureCheck.MAX_RANK + " dimensions");
                    }
                    dimensions[rank] = readDimension(where + "[" + rank + "]");
                    rank++;
                } while (cursor.readCommaOr(']'));
            }
        } catch (BadJson bad) {
            throw InferenceException.invalid(where, bad.reason());
        }
        return new Shape(Arrays.copyOf(dimensions, rank));
    }

    private long readDimension(String where) {
        try {
            return JsonIntegers.read(cursor, 0, Long.MAX_VALUE);
        } catch (BadJson bad) {
            throw InferenceException.invalid(where, bad.reason());
        }
    }

    private void readData() {
        if (dataPosition != NOT_SEEN) {
            throw InferenceException.invalid(field + ".data", "given twice");
        }
        cursor.peek();
        dataPosition = cursor.position;
        if (name != null && dataType != null && shape != null) {
            SignatureCheck.input(field, name, dataType, shape, signature);
            data = decodeData(dataType, shape);
        } else {
            cursor.skipValue();
        }
    }

    private ByteBuffer decodeData(DataType type, Shape form) {
        return new TensorDataDecoder(cursor, buffers, field, type, form).decode();
    }

    private void readParameters() {
        if (parametersSeen) {
            throw InferenceException.invalid(field + ".parameters", "given twice");
        }
        parametersSeen = true;
        cursor.read('{');
        if (cursor.tryRead('}')) {
            return;
        }
        do {
            String parameter = cursor.readName();
            String where = field + ".parameters." + parameter;
            switch (parameter) {
                case "binary_data_size" -> {
                    if (rawBytes != NOT_SEEN) {
                        throw InferenceException.invalid(where, "given twice");
                    }
                    rawBytes = RequestParameters.readInteger(cursor, where, 0, Integer.MAX_VALUE);
                }
                case "shared_memory_region" ->
                    throw InferenceException.invalid(where, "shared memory is not supported");
                default -> cursor.skipValue();
            }
        } while (cursor.readCommaOr('}'));
    }

    private Tensor finish() {
        if (name == null || dataType == null || shape == null) {
            String missing = name == null ? "name" : dataType == null ? "datatype" : "shape";
            throw InferenceException.invalid(field, "the member \"" + missing + "\" is missing");
        }
        boolean json = dataPosition != NOT_SEEN;
        boolean binary = rawBytes != NOT_SEEN;
        if (json == binary) {
            throw InferenceException.invalid(
                    field, json ? "has data and binary_data_size; one is enough" : "the member \"data\" is missing");
        }
        SignatureCheck.input(field, name, dataType, shape, signature);
        ByteBuffer elements = binary ? raw.take(field, rawBytes, dataType, shape) : jsonData(dataType, shape);
        return new Tensor(name, dataType, shape, elements);
    }

    private ByteBuffer jsonData(DataType type, Shape form) {
        if (data != null) {
            return data;
        }
        int behind = cursor.position;
        cursor.position = dataPosition;
        ByteBuffer decoded = decodeData(type, form);
        cursor.position = behind;
        return decoded;
    }
}
