package dev.sluice.gateway.transform;

import dev.sluice.gateway.transform.PcmFormat.Encoding;
import dev.sluice.worker.contract.AudioInput;
import dev.sluice.worker.contract.AudioInput.Column;
import dev.sluice.worker.contract.AudioInput.Kind;
import dev.sluice.worker.contract.AudioInput.Length;
import dev.sluice.worker.contract.AudioInput.Normalize;
import dev.sluice.worker.contract.DataType;
import dev.sluice.worker.contract.Shape;
import dev.sluice.worker.contract.Tensor;
import dev.sluice.worker.contract.TensorSpec;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** What ten seconds of 16 bits cost on their way to a tensor at 16,000 Hz, beside a copy of their bytes. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 3, time = 2)
@Measurement(iterations = 4, time = 2)
@Fork(value = 2, jvmArgs = "-Xmx1g")
public class AudioBenchmark {

    private static final int SECONDS = 10;

    /** Samples of a second; the last has no divisor in common with 16,000. */
    @Param({"16000", "8000", "44100", "48000", "44101"})
    public int rate;

    private final AudioInput input = new AudioInput(
            List.of(new Column(new TensorSpec("x", DataType.FP32, new Shape(-1, -1)), Kind.SIGNAL)),
            16000,
            AudioInput.MEAN,
            SECONDS,
            new Length(0, 1, true, false, true),
            new AudioInput.Values(Normalize.NONE, 1));
    private byte[] samples = new byte[0];
    private byte[] copy = new byte[0];

    @Setup
    public void make() {
        ByteBuffer data = ByteBuffer.allocate(SECONDS * rate * Short.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        for (int i = 0; i < SECONDS * rate; i++) {
            data.putShort((short) (20000 * Math.sin(2 * Math.PI * 440 * i / rate)));
        }
        samples = data.array();
        copy = new byte[samples.length];
    }

    @Benchmark
    public byte[] copied() {
        System.arraycopy(samples, 0, copy, 0, samples.length);
        return copy;
    }

    @Benchmark
    public List<Tensor> toTensor() {
        PcmFormat format = new PcmFormat(Encoding.INT_16, ByteOrder.LITTLE_ENDIAN, rate, 1);
        Recording recording = new Recording("body", format, ByteBuffer.wrap(samples));
        return AudioTransform.of(recording, input).inputs(() -> false);
    }
}
