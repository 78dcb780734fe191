package dev.sluice.gateway.dispatch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sluice.gateway.fake.Crossing;
import dev.sluice.worker.contract.ModelId;
import dev.sluice.worker.contract.ModelNews;
import dev.sluice.worker.contract.ModelReport;
import dev.sluice.worker.contract.ModelState;
import dev.sluice.worker.contract.ModelWish;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class ModelDirectoryTest {

    private final ModelDirectory models = new ModelDirectory();

    @Test
    void whatSaysNothingIsNotKept() {
        ModelWish pinned = ModelWish.none("m").serving(List.of("1"));
        models.apply(new ModelNews.Wished(pinned));
        assertSame(pinned, models.wish("m"));
        ModelWish nothing = ModelWish.none("m");
        models.apply(new ModelNews.Wished(nothing));
        assertEquals(nothing, models.wish("m"));
        assertNotSame(nothing, models.wish("m"), "it would be here for ever");
    }

    private void reported(ModelState state, @Nullable String batcher) {
        models.apply(new ModelReport(
                Crossing.MODEL,
                state,
                batcher == null ? null : Crossing.endpoint(batcher).description(),
                ""));
    }

    @Test
    void saysWhichLoadingServes() {
        List<String> told = new ArrayList<>();
        models.whenServed((model, batcher) -> told.add(model + " " + batcher));
        reported(ModelState.LOADING, null);
        reported(ModelState.READY, "a");
        reported(ModelState.READY, "a");
        assertTrue(models.isServedBy(Crossing.MODEL, "a"));
        reported(ModelState.READY, "b");
        assertFalse(models.isServedBy(Crossing.MODEL, "a"));
        reported(ModelState.ASLEEP, "room");
        reported(ModelState.UNLOADED, null);
        assertFalse(models.isServedBy(Crossing.MODEL, "b"));
        assertEquals(List.of("echo/1 a", "echo/1 b", "echo/1 room"), told);
    }

    @Test
    void whatIsUnloadedIsWantedOnlyWhereNothingElseIsThere() {
        ModelId other = new ModelId("a", 1);
        assertEquals(List.of(), models.wanted());
        reported(ModelState.LOADING, null);
        models.apply(new ModelReport(other, ModelState.UNLOADED, null, ""));
        assertEquals(List.of("echo"), models.wanted());
        reported(ModelState.UNLOADED, null);
        assertEquals(List.of("a", "echo"), models.wanted());
        models.apply(new ModelReport(new ModelId("a", 2), ModelState.FAILED, null, ""));
        assertEquals(List.of("a"), models.wanted());
        models.apply(new ModelNews.Removed(Crossing.MODEL));
        models.apply(new ModelNews.Removed(new ModelId("a", 2)));
        assertEquals(List.of("a"), models.wanted());
        models.apply(new ModelNews.Removed(other));
        assertEquals(List.of(), models.wanted());
    }

    @Test
    void labelsAreTheLatest() {
        models.apply(new ModelNews.Labels("m", Map.of("stable", 1L, "old", 1L)));
        models.apply(new ModelNews.Labels("m", Map.of("stable", 2L)));
        models.apply(new ModelNews.Labels("other", Map.of("stable", 7L)));
        assertEquals(Map.of("stable", 2L), models.labels("m"));
        models.apply(new ModelNews.Labels("m", Map.of()));
        assertEquals(Map.of(), models.labels("m"));
        assertEquals(Map.of("stable", 7L), models.labels("other"));
    }
}
