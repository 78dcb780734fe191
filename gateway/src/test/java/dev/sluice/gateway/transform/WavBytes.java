package dev.sluice.gateway.transform;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.function.IntToDoubleFunction;

/** Writes WAVs chunk by chunk, right ones and wrong ones. */
public final class WavBytes {

    public static final int PCM = 1;
    public static final int FLOAT = 3;

    private final ByteArrayOutputStream chunks = new ByteArrayOutputStream();
    private final ByteOrder order;

    public WavBytes() {
        this(ByteOrder.LITTLE_ENDIAN);
    }

    WavBytes(ByteOrder order) {
        this.order = order;
    }

    /** Of 16 bits, which is what most are. */
    public static byte[] mono(int rate, short... samples) {
        return new WavBytes()
                .format(PCM, 1, rate, Short.SIZE)
                .chunk("data", bytes(samples))
                .riff();
    }

    /** A tone, half as loud as can be. */
    public static byte[] tone(int rate, double hertz, int samples) {
        return mono(rate, shorts(samples, at -> 0.5 * Math.sin(2 * Math.PI * hertz * at / rate)));
    }

    static short[] shorts(int count, IntToDoubleFunction wave) {
        short[] samples = new short[count];
        for (int i = 0; i < count; i++) {
            samples[i] = (short) Math.round(wave.applyAsDouble(i) * 32767);
        }
        return samples;
    }

    static byte[] bytes(short... samples) {
        ByteBuffer bytes = ByteBuffer.allocate(samples.length * Short.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        bytes.asShortBuffer().put(samples);
        return bytes.array();
    }

    public WavBytes format(int kind, int channels, int rate, int bits) {
        int frame = channels * Math.ceilDiv(bits, Byte.SIZE);
        ByteBuffer form = ByteBuffer.allocate(16).order(order);
        form.putShort((short) kind).putShort((short) channels).putInt(rate).putInt(rate * frame);
        return chunk("fmt ", form.putShort((short) frame).putShort((short) bits).array());
    }

    public WavBytes chunk(String name, byte[] content) {
        return chunk(name, content.length, content);
    }

    /** One that says another length than it has. */
    WavBytes chunk(String name, long said, byte[] content) {
        chunks.writeBytes(name.getBytes(StandardCharsets.US_ASCII));
        chunks.writeBytes(ByteBuffer.allocate(4).order(order).putInt((int) said).array());
        chunks.writeBytes(content);
        if (content.length % 2 == 1) {
            chunks.write(0);
        }
        return this;
    }

    public byte[] riff() {
        return file(order == ByteOrder.BIG_ENDIAN ? "RIFX" : "RIFF", 4 + chunks.size());
    }

    byte[] file(String kind, long said) {
        ByteBuffer file = ByteBuffer.allocate(12 + chunks.size()).order(order);
        file.put(kind.getBytes(StandardCharsets.US_ASCII)).putInt((int) said);
        return file.put("WAVE".getBytes(StandardCharsets.US_ASCII))
                .put(chunks.toByteArray())
                .array();
    }
}
