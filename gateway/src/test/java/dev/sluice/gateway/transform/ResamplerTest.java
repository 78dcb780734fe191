package dev.sluice.gateway.transform;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sluice.gateway.transform.PcmFormat.Encoding;
import dev.sluice.worker.contract.AudioInput;
import dev.sluice.worker.contract.InferenceError;
import dev.sluice.worker.contract.InferenceException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.function.IntToDoubleFunction;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Against what the same sound is at the other rate, which for tones is known. */
class ResamplerTest {

    /** 90 dB below a tone. */
    private static final double TOLERANCE = 3.2e-5;

    private static Recording recording(int rate, int frames, IntToDoubleFunction wave) {
        ByteBuffer data = ByteBuffer.allocate(frames * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        for (int i = 0; i < frames; i++) {
            data.putFloat((float) wave.applyAsDouble(i));
        }
        PcmFormat format = PcmFormat.of("body", Encoding.FLOAT_32, ByteOrder.LITTLE_ENDIAN, rate, 1);
        return new Recording("body", format, data.flip());
    }

    private static float[] resampled(int from, int to, int frames, IntToDoubleFunction wave) {
        Resampler resampler = Resampler.of(from, to);
        float[] made = new float[(int) Resampler.count(from, to, frames)];
        resampler.resample(recording(from, frames, wave), AudioInput.MEAN, made, () -> false);
        return made;
    }

    private static IntToDoubleFunction tone(double hertz, int rate) {
        return at -> Math.sin(2 * Math.PI * hertz * at / rate + 0.3);
    }

    /** The largest difference, beyond the reach of the silence around. */
    private static double furthest(float[] made, IntToDoubleFunction wave) {
        double most = 0;
        int margin = made.length / 4;
        for (int i = margin; i < made.length - margin; i++) {
            most = Math.max(most, Math.abs(made[i] - wave.applyAsDouble(i)));
        }
        return most;
    }

    /** Usual pairs, and pairs without a divisor: up and down, near and far. */
    @ParameterizedTest
    @CsvSource({
        "44100, 16000",
        "48000, 16000",
        "8000, 16000",
        "11025, 16000",
        "16000, 44100",
        "22050, 16000",
        "44100, 48000",
        "44101, 16000",
        "16000, 15999",
        "8001, 48000",
        "192000, 8000",
        "768000, 1000"
    })
    void aToneStaysWhatItIsInLoudnessAndInTime(int from, int to) {
        int frames = 1000 * Math.max(1, from / to);
        for (double part : new double[] {0, 0.01, 0.3, 0.7, 0.89}) {
            double hertz = part * Math.min(from, to) / 2;
            float[] made = resampled(from, to, frames, tone(hertz, from));
            double off = furthest(made, tone(hertz, to));
            assertTrue(off < TOLERANCE, hertz + " Hz is off by " + off);
        }
    }

    /** Otherwise it would be heard as another tone. */
    @ParameterizedTest
    @CsvSource({"44100, 16000", "48000, 16000", "16000, 8000", "44101, 16000", "768000, 1000"})
    void whatTheLowerRateCannotHoldIsTakenAway(int from, int to) {
        for (double beyond : new double[] {1.0, 1.1, 1.5, 1.99}) {
            double hertz = beyond * to / 2;
            float[] made = resampled(from, to, 1000 * (from / to), tone(hertz, from));
            double left = furthest(made, at -> 0);
            assertTrue(left < TOLERANCE, "of " + hertz + " Hz there is left " + left);
        }
    }

    /** A tone has a mirror image above its own rate's half, which a model would hear. */
    @Test
    void nothingNewIsHeardAboveWhatTheLowerRateHeld() {
        float[] made = resampled(8000, 48000, 4000, tone(3000, 8000));
        double sine = 0;
        double cosine = 0;
        for (int i = made.length / 4; i < made.length * 3 / 4; i++) {
            sine += made[i] * Math.sin(2 * Math.PI * 5000 * i / 48000);
            cosine += made[i] * Math.cos(2 * Math.PI * 5000 * i / 48000);
        }
        assertEquals(0, 4 * Math.hypot(sine, cosine) / made.length, TOLERANCE);
    }

    @Test
    void countsWhatBeginsBeforeTheEnd() {
        assertEquals(160, Resampler.count(44100, 16000, 441));
        assertEquals(161, Resampler.count(44100, 16000, 442));
        assertEquals(1, Resampler.count(768000, 1000, 1));
        assertEquals(48000, Resampler.count(1, 48000, 1));
    }

    /** A click lies where it lay: in the middle of its time, with nothing of it shifted. */
    @Test
    void nothingIsShifted() {
        float[] made = resampled(8000, 16000, 1001, at -> at == 500 ? 1 : 0);
        for (int i = 1; i <= 500; i++) {
            assertEquals(made[1000 - i], made[1000 + i], 1e-6, "beside the middle by " + i);
            assertTrue(made[1000] > made[1000 + i]);
        }
    }

    @Test
    void thereIsSilenceAroundARecording() {
        float[] made = resampled(16000, 8000, 1, at -> 1);
        assertEquals(1, made.length);
        assertEquals(0.475, made[0], 1e-3, "of a click, the part below 0.95 of 4,000 Hz");
    }

    @Test
    void weightsAreKeptForRatesThatComeAgainButNotForAllThatEverCame() {
        assertSame(Resampler.of(48000, 16000), Resampler.of(24000, 8000));
        for (int rate = 20_001; rate < 20_100; rate += 2) {
            assertSame(Resampler.of(rate, 16000), Resampler.of(rate, 16000));
            assertTrue(Resampler.kept() <= 16, Resampler.kept() + " pairs");
        }
        for (int rate = 20_101; rate < 20_200; rate += 2) {
            assertSame(Resampler.of(rate, 16000), Resampler.of(rate, 16000));
            assertEquals(16, Resampler.kept(), "one goes for each that comes");
        }
    }

    @Test
    void stopsWhenNobodyWaits() {
        Recording recording = recording(8000, 100, at -> 0);
        InferenceException stopped = assertThrows(
                InferenceException.class,
                () -> Resampler.of(8000, 16000).resample(recording, AudioInput.MEAN, new float[200], () -> true));
        assertEquals(new InferenceError.Cancelled(), stopped.error());
    }
}
