package dev.sluice.gateway.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Engine calls that nobody waits for any more are ended, and their threads are there again for others. */
class ReplacementIT {

    /** Days of work. */
    private static final int ENDLESS = Integer.MAX_VALUE;

    private static final String TWENTY_MILLISECONDS = "\"timeout\":20000";
    private static final String SLOW = "model=\"slow\"";

    private static RunningGateway start(Path folder) {
        Path models = new Repository(folder).with("slow").root();
        return RunningGateway.start(models, "worker.instances=1", "worker.give_up_after=50ms");
    }

    @Test
    void oneEndlessCallAfterTheOtherCostsOnlyThoseWhoAskedForIt(@TempDir Path folder) {
        try (RunningGateway gateway = start(folder)) {
            for (int i = 1; i <= 3; i++) {
                int replacements = i;
                Waiting.until("a replacement", () -> {
                    if (gateway.metrics().value("sluice_stuck_threads", SLOW) == 0) { // more than one end the model
                        Answer late = gateway.infer("slow", Requests.slow(ENDLESS, 7, TWENTY_MILLISECONDS));
                        assertTrue(List.of(504, 500).contains(late.status()), late.body()); // by who notices first
                    }
                    return gateway.metrics().value("sluice_replaced_instances_total", SLOW) >= replacements;
                });
                assertEquals(
                        8f, gateway.infer("slow", Requests.slow(1, 8)).data().getFloat(0));
            }
            Waiting.until("no thread hangs", () -> gateway.metrics().value("sluice_stuck_threads", SLOW) == 0);
            assertEquals(1, gateway.metrics().value("sluice_model_state", SLOW, "state=\"ready\""));
            gateway.awaitNothingInFlight();
        }
    }

    /** Nothing reads it again: what has been loaded is served, by replacements too. */
    @Test
    void neitherAModelInUseNorAReplacementNeedsTheModelFile(@TempDir Path folder) throws IOException {
        try (RunningGateway gateway = start(folder)) {
            Files.delete(folder.resolve("slow/1/model.onnx"));
            Waiting.until("a replacement", () -> {
                Answer late = gateway.infer("slow", Requests.slow(ENDLESS, 7, TWENTY_MILLISECONDS));
                assertTrue(List.of(504, 500).contains(late.status()), late.body());
                return gateway.metrics().value("sluice_replaced_instances_total", SLOW) >= 1;
            });
            assertEquals(8f, gateway.infer("slow", Requests.slow(1, 8)).data().getFloat(0));
            assertEquals(1, gateway.metrics().value("sluice_model_state", SLOW, "state=\"ready\""));
        }
    }

    @Test
    void whoeverStillWaitsIsWaitedFor(@TempDir Path folder) {
        try (RunningGateway gateway = start(folder)) {
            int longerThanThePatience = 20_000;
            assertEquals(
                    7f,
                    gateway.infer("slow", Requests.slow(longerThanThePatience, 7))
                            .data()
                            .getFloat(0));
            assertEquals(0, gateway.metrics().value("sluice_replaced_instances_total", SLOW));
        }
    }
}
