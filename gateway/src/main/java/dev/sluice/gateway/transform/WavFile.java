package dev.sluice.gateway.transform;

import dev.sluice.worker.contract.InferenceError;
import dev.sluice.worker.contract.InferenceException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * Finds the samples in a WAV, without a copy of them: chunks may stand in any order, and those that say nothing of the
 * samples are passed over. What is written while it is recorded has no length in its head, and is taken to its end.
 *
 * @thread confined to the thread that transforms
 * @errors UnsupportedMediaType for what is no WAV, or one of compressed samples; InvalidRequest for one that
 *     contradicts itself or is cut short
 * @source Microsoft and IBM, Multimedia Programming Interface 1.0; Microsoft, WAVEFORMATEXTENSIBLE; EBU Tech 3306
 *     (RF64); ITU-R BS.2088 (BW64)
 */
final class WavFile {

    private static final int RIFF = 0x52494646;
    private static final int RIFF_BIG_ENDIAN = 0x52494658;
    private static final int RF64 = 0x52463634;
    private static final int BW64 = 0x42573634;
    private static final int WAVE = 0x57415645;
    private static final int FMT = 0x666D7420;
    private static final int DATA = 0x64617461;
    private static final int LONG_SIZES = 0x64733634;

    private static final int CHUNKS_AT = 12;
    private static final int CHUNK_HEAD = 8;
    private static final int LONG_SIZES_BYTES = 16;

    /** Longer than any body, and what recorders write that cannot know the length. */
    private static final long NO_LENGTH = 0x7FFFF000L;

    private final String field;
    private final ByteBuffer file;
    private final long end;
    private long longDataBytes;
    private boolean open;
    private @Nullable PcmFormat format;
    private @Nullable ByteBuffer data;

    private WavFile(String field, ByteBuffer bytes) {
        this.field = field;
        this.file = bytes.slice();
        int kind = file.limit() < CHUNKS_AT ? 0 : file.getInt(0);
        boolean known = kind == RIFF || kind == RIFF_BIG_ENDIAN || kind == RF64 || kind == BW64;
        if (!known || file.getInt(CHUNK_HEAD) != WAVE) {
            throw new InferenceException(new InferenceError.UnsupportedMediaType(field + ": is " + OtherSound.name(file)
                    + "; expected a WAV, or raw samples that the content type tells of, as in audio/L16;rate=16000"));
        }
        file.order(kind == RIFF_BIG_ENDIAN ? ByteOrder.BIG_ENDIAN : ByteOrder.LITTLE_ENDIAN);
        this.end = CHUNK_HEAD + unsigned(4);
    }

    /**
     * What it holds.
     *
     * @param field where in the request it is
     * @param bytes from position to limit
     */
    static Recording read(String field, ByteBuffer bytes) {
        return new WavFile(field, bytes).read();
    }

    private Recording read() {
        int at = CHUNKS_AT;
        while ((format == null || data == null) && file.limit() - at >= CHUNK_HEAD) {
            at = readChunk(at);
        }
        PcmFormat how = format;
        ByteBuffer samples = data;
        if (how == null || samples == null) {
            throw InferenceException.invalid(
                    field, "the WAV has no chunk " + (how == null ? "\"fmt \"" : "\"data\"") + ", or ends before it");
        }
        int beyond = open ? samples.limit() % how.frameBytes() : 0;
        return new Recording(field, how, samples.limit(samples.limit() - beyond));
    }

    /** Returns where the next one is. */
    private int readChunk(int at) {
        int content = at + CHUNK_HEAD;
        int left = file.limit() - content;
        long bytes = unsigned(at + 4);
        int kind = kind(at);
        if (kind == DATA) {
            bytes = dataBytes(bytes, content);
        }
        if (bytes > left) {
            throw InferenceException.invalid(
                    field, chunk(at) + " says that it has " + bytes + " bytes, and " + left + " are left");
        }
        ByteBuffer chunk = file.slice(content, (int) bytes).order(file.order());
        if (kind == FMT && format == null) {
            format = WavHead.of(field, chunk(at), chunk);
        } else if (kind == DATA && data == null) {
            data = chunk;
        } else if (kind == LONG_SIZES && bytes >= LONG_SIZES_BYTES) {
            longDataBytes = chunk.getLong(CHUNK_HEAD);
        }
        return (int) Math.min(file.limit(), content + bytes + (bytes & 1));
    }

    private long dataBytes(long said, int content) {
        long bytes = said == 0xFFFFFFFFL && longDataBytes != 0 ? longDataBytes : said;
        open = bytes < 0 || bytes >= NO_LENGTH || (bytes == 0 && end <= content);
        return open ? file.limit() - content : bytes;
    }

    private String chunk(int at) {
        String name = StandardCharsets.ISO_8859_1.decode(file.slice(at, 4)).toString();
        return "the WAV's chunk " + InferenceException.quoted(name) + " at offset " + at;
    }

    /** Names are read as they stand, whatever the order of bytes in numbers. */
    private int kind(int at) {
        int read = file.getInt(at);
        return file.order() == ByteOrder.BIG_ENDIAN ? read : Integer.reverseBytes(read);
    }

    private long unsigned(int at) {
        return Integer.toUnsignedLong(file.getInt(at));
    }
}
