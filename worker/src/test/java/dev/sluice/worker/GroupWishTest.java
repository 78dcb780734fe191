package dev.sluice.worker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sluice.worker.contract.InferenceError;
import dev.sluice.worker.contract.ModelCommand;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What operators say of the instances on one of several devices, and what they are told. */
class GroupWishTest extends ControlFixture {

    private static final String TWO = "instances: [count=1, count=1 intra_op_threads=2]";

    private void golden(String text) throws IOException {
        Path folder = Files.createDirectories(models.resolve(NAME).resolve("2/golden"));
        Files.writeString(folder.resolve("a.json"), text);
    }

    @Test
    void whatWasSaidOfAGroupThatHasGoneCanBeTakenBack() throws Exception {
        config("versions: [2]", TWO);
        start();
        assertEquals(
                "each version has 3 instances on cpu.2",
                told(new ModelCommand.Instances(NAME, "cpu.2", 3)).message());
        config("versions: [2]");
        assertNull(told(new ModelCommand.Load(NAME)).refusal());
        assertEquals(Map.of("cpu.2", 3), kept().groupInstances());
        InferenceError none = told(new ModelCommand.Instances(NAME, "cpu.2", 4)).refusal();
        assertTrue(String.valueOf(none).contains("(got cpu.2; it has cpu)"), String.valueOf(none));
        assertNull(told(new ModelCommand.Instances(NAME, "cpu.2", 0)).refusal());
        assertEquals(Map.of(), kept().groupInstances());
    }

    @Test
    void whichOfSeveralCannotShowThatItAnswersIsSaid() throws Exception {
        config("versions: [2]", TWO);
        golden("nonsense");
        start();
        String failed = String.valueOf(told(new ModelCommand.Load(NAME)).refusal());
        assertTrue(failed.contains("its instances on cpu: golden/a.json"), failed);
        config("versions: [2]", "instances: 2");
        String alone = String.valueOf(told(new ModelCommand.Load(NAME)).refusal());
        assertTrue(alone.contains("golden/a.json") && !alone.contains("its instances on"), alone);
    }
}
