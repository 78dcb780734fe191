package dev.sluice.loadtest.report;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;

/**
 * Draws what {@link Records} has written.
 *
 * @thread any; no state
 */
public final class Plots {

    /** More points than that are joined, or the line would be a band. */
    private static final int MOST_POINTS = 200;

    private Plots() {}

    /** Draws whatever lies in the folder and says what it drew. */
    public static List<Path> all(Path folder) throws IOException {
        boolean line = Files.exists(folder.resolve(Records.WINDOWS));
        boolean curve = Files.exists(folder.resolve(Records.CURVE));
        if (line && curve) {
            return List.of(timeLine(folder), curve(folder));
        }
        if (line || curve) {
            return List.of(line ? timeLine(folder) : curve(folder));
        }
        throw new IllegalArgumentException(
                folder + " has neither " + Records.WINDOWS + " nor " + Records.CURVE + ": nothing to draw");
    }

    /** What was asked for and what came in time, over the time of a run. */
    static Path timeLine(Path folder) throws IOException {
        Csv windows = Csv.read(folder.resolve(Records.WINDOWS));
        Chart chart = new Chart("Requests and answers in time", "seconds", "per second");
        for (String name : windows.texts("class").stream().distinct().toList()) {
            Csv own = windows.where("class", name);
            double[] seconds = own.numbers("second");
            chart.add(rate(name + " asked for", seconds, own.numbers("planned"), true));
            chart.add(rate(name + " in time", seconds, own.numbers("in_time"), false));
        }
        return Files.writeString(folder.resolve("timeline.svg"), chart.svg());
    }

    /** Goodput over offered load: flat beyond capacity is what it should be. */
    static Path curve(Path folder) throws IOException {
        Csv runs = Csv.read(folder.resolve(Records.CURVE));
        double[] offered = runs.numbers("offered");
        Chart chart = new Chart("Goodput at offered load", "requests offered each second", "per second")
                .add(new Chart.Series("by a perfect server", offered, runs.numbers("achievable"), true))
                .add(new Chart.Series("answered in time", offered, runs.numbers("goodput"), false));
        return Files.writeString(folder.resolve("curve.svg"), chart.svg());
    }

    /** Counts of windows as a rate, each point in the middle of the windows that it stands for. */
    private static Chart.Series rate(String name, double[] seconds, double[] counts, boolean dashed) {
        if (seconds.length < 2) {
            return new Chart.Series(name, seconds, counts, dashed);
        }
        double window = seconds[1] - seconds[0];
        int joined = Math.ceilDiv(seconds.length, MOST_POINTS);
        int points = seconds.length / joined;
        double[] x = new double[points];
        double[] y = new double[points];
        for (int point = 0; point < points; point++) {
            int first = point * joined;
            x[point] = seconds[first] + joined * window / 2;
            y[point] = Arrays.stream(counts, first, first + joined).sum() / (joined * window);
        }
        return new Chart.Series(name, x, y, dashed);
    }
}
