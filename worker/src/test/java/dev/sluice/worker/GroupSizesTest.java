package dev.sluice.worker;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.sluice.worker.contract.ModelId;
import dev.sluice.worker.contract.ModelReport.Description;
import dev.sluice.worker.contract.ModelState;
import dev.sluice.worker.contract.Signature;
import dev.sluice.worker.repository.Fingerprint;
import dev.sluice.worker.repository.ModelLocation;
import io.vertx.core.Vertx;
import io.vertx.junit5.VertxExtension;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** What becomes of a change of the number of instances that cannot be had. */
@ExtendWith(VertxExtension.class)
class GroupSizesTest {

    private static final ModelId CAT = new ModelId("cat", 1);
    private static final Description DESCRIPTION =
            new Description("fake", new Signature(List.of(), List.of(), true), List.of(), 8, 1, "address");

    private final KeptVersions versions = new KeptVersions();
    private final KeptVersion version =
            versions.of(new ModelLocation(CAT, Path.of("model.onnx"), Path.of("model.yaml"), Fingerprint.NONE));
    private final List<String> reports = new ArrayList<>();
    private int wanted = 2;
    private int asked;

    private final ModelSleep.Steps steps = new ModelSleep.Steps() {

        @Override
        public void inItsOwnTime(ModelId model, Runnable work) {
            work.run();
        }

        @Override
        public void report(KeptVersion version, String reason) {
            reports.add(reason);
        }

        @Override
        public void bring(KeptVersion version) {}

        @Override
        public void leave(ServedModel served) {}
    };

    /** @param whenAsked what happens to the version before its batcher says that it cannot */
    private GroupSizes wantingTwo(Vertx vertx, Runnable whenAsked) {
        Incarnation first = new Incarnation(CAT, 1);
        version.serving = new ServedModel(first, new Announcements(vertx.eventBus()));
        version.serving.describe(DESCRIPTION, new ModelServing.Rest(false, Duration.ZERO), Map.of());
        version.life.enter(ModelState.LOADING);
        version.life.enter(ModelState.WARMING);
        version.life.enter(ModelState.READY);
        vertx.eventBus().consumer(first.resizeAddress("cpu"), message -> {
            asked++;
            whenAsked.run();
            message.fail(1, "no memory");
        });
        GroupSizes sizes = new GroupSizes(versions, steps);
        sizes.want((name, group) -> wanted);
        sizes.adjust();
        return sizes;
    }

    @Test
    void whatCannotBeHadIsSaid(Vertx vertx) {
        GroupSizes sizes = wantingTwo(vertx, () -> {});
        assertEquals(Optional.of("it cannot have 2 instances: no memory"), sizes.lack("cat"));
        assertEquals(List.of(""), reports);
    }

    @Test
    void ofOneThatHasFallenAsleepMeanwhileNothingIsLacking(Vertx vertx) {
        GroupSizes sizes = wantingTwo(vertx, () -> version.serving = null);
        assertEquals(Optional.empty(), sizes.lack("cat"));
        assertEquals(List.of(), reports);
    }

    @Test
    void ofOneThatHasBeenReplacedNothingIsRemembered(Vertx vertx) {
        GroupSizes sizes = wantingTwo(vertx, () -> {});
        version.serving = new ServedModel(new Incarnation(CAT, 2), new Announcements(vertx.eventBus()));
        version.serving.describe(DESCRIPTION.with("cpu", 2), new ModelServing.Rest(false, Duration.ZERO), Map.of());
        assertEquals(Optional.empty(), sizes.lack("cat"));
        sizes.adjust();
        assertEquals(Optional.empty(), sizes.lack("cat"));
    }

    @Test
    void whatIsNotWantedAnyMoreIsNotLackingAndIsTriedWhenItIsWantedAgain(Vertx vertx) {
        GroupSizes sizes = wantingTwo(vertx, () -> {});
        sizes.adjust();
        assertEquals(1, asked, "not again and again");
        wanted = 0;
        assertEquals(Optional.empty(), sizes.lack("cat"));
        sizes.adjust();
        assertEquals(1, asked, "it may have as many as it has");
        wanted = 2;
        sizes.adjust();
        assertEquals(2, asked);
        assertEquals(Optional.of("it cannot have 2 instances: no memory"), sizes.lack("cat"));
    }
}
