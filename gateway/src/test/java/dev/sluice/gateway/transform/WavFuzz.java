package dev.sluice.gateway.transform;

import dev.sluice.worker.contract.AudioInput;
import dev.sluice.worker.contract.AudioInput.Column;
import dev.sluice.worker.contract.AudioInput.Kind;
import dev.sluice.worker.contract.AudioInput.Length;
import dev.sluice.worker.contract.AudioInput.Normalize;
import dev.sluice.worker.contract.DataType;
import dev.sluice.worker.contract.InferenceException;
import dev.sluice.worker.contract.Shape;
import dev.sluice.worker.contract.Tensor;
import dev.sluice.worker.contract.TensorSpec;
import java.nio.ByteBuffer;
import java.util.List;

/** A target for a coverage-guided fuzzer: the input is a WAV, or is refused. */
public final class WavFuzz {

    private static final int RATE = 16000;
    private static final int SECONDS = 2;
    private static final AudioInput TO = new AudioInput(
            List.of(
                    new Column(new TensorSpec("x", DataType.FP32, new Shape(-1, -1)), Kind.SIGNAL),
                    new Column(new TensorSpec("mask", DataType.INT32, new Shape(-1, -1)), Kind.MASK)),
            RATE,
            AudioInput.MEAN,
            SECONDS,
            new Length(0, 4, true, false, true),
            new AudioInput.Values(Normalize.NONE, 1));

    private WavFuzz() {}

    /** What the fuzzer calls, by this name. */
    public static void fuzzerTestOneInput(byte[] input) {
        check(input);
    }

    /** Whether it is one. */
    static boolean check(byte[] input) {
        Recording recording;
        AudioTransform made;
        List<Tensor> tensors;
        try {
            recording = Recording.of("body", ByteBuffer.wrap(input));
            made = AudioTransform.of(recording, TO);
            tensors = made.inputs(() -> false);
        } catch (InferenceException refused) {
            return false;
        }
        int rate = recording.format().rate();
        long samples = Math.max(4, Math.ceilDiv((long) recording.frames() * RATE, rate));
        if (samples > (long) RATE * SECONDS
                || samples != tensors.getFirst().shape().dimension(1)) {
            throw new IllegalStateException(recording + " became " + tensors);
        }
        if (made.bytes() != tensors.stream().mapToLong(Tensor::byteCount).sum()) {
            throw new IllegalStateException(made.bytes() + " were counted for " + tensors);
        }
        return true;
    }
}
