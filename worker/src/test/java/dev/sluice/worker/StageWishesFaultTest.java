package dev.sluice.worker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;

import dev.sluice.worker.contract.ModelCommand;
import dev.sluice.worker.contract.ModelCommand.Outcome;
import dev.sluice.worker.contract.ModelWish;
import dev.sluice.worker.contract.ModelWish.Memory;
import io.vertx.core.Future;
import java.nio.file.Files;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What has been said of a stage when the pipeline that had it loaded turns out not to fit. */
class StageWishesFaultTest extends ControlFixture {

    private static final String STAGE = "stage";
    private static final String WHOLE = "whole";

    @BeforeEach
    void explicit() throws Exception {
        Files.createDirectories(models.resolve(STAGE).resolve("1"));
        Files.createDirectories(models.resolve(WHOLE).resolve("1"));
        Files.writeString(
                models.resolve(WHOLE).resolve("model.yaml"),
                "pipeline: {stages: [a = stage(x)], outputs: [a.absent]}\n");
        start("control.mode=explicit", "control.loading_threads=2");
        othersLoad = new CompletableFuture<>();
    }

    private Future<Outcome> loadingWhole() {
        Future<Outcome> loading = later(new ModelCommand.Load(WHOLE));
        await(() -> told.containsKey(STAGE) && told.containsKey(WHOLE));
        assertEquals(Memory.LOADED, said());
        return loading;
    }

    private Memory said() {
        return told.getOrDefault(STAGE, ModelWish.none(STAGE)).memory();
    }

    @Test
    void whatThePipelineAloneWantedIsTakenBack() throws Exception {
        Future<Outcome> whole = loadingWhole();
        othersLoad.complete(null);
        assertNotNull(result(whole).refusal());
        assertEquals(Memory.UNSAID, said());
    }

    @Test
    void whatAnOperatorHasLoadedMeanwhileStays() throws Exception {
        Future<Outcome> whole = loadingWhole();
        Files.createDirectories(models.resolve(STAGE).resolve("2"));
        Future<Outcome> stage = later(new ModelCommand.Load(STAGE));
        await(() -> states.containsKey(2L)); // found when the files were taken for that order
        assertFalse(whole.isComplete());
        othersLoad.complete(null);
        assertNotNull(result(whole).refusal());
        assertNull(result(stage).refusal());
        assertEquals(Memory.LOADED, said());
    }
}
