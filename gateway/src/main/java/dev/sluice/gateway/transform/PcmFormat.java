package dev.sluice.gateway.transform;

import dev.sluice.worker.contract.InferenceException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * How the samples of a recording are written.
 *
 * @param rate samples of a second, for each channel
 */
public record PcmFormat(Encoding encoding, ByteOrder order, int rate, int channels) {

    /** What studios record with at most. */
    private static final long HIGHEST_RATE = 768_000;

    private static final long MOST_CHANNELS = 256;

    /**
     * As something says it.
     *
     * @param field what does
     * @throws InferenceException InvalidRequest for a rate, or a number of channels, that no recording has
     */
    public static PcmFormat of(String field, Encoding encoding, ByteOrder order, long rate, long channels) {
        if (rate < 1 || rate > HIGHEST_RATE) {
            throw InferenceException.invalid(field, "says a rate of " + rate + "; expected 1 to " + HIGHEST_RATE);
        }
        if (channels < 1 || channels > MOST_CHANNELS) {
            throw InferenceException.invalid(field, "says " + channels + " channels; expected 1 to " + MOST_CHANNELS);
        }
        return new PcmFormat(encoding, order, (int) rate, (int) channels);
    }

    int frameBytes() {
        return channels * encoding.bytes;
    }

    /** One sample, as a number. */
    public enum Encoding {
        /** Of which 128 is silence. */
        UNSIGNED_8(1),
        INT_16(2),
        INT_24(3),
        INT_32(4),
        FLOAT_32(4),
        FLOAT_64(8),
        A_LAW(1),
        MU_LAW(1);

        private final int bytes;

        Encoding(int bytes) {
            this.bytes = bytes;
        }

        int bytes() {
            return bytes;
        }

        boolean isFloat() {
            return this == FLOAT_32 || this == FLOAT_64;
        }

        /** From -1 to 1, but for floats, which are what they are. */
        float read(ByteBuffer data, int at) {
            return switch (this) {
                case UNSIGNED_8 -> ((data.get(at) & 0xFF) - 0x80) * 0x1p-7f;
                case INT_16 -> data.getShort(at) * 0x1p-15f;
                case INT_24 -> int24(data, at) * 0x1p-23f;
                case INT_32 -> data.getInt(at) * 0x1p-31f;
                case FLOAT_32 -> data.getFloat(at);
                case FLOAT_64 -> (float) data.getDouble(at);
                case A_LAW -> Companded.aLaw(data.get(at)) * 0x1p-15f;
                case MU_LAW -> Companded.muLaw(data.get(at)) * 0x1p-15f;
            };
        }

        private static int int24(ByteBuffer data, int at) {
            return data.order() == ByteOrder.LITTLE_ENDIAN
                    ? (data.getShort(at) & 0xFFFF) | (data.get(at + 2) << 16)
                    : (data.getShort(at) << 8) | (data.get(at + 2) & 0xFF);
        }
    }
}
