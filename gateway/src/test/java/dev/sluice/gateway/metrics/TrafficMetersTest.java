package dev.sluice.gateway.metrics;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.sluice.gateway.traffic.TrafficListener.CopyEnd;
import dev.sluice.gateway.traffic.Verdict;
import dev.sluice.worker.contract.ModelId;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import org.junit.jupiter.api.Test;

/** Which counters of trials there are while models come and go. */
class TrafficMetersTest {

    private static final ModelId CANDIDATE = new ModelId("m", 2);

    private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
    private final TrafficMeters meters = new TrafficMeters(registry);

    private double decisions(String decision) {
        return registry.get(MeterNames.TRIAL_DECISIONS)
                .tags("model", "m", "decision", decision)
                .counter()
                .count();
    }

    @Test
    void whatIsDoneIsCounted() {
        meters.begins(CANDIDATE);
        assertEquals(7, registry.getMeters().size(), "before anything has been counted");
        meters.decided(CANDIDATE, new Verdict.GoOn());
        meters.decided(CANDIDATE, new Verdict.Reject("it fails"));
        meters.begins(new ModelId("m", 3));
        meters.decided(new ModelId("m", 3), new Verdict.Promote("it has held"));
        meters.rescued(CANDIDATE);
        meters.copied(CANDIDATE, CopyEnd.DIFFERED);
        assertEquals(1, decisions("reject"));
        assertEquals(1, decisions("promote"));
        assertEquals(1, registry.get(MeterNames.RESCUED_REQUESTS).counter().count());
        assertEquals(
                1,
                registry.get(MeterNames.SHADOW_COPIES)
                        .tags("result", "differed")
                        .counter()
                        .count());
    }

    @Test
    void aModelThatIsGoneTakesItsCountersAlong() {
        meters.begins(CANDIDATE);
        meters.begins(new ModelId("other", 1));
        meters.forget("m");
        assertEquals(7, registry.getMeters().size());
        meters.rescued(CANDIDATE);
        meters.forget("m");
        assertEquals(7, registry.getMeters().size(), "what comes too late does not bring them back");
        meters.begins(CANDIDATE);
        assertEquals(0, decisions("reject"), "it begins anew");
    }
}
