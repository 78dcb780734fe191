package dev.sluice.gateway.front.admin;

import dev.sluice.gateway.drift.Comparison;
import dev.sluice.gateway.drift.VersionDrift;
import dev.sluice.gateway.front.v2.JsonOutput;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Whether versions answer as they are known to, as JSON for programs and as a table for people.
 *
 * @thread stateless
 */
final class DriftView {

    private static final List<String> HEAD =
            List.of("VERSION", "OUTPUT", "OF", "SAMPLES", "PSI", "KS", "NOT FINITE", "COMPARED WITH", "MEANS");

    /** As is usual: below the first nothing has changed, beyond the second it has. */
    private static final double SOME = 0.1;

    private static final double MUCH = 0.25;

    private DriftView() {}

    static String table(List<VersionDrift> versions, int minSamples) {
        List<List<String>> lines = new ArrayList<>(List.of(HEAD));
        for (VersionDrift version : versions) {
            version.outputs().forEach(output -> lines.add(cells(version, output, minSamples)));
        }
        return TextTable.of(lines);
    }

    private static List<String> cells(VersionDrift version, VersionDrift.Output output, int minSamples) {
        Comparison comparison = output.comparison();
        return List.of(
                Long.toString(version.model().version()),
                output.lately().output(),
                of(output),
                Integer.toString(output.lately().size()),
                comparison == null ? "" : figure(comparison.psi(), comparison.psiByChance()),
                comparison == null ? "" : figure(comparison.ks(), comparison.ksByChance()),
                String.format(Locale.ROOT, "%.2f %%", 100 * output.notFinitePart()),
                version.baseline(),
                meaning(version, output, minSamples));
    }

    private static String of(VersionDrift.Output output) {
        return output.lately().scoresClasses() ? "classes" : "numbers";
    }

    private static String figure(double figure, double chance) {
        return String.format(Locale.ROOT, "%.3f (chance %.3f)", figure, chance);
    }

    private static String meaning(VersionDrift version, VersionDrift.Output output, int minSamples) {
        Comparison comparison = output.comparison();
        if (comparison != null) {
            double index = comparison.psiBeyondChance();
            return index < SOME ? "steady" : index < MUCH ? "some change" : "drift";
        }
        return version.baseline().isEmpty()
                ? "no baseline"
                : output.lately().size() < minSamples ? "too few samples" : "not comparable with the baseline";
    }

    static void json(String name, List<VersionDrift> versions, int minSamples, JsonOutput out) {
        out.raw("{\"name\":").string(name).raw(",\"min_samples\":").number(minSamples);
        out.raw(",\"versions\":[");
        String separator = "";
        for (VersionDrift version : versions) {
            out.raw(separator).raw("{\"version\":").number(version.model().version());
            out.raw(",\"baseline\":").string(version.baseline()).raw(",\"outputs\":[");
            outputs(version, minSamples, out);
            out.raw("]}");
            separator = ",";
        }
        out.raw("]}");
    }

    private static void outputs(VersionDrift version, int minSamples, JsonOutput out) {
        String separator = "";
        for (VersionDrift.Output output : version.outputs()) {
            out.raw(separator).raw("{\"name\":").string(output.lately().output());
            out.raw(",\"of\":").string(of(output));
            out.raw(",\"samples\":").number(output.lately().size());
            out.raw(",\"not_finite\":").number(output.lately().notFinite());
            out.raw(",\"means\":").string(meaning(version, output, minSamples));
            Comparison comparison = output.comparison();
            if (comparison != null) {
                out.raw(",\"baseline_samples\":").number(comparison.baselineSamples());
                out.raw(",\"psi\":").number(comparison.psi());
                out.raw(",\"psi_by_chance\":").number(comparison.psiByChance());
                out.raw(",\"ks\":").number(comparison.ks());
                out.raw(",\"ks_by_chance\":").number(comparison.ksByChance());
            }
            out.raw('}');
            separator = ",";
        }
    }
}
