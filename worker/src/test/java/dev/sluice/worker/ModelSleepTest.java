package dev.sluice.worker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sluice.worker.contract.InferenceException;
import dev.sluice.worker.contract.InstanceListener;
import dev.sluice.worker.contract.ModelId;
import dev.sluice.worker.contract.ModelState;
import dev.sluice.worker.contract.Ticker;
import dev.sluice.worker.memory.Resident;
import dev.sluice.worker.repository.Fingerprint;
import dev.sluice.worker.repository.ModelLocation;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.junit5.VertxExtension;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Who waits for room, while what else there is comes and goes; all of it by the test's own hand. */
@ExtendWith(VertxExtension.class)
class ModelSleepTest {

    private static final ModelId CAT = new ModelId("cat", 1);
    private static final ModelId DOG = new ModelId("dog", 1);
    private static final int BUDGET = 8;

    private final KeptVersions versions = new KeptVersions();
    private final KeptVersion cat = kept(CAT, 4, ModelState.LOADING, ModelState.WARMING, ModelState.READY);
    private final AtomicBoolean isBrought = new AtomicBoolean();

    private final ModelSleep.Steps steps = new ModelSleep.Steps() {

        @Override
        public void inItsOwnTime(ModelId model, Runnable work) {
            work.run();
        }

        @Override
        public void report(KeptVersion version, String reason) {
            version.reason = reason;
        }

        @Override
        public void bring(KeptVersion version) {
            isBrought.set(true);
        }

        @Override
        public void leave(ServedModel served) {}
    };

    private KeptVersion kept(ModelId model, long bytes, ModelState... states) {
        KeptVersion version =
                versions.of(new ModelLocation(model, Path.of("model.onnx"), Path.of("model.yaml"), Fingerprint.NONE));
        version.bytes = bytes;
        for (ModelState state : states) {
            version.life.enter(state);
        }
        return version;
    }

    private ModelSleep sleep(Vertx vertx) {
        Duration second = Duration.ofSeconds(1);
        ControlOptions options = new ControlOptions(
                ControlOptions.Mode.STATIC, List.of(), second, second, 2, second, BUDGET, Duration.ZERO);
        WaitingRoom room = new WaitingRoom((model, wanted) -> Future.failedFuture("not here"), Ticker.SYSTEM);
        ModelSleep.Parts parts = new ModelSleep.Parts(options, room, InstanceListener.NONE, Ticker.SYSTEM, vertx);
        kept(DOG, 3, ModelState.LOADING, ModelState.ASLEEP);
        return new ModelSleep(parts, versions, steps);
    }

    @Test
    void bothCopiesOfWhatIsReplacedAreReckonedUntilTheFirstHasLeft(Vertx vertx) {
        cat.serving = new ServedModel(new Incarnation(CAT, 1), new Announcements(vertx.eventBus()));
        ModelSleep sleep = sleep(vertx);
        Resident before = sleep.isToLeave(cat);
        cat.replacing = true;
        AtomicInteger looks = new AtomicInteger();
        Future<?> awake = sleep.wake(DOG, () -> {
            if (looks.incrementAndGet() == 3) {
                sleep.hasLeft(before);
            }
            return true;
        });
        assertTrue(awake.isComplete());
        assertTrue(isBrought.get());
        assertEquals(3, looks.get(), "it has waited for that");
    }

    @Test
    void whoDoesNotFitBesideOneThatHangsIsRefused(Vertx vertx) {
        cat.serving = new ServedModel(new Incarnation(CAT, 1), new Announcements(vertx.eventBus()));
        cat.bytes = 6;
        cat.life.enter(ModelState.FAILED);
        Throwable refusal = sleep(vertx).wake(DOG, () -> true).cause();
        InferenceException refused = assertInstanceOf(InferenceException.class, refusal);
        assertTrue(refused.error().toString().contains("instances hang"), refused.toString());
        assertFalse(isBrought.get());
    }
}
