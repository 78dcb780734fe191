package dev.sluice.loadtest.arrivals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;

/**
 * Recorded arrivals, with their time compressed or stretched until the mean rate is the one asked for.
 *
 * <p>That keeps how strongly arrivals cluster and shortens or lengthens the bursts; a report must say so. A trace ends
 * where it ends: it is not repeated for a longer run.
 *
 * @thread any; immutable
 */
final class Trace implements Arrivals {

    /** Ascending, the first at 0. */
    private final double[] seconds;

    private Trace(double[] seconds) {
        this.seconds = seconds;
    }

    /** One arrival a line: seconds, and what may follow a comma; empty lines and those that begin with # are passed over. */
    static Trace read(Path file) throws IOException {
        List<String> lines;
        try {
            lines = Files.readAllLines(file);
        } catch (NoSuchFileException missing) {
            throw new IllegalArgumentException("there is no trace " + file, missing);
        }
        double[] seconds = new double[lines.size()];
        int count = 0;
        for (int line = 0; line < lines.size(); line++) {
            String text = lines.get(line).strip();
            if (!text.isEmpty() && !text.startsWith("#")) {
                seconds[count++] = moment(file, line + 1, text.split(",", 2)[0]);
            }
        }
        return of(file, Arrays.copyOf(seconds, count));
    }

    private static Trace of(Path file, double[] seconds) {
        Arrays.sort(seconds);
        if (seconds.length < 2 || seconds[0] == seconds[seconds.length - 1]) {
            throw new IllegalArgumentException(file + ": a trace needs arrivals at two moments at least");
        }
        double first = seconds[0];
        return new Trace(Arrays.stream(seconds).map(moment -> moment - first).toArray());
    }

    private static double moment(Path file, int line, String text) {
        try {
            double moment = Double.parseDouble(text);
            if (Double.isFinite(moment)) {
                return moment;
            }
        } catch (NumberFormatException wrong) {
            // Said below, together with numbers that are no moments.
        }
        throw new IllegalArgumentException(file + ":" + line + ": expected seconds and found " + text);
    }

    @Override
    public long[] planned(double perSecond, long lengthNanos, long seed) {
        double recordedPerSecond = (seconds.length - 1) / seconds[seconds.length - 1];
        double nanosPerSecond = 1e9 * recordedPerSecond / perSecond;
        return Arrays.stream(seconds)
                .mapToLong(moment -> (long) (moment * nanosPerSecond))
                .takeWhile(moment -> moment < lengthNanos)
                .toArray();
    }
}
