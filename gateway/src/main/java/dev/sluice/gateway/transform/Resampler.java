package dev.sluice.gateway.transform;

import dev.sluice.worker.contract.InferenceError;
import dev.sluice.worker.contract.InferenceException;
import java.math.BigInteger;
import java.util.Iterator;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BooleanSupplier;

/**
 * Makes a recording of one rate one of another, band-limited: what the lower of both rates can hold stays as it is, and
 * what it cannot is taken away, and not folded into what stays.
 *
 * <p>Each new sample is the sum of the samples around its time, weighed by a sinc under a Kaiser window. Which weights
 * depends on where between two samples it lies: for rates with a common divisor there are only so many places, and each
 * has its own weights, exact; for others they are taken between two of a table that is fine enough. New sample n lies at
 * the time n / rate, so that nothing is shifted, and there is silence before the first sample and behind the last.
 *
 * @thread immutable; {@link #of} from any
 * @bound {@value #MOST_WEIGHTS} weights and one place more for a pair of rates, {@value #MOST_KEPT} pairs, and
 *     one more for each thread
 * @units frames; a place is a fraction of the distance between two
 * @source J. O. Smith, Digital Audio Resampling; J. F. Kaiser, Nonrecursive Digital Filter Design Using the I0-Sinh
 *     Window Function
 */
final class Resampler {

    /** Zeros of the sinc on each side, and with the window the width of the edge: a tenth of the lower rate's band. */
    private static final int ZEROS = 64;

    /** So that the edge ends where the band does. */
    private static final double BAND = 0.95;

    /** For 100 dB beyond the edge, which is less than the noise of 16 bits. */
    private static final double KAISER_BETA = 10.06;

    private static final double WINDOW_TOP = bessel(KAISER_BETA);
    private static final int MOST_WEIGHTS = 1 << 16;
    private static final int MOST_KEPT = 16;

    /** Frames that are read at one time. */
    private static final int BLOCK = 8192;

    private static final Map<Rates, Resampler> KEPT = new ConcurrentHashMap<>();

    private final Rates rates;
    private final int reach;
    private final int places;
    private final float[] weights;

    /** From so many samples of a second to so many, both divided by what divides both. */
    private record Rates(int from, int to) {

        static Rates of(int from, int to) {
            int divisor = BigInteger.valueOf(from).gcd(BigInteger.valueOf(to)).intValue();
            return new Rates(from / divisor, to / divisor);
        }
    }

    private Resampler(Rates rates) {
        this.rates = rates;
        double stretch = Math.max(1, (double) rates.from / rates.to);
        this.reach = Math.ceilDiv((int) Math.ceil(ZEROS * stretch), 4) * 4;
        this.places = Math.clamp(MOST_WEIGHTS / (2 * reach), 1, rates.to);
        this.weights = new float[(places + 1) * 2 * reach];
        for (int place = 0; place <= places; place++) {
            put(place, BAND / stretch);
        }
    }

    /** The one for these rates, in samples of a second. */
    static Resampler of(int from, int to) {
        Rates rates = Rates.of(from, to);
        Resampler kept = KEPT.get(rates);
        if (kept != null) {
            return kept;
        }
        Resampler made = new Resampler(rates);
        Iterator<Rates> some = KEPT.keySet().iterator();
        if (KEPT.size() >= MOST_KEPT && some.hasNext()) {
            KEPT.remove(some.next()); // which costs some milliseconds, and no more to know which is used
        }
        KEPT.put(rates, made);
        return made;
    }

    static int kept() {
        return KEPT.size();
    }

    /** The weights of a place sum up to 1, so that none is louder than another. */
    private void put(int place, double band) {
        double[] row = new double[2 * reach];
        double sum = 0;
        for (int i = 0; i < row.length; i++) {
            double distance = i - (reach - 1) - (double) place / places;
            row[i] = sinc(band * distance) * window(distance / reach);
            sum += row[i];
        }
        for (int i = 0; i < row.length; i++) {
            weights[place * row.length + i] = (float) (row[i] / sum);
        }
    }

    private static double sinc(double x) {
        return x == 0 ? 1 : Math.sin(Math.PI * x) / (Math.PI * x);
    }

    private static double window(double x) {
        return Math.abs(x) >= 1 ? 0 : bessel(KAISER_BETA * Math.sqrt(1 - x * x)) / WINDOW_TOP;
    }

    /** The modified one of the first kind and of order 0, by its series. */
    private static double bessel(double x) {
        double sum = 1;
        double term = 1;
        for (int k = 1; term > sum * 1e-17; k++) {
            term *= x * x / (4.0 * k * k);
            sum += term;
        }
        return sum;
    }

    /** How many there are of so many; without its weights, which are made for what is not refused. */
    static long count(int from, int to, long frames) {
        Rates rates = Rates.of(from, to);
        return Math.ceilDiv(frames * rates.to, rates.from);
    }

    /**
     * Fills it with the beginning of a recording.
     *
     * @param channel as {@link Recording#read} takes it
     * @param givenUp whether nobody waits any more
     * @throws InferenceException Cancelled then
     */
    void resample(Recording recording, int channel, float[] into, BooleanSupplier givenUp) {
        int step = Math.clamp((long) BLOCK * rates.to / rates.from, 1, BLOCK);
        float[] block = new float[2 * reach + (int) ((long) step * rates.from / rates.to) + 1];
        for (int at = 0; at < into.length; at += step) {
            if (givenUp.getAsBoolean()) {
                throw new InferenceException(new InferenceError.Cancelled());
            }
            int to = Math.min(into.length, at + step);
            long from = frame(at) - (reach - 1);
            recording.read(channel, from, block, (int) (frame(to - 1) + reach - from) + 1);
            for (int i = at; i < to; i++) {
                into[i] = sample(i, block, (int) (frame(i) - (reach - 1) - from));
            }
        }
    }

    /** The frame at the time of that new sample, or the last before it. */
    private long frame(int made) {
        return (long) made * rates.from / rates.to;
    }

    private float sample(int made, float[] block, int at) {
        long rest = (long) made * rates.from % rates.to * places;
        int place = (int) (rest / rates.to);
        float sum = weighed(block, at, place);
        long between = rest % rates.to;
        return between == 0 ? sum : sum + (weighed(block, at, place + 1) - sum) * ((float) between / rates.to);
    }

    /** In eight sums, none of which waits for another. */
    private float weighed(float[] block, int at, int place) {
        int row = place * 2 * reach;
        float a = 0, b = 0, c = 0, d = 0, e = 0, f = 0, g = 0, h = 0;
        for (int i = 0; i < 2 * reach; i += 8) {
            a += block[at + i] * weights[row + i];
            b += block[at + i + 1] * weights[row + i + 1];
            c += block[at + i + 2] * weights[row + i + 2];
            d += block[at + i + 3] * weights[row + i + 3];
            e += block[at + i + 4] * weights[row + i + 4];
            f += block[at + i + 5] * weights[row + i + 5];
            g += block[at + i + 6] * weights[row + i + 6];
            h += block[at + i + 7] * weights[row + i + 7];
        }
        return a + b + (c + d) + (e + f) + (g + h);
    }
}
