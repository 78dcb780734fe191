package dev.sluice.loadtest.report;

import dev.sluice.loadtest.load.Outcome;
import dev.sluice.loadtest.load.Result;
import dev.sluice.loadtest.load.Tally;
import dev.sluice.loadtest.load.Windows;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.HdrHistogram.Histogram;

/**
 * Writes what runs came to into a folder: {@code windows.csv} for the time line of one run, {@code curve.csv} for runs at
 * several rates, and a picture of each.
 *
 * @thread one at a time
 */
public final class Records {

    static final String WINDOWS = "windows.csv";
    static final String CURVE = "curve.csv";
    static final String SUMMARY = "summary.csv";

    private static final double[] PERCENTILES = {50, 90, 99, 99.9, 100};

    private final Path folder;
    private final Csv curve =
            new Csv(Stream.concat(Stream.of("offered", "achievable", "goodput"), outcomesAndLatencies())
                    .toList());

    public Records(Path folder) throws IOException {
        this.folder = Files.createDirectories(folder);
    }

    private static Stream<String> outcomesAndLatencies() {
        return Stream.concat(
                Arrays.stream(Outcome.values()).map(Outcome::label),
                Stream.of("p50_ms", "p90_ms", "p99_ms", "p99_9_ms", "max_ms"));
    }

    /** One run, with its time line. */
    public void write(Result result) throws IOException {
        summary(result).write(folder.resolve(SUMMARY));
        windows(result).write(folder.resolve(WINDOWS));
        Plots.timeLine(folder);
    }

    /**
     * One of several runs of one kind of traffic at different rates; the files are complete after each.
     *
     * @param achievable answers in time each second by a perfect server
     */
    public void addToCurve(Result result, double achievable) throws IOException {
        Tally tally = result.tallies().getFirst();
        List<String> row =
                new ArrayList<>(List.of(number(result.offered()), number(achievable), number(result.goodput())));
        row.addAll(outcomesAndLatencies(tally));
        curve.add(row);
        curve.write(folder.resolve(CURVE));
        Plots.curve(folder);
    }

    private static Csv summary(Result result) {
        Csv table = new Csv(Stream.concat(
                        Stream.of("class", "requests", "retries", "goodput", "slip_p99_ms", "from_sending_p99_ms"),
                        outcomesAndLatencies())
                .toList());
        for (Tally tally : result.tallies()) {
            List<String> row = new ArrayList<>(List.of(
                    tally.name(),
                    Long.toString(tally.requests()),
                    Long.toString(tally.retries()),
                    number(result.perSecond(tally.count(Outcome.IN_TIME))),
                    millis(tally.slipNanos(), 99),
                    millis(tally.fromSendingNanos(), 99)));
            row.addAll(outcomesAndLatencies(tally));
            table.add(row);
        }
        return table;
    }

    private static List<String> outcomesAndLatencies(Tally tally) {
        List<String> values = new ArrayList<>();
        for (Outcome outcome : Outcome.values()) {
            values.add(Long.toString(tally.count(outcome)));
        }
        for (double percentile : PERCENTILES) {
            values.add(millis(tally.servedNanos(), percentile));
        }
        return values;
    }

    private static Csv windows(Result result) {
        Stream<String> outcomes = Arrays.stream(Outcome.values()).map(Outcome::label);
        Csv table = new Csv(
                Stream.concat(Stream.of("second", "class", "planned"), outcomes).toList());
        for (Tally tally : result.tallies()) {
            Windows windows = tally.windows();
            for (int window = 0; window < windows.count(); window++) {
                List<String> row = new ArrayList<>(List.of(
                        number(window * windows.windowNanos() / 1e9),
                        tally.name(),
                        Long.toString(windows.planned(window))));
                for (Outcome outcome : Outcome.values()) {
                    row.add(Long.toString(windows.ended(window, outcome)));
                }
                table.add(row);
            }
        }
        return table;
    }

    private static String millis(Histogram nanos, double percentile) {
        return number(nanos.getValueAtPercentile(percentile) / 1e6);
    }

    private static String number(double value) {
        return String.format(Locale.ROOT, "%.3f", value);
    }
}
