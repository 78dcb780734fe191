package dev.sluice.loadtest.scenario;

import dev.sluice.loadtest.report.Plots;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.Arrays;

/**
 * The command {@code ./sluice loadtest}; the launcher has its help text.
 *
 * <p>The exit status is 0 if the scenario passed, 1 if the server did not do what it should, 2 if the question was wrong
 * or nobody answered, and 3 if the generator could not keep to its plan, so that nothing is proven.
 *
 * @thread the main thread
 */
public final class LoadTest {

    private static final int WRONG_USAGE = 2;
    private static final String PLOT = "plot";

    private LoadTest() {}

    @SuppressWarnings("SystemOut") // what a command says is its output
    public static void main(String[] words) throws InterruptedException {
        System.exit(run(words, System.out, System.err));
    }

    static int run(String[] words, PrintStream out, PrintStream err) throws InterruptedException {
        try {
            if (words.length == 0) {
                throw new IllegalArgumentException("which scenario? ./sluice loadtest --help names them");
            }
            if (words[0].equals(PLOT)) {
                return plot(words, out);
            }
            Scenario scenario = Scenario.named(words[0]);
            Settings settings = Settings.parse(Arrays.copyOfRange(words, 1, words.length));
            return run(scenario, settings, out).exitStatus();
        } catch (IllegalArgumentException | IOException wrong) {
            err.println("loadtest: " + wrong.getMessage());
            return WRONG_USAGE;
        }
    }

    private static int plot(String[] words, PrintStream out) throws IOException {
        if (words.length != 2) {
            throw new IllegalArgumentException("plot takes one folder");
        }
        Plots.all(Path.of(words[1])).forEach(out::println);
        return Verdict.PASSED.exitStatus();
    }

    private static Verdict run(Scenario scenario, Settings settings, PrintStream out)
            throws IOException, InterruptedException {
        try (Session session = new Session(settings, out)) {
            Verdict verdict = scenario.run(session);
            session.say("%s: %s", scenario.label(), verdict);
            return verdict;
        }
    }
}
