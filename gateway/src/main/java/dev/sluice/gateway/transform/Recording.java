package dev.sluice.gateway.transform;

import dev.sluice.worker.contract.AudioInput;
import dev.sluice.worker.contract.InferenceException;
import java.nio.ByteBuffer;

/**
 * Samples as they came: read where they are, for there is nothing to unpack.
 *
 * @param field where in the request it is, for errors
 * @param data from position to limit whole frames, a sample of each channel in each
 * @thread confined to the thread that transforms
 * @errors InvalidRequest, where it is not whole frames or has no numbers
 */
public record Recording(String field, PcmFormat format, ByteBuffer data) {

    /** @throws InferenceException InvalidRequest */
    public Recording {
        if (!data.hasRemaining()) {
            throw InferenceException.invalid(field, "has no sample");
        }
        if (data.remaining() % format.frameBytes() != 0) {
            throw InferenceException.invalid(
                    field,
                    "is cut in the middle of a sample: " + data.remaining() + " bytes are no whole number of "
                            + format.frameBytes() + ", which " + format.channels() + " channels of "
                            + format.encoding() + " have");
        }
        data = data.slice().order(format.order());
    }

    /**
     * That of a WAV.
     *
     * @param bytes from position to limit
     * @throws InferenceException UnsupportedMediaType for what is none, InvalidRequest for a broken one
     */
    public static Recording of(String field, ByteBuffer bytes) {
        return WavFile.read(field, bytes);
    }

    int frames() {
        return data.limit() / format.frameBytes();
    }

    /**
     * Reads frames as one channel; what is before the first and behind the last is silence.
     *
     * @param channel counted from 0, or {@link AudioInput#MEAN}
     * @param from the first frame, negative where silence begins it
     * @param count of frames that are put at the beginning of {@code into}
     */
    void read(int channel, long from, float[] into, int count) {
        int first = channel == AudioInput.MEAN ? 0 : channel;
        int mixed = channel == AudioInput.MEAN ? format.channels() : 1;
        int sampleBytes = format.encoding().bytes();
        for (int i = 0; i < count; i++) {
            long frame = from + i;
            if (frame < 0 || frame >= frames()) {
                into[i] = 0;
                continue;
            }
            int at = (int) frame * format.frameBytes() + first * sampleBytes;
            double sum = 0;
            for (int each = 0; each < mixed; each++, at += sampleBytes) {
                sum += format.encoding().read(data, at);
            }
            into[i] = (float) (sum / mixed);
        }
        if (format.encoding().isFloat()) {
            requireNumbers(from, into, count);
        }
    }

    /** One that is none would be spread over all that are near. */
    private void requireNumbers(long from, float[] samples, int count) {
        for (int i = 0; i < count; i++) {
            if (!Float.isFinite(samples[i])) {
                throw InferenceException.invalid(
                        field, "sample " + (from + i) + " is " + samples[i] + "; expected a number");
            }
        }
    }
}
