package dev.sluice.worker.contract;

import java.util.List;

/**
 * What the outputs of a version have looked like lately, as its batcher has seen them leave.
 *
 * @param batcher where the event bus takes requests for it: of the same version loaded anew, another one reports
 * @param lately by output
 * @param baseline what they are to look like, by its owner's files; empty where those say nothing
 * @param untilNanos when all of it is further back than the version is looked at
 */
public record OutputReport(
        ModelId model, String batcher, List<OutputSample> lately, List<OutputSample> baseline, long untilNanos) {

    /** The event-bus address that reports are sent to. */
    public static final String ADDRESS = "sluice.output-reports";

    public OutputReport {
        lately = List.copyOf(lately);
        baseline = List.copyOf(baseline);
    }

    /** Of the output of which most is known, so much. */
    public static int size(List<OutputSample> outputs) {
        return outputs.stream().mapToInt(OutputSample::size).max().orElse(0);
    }
}
