package dev.sluice.gateway.transform;

import dev.sluice.gateway.transform.PcmFormat.Encoding;
import dev.sluice.worker.contract.InferenceError;
import dev.sluice.worker.contract.InferenceException;
import java.nio.ByteBuffer;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What the chunk {@code fmt} of a WAV says of its samples.
 *
 * @thread stateless
 * @errors UnsupportedMediaType for samples that are compressed, InvalidRequest where it contradicts itself
 * @source Microsoft, mmreg.h
 */
final class WavHead {

    private static final int LEAST_BYTES = 16;
    private static final int RATE_AT = 4;
    private static final int FRAME_BYTES_AT = 12;
    private static final int BITS_AT = 14;

    private static final int PCM = 1;
    private static final int FLOAT = 3;
    private static final int A_LAW = 6;
    private static final int MU_LAW = 7;

    /** Which says in a GUID what it is, beginning with the number that would stand here. */
    private static final int EXTENSIBLE = 0xFFFE;

    private static final int GUID_AT = 24;
    private static final int GUID_BYTES = 16;
    private static final int GUID_MIDDLE = 0x0010;
    private static final long GUID_END = 0x800000AA00389B71L;

    private static final Map<Integer, String> COMPRESSED =
            Map.of(2, "Microsoft ADPCM", 0x11, "IMA ADPCM", 0x31, "GSM 6.10", 0x50, "MPEG", 0x55, "MP3", 0xFF, "AAC");

    private final String field;
    private final String name;
    private final ByteBuffer chunk;

    private WavHead(String field, String name, ByteBuffer chunk) {
        this.field = field;
        this.name = name;
        this.chunk = chunk;
    }

    /**
     * By such a chunk.
     *
     * @param field where in the request the WAV is
     * @param name of the chunk, and where in the WAV it is
     */
    static PcmFormat of(String field, String name, ByteBuffer chunk) {
        return new WavHead(field, name, chunk).read();
    }

    private PcmFormat read() {
        if (chunk.limit() < LEAST_BYTES) {
            throw invalid("has " + chunk.limit() + " bytes; expected " + LEAST_BYTES + " at least");
        }
        int kind = kind();
        int bits = unsigned(BITS_AT);
        Encoding encoding =
                switch (kind) {
                    case PCM -> pcm(bits);
                    case FLOAT -> bits == 32 ? Encoding.FLOAT_32 : bits == 64 ? Encoding.FLOAT_64 : null;
                    case A_LAW -> bits == 8 ? Encoding.A_LAW : null;
                    case MU_LAW -> bits == 8 ? Encoding.MU_LAW : null;
                    default ->
                        throw new InferenceException(
                                new InferenceError.UnsupportedMediaType(field + ": " + name + " says that samples are "
                                        + COMPRESSED.getOrDefault(kind, String.format("of format 0x%04X", kind))
                                        + "; expected PCM, floats, A-law or mu-law"));
                };
        if (encoding == null) {
            throw invalid("says that samples of format " + kind + " have " + bits + " bits");
        }
        PcmFormat format = PcmFormat.of(
                field, encoding, chunk.order(), Integer.toUnsignedLong(chunk.getInt(RATE_AT)), unsigned(2));
        if (unsigned(FRAME_BYTES_AT) != format.frameBytes()) {
            throw invalid("says that " + unsigned(FRAME_BYTES_AT) + " bytes hold a sample of each channel, and "
                    + format.channels() + " of " + bits + " bits take " + format.frameBytes());
        }
        return format;
    }

    /** The number of bits rounded up to bytes, the rest of which is 0. */
    private static @Nullable Encoding pcm(int bits) {
        return switch (Math.ceilDiv(bits, Byte.SIZE)) {
            case 1 -> Encoding.UNSIGNED_8;
            case 2 -> Encoding.INT_16;
            case 3 -> Encoding.INT_24;
            case 4 -> Encoding.INT_32;
            default -> null;
        };
    }

    private int kind() {
        int kind = unsigned(0);
        if (kind != EXTENSIBLE) {
            return kind;
        }
        if (chunk.limit() < GUID_AT + GUID_BYTES) {
            throw invalid(
                    "has " + chunk.limit() + " bytes; expected " + (GUID_AT + GUID_BYTES) + ", for it is extensible");
        }
        int number = chunk.getInt(GUID_AT);
        long ending = chunk.slice(GUID_AT + GUID_BYTES / 2, GUID_BYTES / 2).getLong(0);
        boolean isNumber = unsigned(GUID_AT + 4) == 0 && unsigned(GUID_AT + 6) == GUID_MIDDLE && ending == GUID_END;
        return isNumber && number >= 0 && number < EXTENSIBLE ? number : EXTENSIBLE;
    }

    private int unsigned(int at) {
        return Short.toUnsignedInt(chunk.getShort(at));
    }

    private InferenceException invalid(String reason) {
        return InferenceException.invalid(field, name + " " + reason);
    }
}
