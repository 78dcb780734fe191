package dev.sluice.worker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sluice.worker.contract.ModelId;
import dev.sluice.worker.contract.ModelReport.Description;
import dev.sluice.worker.contract.ModelState;
import dev.sluice.worker.contract.Signature;
import dev.sluice.worker.memory.MemoryPolicy;
import dev.sluice.worker.memory.MemoryPolicy.Room;
import dev.sluice.worker.memory.Resident;
import dev.sluice.worker.repository.Fingerprint;
import dev.sluice.worker.repository.ModelLocation;
import io.vertx.core.Vertx;
import io.vertx.junit5.VertxExtension;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** What a version counts for while it is on its way. */
@ExtendWith(VertxExtension.class)
class KeptVersionTest {

    private static final MemoryPolicy BUDGET = new MemoryPolicy(8);
    private static final ModelId CAT = new ModelId("cat", 1);
    private static final ModelLocation FOUND =
            new ModelLocation(CAT, Path.of("model.onnx"), Path.of("model.yaml"), Fingerprint.NONE);

    private static final Description LOADED =
            new Description("onnxruntime_onnx", new Signature(List.of(), List.of(), true), List.of(), 8, 1, "address");

    private final KeptVersion version = new KeptVersion(FOUND);

    @BeforeEach
    void serve(Vertx vertx) {
        version.serving = new ServedModel(new Incarnation(CAT, 1), new Announcements(vertx.eventBus()));
        version.bytes = 6;
        enter(ModelState.LOADING, ModelState.WARMING, ModelState.READY);
    }

    private void enter(ModelState... states) {
        for (ModelState state : states) {
            version.life.enter(state);
        }
    }

    private Room room(long bytes) {
        Resident resident = version.resident(false);
        assertNotNull(resident);
        return BUDGET.room(bytes, List.of(resident), 0);
    }

    @Test
    void whoseInstancesHangIsNotWaitedFor() {
        enter(ModelState.FAILED);
        assertInstanceOf(Room.Never.class, room(4));
        assertEquals(new Room.After(List.of()), room(2));
    }

    @Test
    void whatIsBeingReplacedStaysOnlyForAWhile() {
        version.replacing = true;
        assertInstanceOf(Room.Later.class, room(3));
        enter(ModelState.FAILED);
        assertInstanceOf(Room.Later.class, room(3), "its successor is on its way");
    }

    @Test
    void whatFailedTakesNoRequestsUntilItHasShownWhatItCan() {
        version.sleeping = LOADED;
        enter(ModelState.ASLEEP);
        version.begins(FOUND);
        assertTrue(version.serves(), "it was asleep, and who asks waits for it");
        enter(ModelState.FAILED);
        version.begins(FOUND);
        assertFalse(version.serves());
    }
}
