package dev.sluice.worker.engine;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.OrtSession.SessionOptions;
import dev.sluice.worker.contract.DataType;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.EnumMap;
import java.util.Map;

/**
 * Makes native tensors of UINT16, UINT32 and UINT64 out of signed ones with the same bits.
 *
 * @thread any
 * @owns one session per type, for the life of the process
 */
final class UnsignedCasts {

    /*
     * ONNX Runtime's Java interface can read unsigned tensors but offers no way to create any wider than UINT8, and a
     * model refuses the signed ones. A model of one Cast node turns them into what the model wants, at the price of
     * one more copy. Its input has no shape, so it takes any; casts.py beside the models makes them.
     */

    private final Map<DataType, OrtSession> sessions;

    private UnsignedCasts(Map<DataType, OrtSession> sessions) {
        this.sessions = sessions;
    }

    static UnsignedCasts open(OrtEnvironment environment) {
        Map<DataType, OrtSession> sessions = new EnumMap<>(DataType.class);
        try (SessionOptions settings = SessionSettings.of(new EngineOptions(1))) {
            sessions.put(DataType.UINT16, environment.createSession(resource("uint16.onnx"), settings));
            sessions.put(DataType.UINT32, environment.createSession(resource("uint32.onnx"), settings));
            sessions.put(DataType.UINT64, environment.createSession(resource("uint64.onnx"), settings));
        } catch (OrtException e) {
            throw new IllegalStateException("ONNX Runtime cannot load a Cast", e);
        }
        return new UnsignedCasts(sessions);
    }

    private static byte[] resource(String name) {
        try (InputStream bytes = UnsignedCasts.class.getResourceAsStream(name)) {
            if (bytes == null) {
                throw new IllegalStateException(name + " is missing from the class path");
            }
            return bytes.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Takes the signed tensor over and closes it; the caller closes the unsigned one. */
    OnnxTensor toUnsigned(DataType type, OnnxTensor signed) throws OrtException {
        OrtSession session = sessions.get(type);
        if (session == null) {
            throw new IllegalArgumentException("no cast to " + type);
        }
        try (signed) {
            // The result is only a list of its values: closing the one tensor in it later frees all there is.
            return (OnnxTensor) session.run(Map.of("x", signed)).get(0);
        }
    }
}
