package dev.sluice.worker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import dev.sluice.worker.contract.ModelId;
import dev.sluice.worker.contract.ModelNews;
import dev.sluice.worker.contract.ModelReport;
import dev.sluice.worker.contract.ModelReport.Description;
import dev.sluice.worker.contract.ModelState;
import dev.sluice.worker.contract.TrafficPlan;
import dev.sluice.worker.fake.FakeModel;
import dev.sluice.worker.pipeline.StageModel;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class StageDirectoryTest {

    private static final StageModel ANY = new StageModel("cat", "");
    private static final StageModel LABELLED = new StageModel("cat", "stable");

    private final StageDirectory directory = new StageDirectory();

    private void report(long version, ModelState state, boolean described) {
        Description description = described
                ? new Description("fake", new FakeModel(x -> x).signature(), List.of(), 1, 1, "at." + version)
                : null;
        directory.hear(new ModelReport(new ModelId("cat", version), state, description, "why"));
    }

    private @Nullable Long asked(StageModel stage) {
        StageDirectory.Bound bound = directory.find(stage);
        return bound == null ? null : bound.model().version();
    }

    @Test
    void theNewestAnswersThatMayAndNeverOneOnTrial() {
        assertNull(asked(ANY));
        report(1, ModelState.READY, true);
        report(2, ModelState.LOADING, false);
        assertEquals(1, asked(ANY));
        report(2, ModelState.READY, true);
        assertEquals(2, asked(ANY));
        directory.hear(new ModelNews.Traffic("cat", new TrafficPlan(null, 1, 2, Map.of())));
        assertEquals(1, asked(ANY));
        assertEquals(2, asked(new StageModel("cat", "2")));
        report(1, ModelState.ASLEEP, true);
        assertEquals(1, asked(ANY), "who asks it wakes it");
        report(1, ModelState.DRAINING, true);
        assertNull(asked(ANY));
    }

    @Test
    void aLabelIsOneVersionAndNoOther() {
        report(1, ModelState.READY, true);
        report(2, ModelState.READY, true);
        assertNull(asked(LABELLED));
        directory.hear(new ModelNews.Labels("cat", Map.of("stable", 1L)));
        assertEquals(1, asked(LABELLED));
        report(1, ModelState.FAILED, false);
        assertNull(asked(LABELLED));
        assertEquals("model cat/1 has failed: why", directory.reason(LABELLED));
        directory.hear(new ModelNews.Removed(new ModelId("cat", 1)));
        assertEquals("model cat/stable is not there, or not in memory", directory.reason(LABELLED));
        assertEquals(
                "model crop is not there, or not in memory; pictures are cut by crop[WIDTHxHEIGHT](...)",
                directory.reason(new StageModel("crop", "")));
    }

    @Test
    void ofWhoHasGoneNothingIsKept() {
        report(1, ModelState.READY, true);
        directory.hear(new ModelNews.Labels("cat", Map.of("stable", 1L)));
        directory.hear(new ModelNews.Traffic("cat", new TrafficPlan(null, 1, 2, Map.of())));
        assertEquals(1, directory.names());
        directory.hear(new ModelNews.Labels("cat", Map.of()));
        directory.hear(new ModelNews.Traffic("cat", TrafficPlan.NONE));
        directory.hear(new ModelNews.Removed(new ModelId("cat", 1)));
        assertEquals(0, directory.names());
    }
}
