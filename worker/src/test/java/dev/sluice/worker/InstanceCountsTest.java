package dev.sluice.worker;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.sluice.worker.contract.ModelWish;
import dev.sluice.worker.repository.GroupConfig;
import dev.sluice.worker.settings.Assignment;
import dev.sluice.worker.settings.Settings;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Who decides how many instances a group has. */
class InstanceCountsTest {

    private static final WorkerOptions NODE = Settings.of(WorkerOptions.class)
            .overrides(List.of(new Assignment("test", "instances", "4")))
            .load();
    private static final ModelWish NOTHING_SAID = ModelWish.none("cat");

    private static int wanted(ModelWish wish, int ofFile, String group) {
        List<GroupConfig> files = List.of(new GroupConfig("cuda:0", ofFile, 0, "cuda:0", "", Map.of(), false));
        return InstanceCounts.wanted(wish, files, group, NODE);
    }

    @Test
    void operatorsThenTheFilesThenTheSettings() {
        assertEquals(3, wanted(NOTHING_SAID.instances(3), 8, "cuda:0"));
        assertEquals(2, wanted(NOTHING_SAID.instances(3).instances("cuda:0", 2), 8, "cuda:0"));
        assertEquals(8, wanted(NOTHING_SAID, 8, "cuda:0"));
        assertEquals(4, wanted(NOTHING_SAID, 0, "cuda:0"));
    }

    /** It serves on when its files have changed and cannot be loaded, and as widely as before. */
    @Test
    void aGroupThatTheFilesDoNotNameHasAsManyAsItHas() {
        assertEquals(0, wanted(NOTHING_SAID, 8, "cpu"));
        assertEquals(0, wanted(NOTHING_SAID.instances("cuda:0", 2), 8, "cpu"));
        assertEquals(3, wanted(NOTHING_SAID.instances(3), 8, "cpu"));
        assertEquals(0, InstanceCounts.wanted(NOTHING_SAID, List.of(), "cpu", NODE));
    }
}
