package dev.sluice.gateway.fake;

import dev.sluice.gateway.dispatch.ModelEndpoint;
import dev.sluice.worker.contract.Deadline;
import dev.sluice.worker.contract.InferenceRequest;
import dev.sluice.worker.contract.ModelId;
import dev.sluice.worker.contract.ModelReport;
import dev.sluice.worker.contract.Signature;
import java.util.List;

/** A model that a test's own consumer serves, and requests to it. */
public final class Crossing {

    public static final ModelId MODEL = new ModelId("echo", 1);
    public static final String ADDRESS = "test.batcher.echo";
    public static final ModelEndpoint ENDPOINT = new ModelEndpoint(
            MODEL,
            new ModelReport.Description("test", new Signature(List.of(), List.of(), true), List.of(), 8, 1, ADDRESS));

    private Crossing() {}

    public static InferenceRequest request(String id, long deadlineNanos) {
        return new InferenceRequest(MODEL, id, List.of(), List.of("y"), 1, new Deadline(deadlineNanos));
    }
}
