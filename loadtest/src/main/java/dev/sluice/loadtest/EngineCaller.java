package dev.sluice.loadtest;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.TensorInfo;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.Map;
import java.util.Random;

/**
 * One thread's way to call a session as fast as it goes: one direct input buffer that is filled once and used for ever.
 *
 * @thread one at a time
 * @shape the first axis of the model's only input counts rows; the others are fixed; 32-bit floats
 * @owns its input buffer; not the session
 */
final class EngineCaller {

    private static final long SEED = 20_261_120L;

    private final OrtEnvironment environment;
    private final OrtSession session;
    private final String input;
    private final long[] shape;
    private final FloatBuffer rows;

    EngineCaller(OrtEnvironment environment, OrtSession session, int batchRows) throws OrtException {
        this.environment = environment;
        this.session = session;
        this.input = session.getInputNames().iterator().next();
        TensorInfo info =
                (TensorInfo) session.getInputInfo().values().iterator().next().getInfo();
        this.shape = info.getShape();
        shape[0] = batchRows;
        this.rows = filled(shape);
    }

    /** Values from 0 to 1: neither zeros nor numbers so small that arithmetic slows down. */
    private static FloatBuffer filled(long[] shape) {
        int elements = 1;
        for (long dimension : shape) {
            elements = Math.multiplyExact(elements, Math.toIntExact(dimension));
        }
        FloatBuffer values = ByteBuffer.allocateDirect(elements * Float.BYTES)
                .order(ByteOrder.nativeOrder())
                .asFloatBuffer();
        Random random = new Random(SEED);
        for (int at = 0; at < elements; at++) {
            values.put(at, random.nextFloat());
        }
        return values;
    }

    /** Wraps the buffer, runs the model once, and copies the first output out. */
    FloatBuffer call() throws OrtException {
        try (OnnxTensor tensor = OnnxTensor.createTensor(environment, rows, shape);
                OrtSession.Result result = session.run(Map.of(input, tensor))) {
            return ((OnnxTensor) result.get(0)).getFloatBuffer();
        }
    }
}
