package dev.sluice.gateway.dispatch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;

import dev.sluice.gateway.fake.Crossing;
import dev.sluice.gateway.traffic.Traffic;
import dev.sluice.gateway.traffic.TrafficListener;
import dev.sluice.worker.contract.DataType;
import dev.sluice.worker.contract.ImageInput;
import dev.sluice.worker.contract.ModelId;
import dev.sluice.worker.contract.ModelNews;
import dev.sluice.worker.contract.ModelReport;
import dev.sluice.worker.contract.ModelReport.Description;
import dev.sluice.worker.contract.ModelState;
import dev.sluice.worker.contract.Shape;
import dev.sluice.worker.contract.TensorSpec;
import dev.sluice.worker.contract.Ticker;
import dev.sluice.worker.contract.TrafficPlan;
import dev.sluice.worker.contract.TrafficPolicy;
import dev.sluice.worker.contract.Transform;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/** Who answers those who leave the version open while versions come, are tried, and go. */
class StableVersionTest {

    private static final TrafficPolicy POLICY = new TrafficPolicy(
            5,
            "key",
            new TrafficPolicy.Shadow(0, 1, 0),
            new TrafficPolicy.Guard(Duration.ofMinutes(1), 50, 1, 2, 0, 0, Duration.ZERO));

    private final ModelDirectory models = new ModelDirectory();
    private final Traffic traffic = new Traffic(models, Ticker.SYSTEM, TrafficListener.NONE);

    private static ModelEndpoint endpoint(long version) {
        return new ModelEndpoint(
                new ModelId("m", version), Crossing.endpoint("b" + version).description());
    }

    private void is(ModelState state, long... versions) {
        boolean serves = state == ModelState.READY || state == ModelState.DRAINING;
        for (long version : versions) {
            ModelReport.Description known = serves ? endpoint(version).description() : null;
            models.apply(new ModelReport(new ModelId("m", version), state, known, ""));
        }
    }

    private void plan(long stable, long candidate, Long... rejected) {
        Map<Long, String> away = new HashMap<>();
        List.of(rejected).forEach(version -> away.put(version, "it failed"));
        models.apply(new ModelNews.Traffic("m", new TrafficPlan(POLICY, stable, candidate, away)));
    }

    private long answering() {
        return models.newest("m").model().version();
    }

    @Test
    void theCandidateIsNotTheNewestAndAVersionThatNobodyKnowsYetIsNeither() {
        is(ModelState.READY, 1, 2);
        assertEquals(2, answering());
        plan(2, 3);
        is(ModelState.READY, 3, 4);
        assertEquals(2, answering());
        plan(2, 4, 3L);
        assertEquals(2, answering());
        plan(4, TrafficPlan.NOBODY, 3L);
        assertEquals(4, answering());
        models.apply(new ModelNews.Traffic("m", TrafficPlan.NONE));
        assertEquals(4, answering());
    }

    @Test
    void anyoneReadyAnswersWhenNobodyStableIs() {
        plan(2, 3);
        is(ModelState.FAILED, 2);
        is(ModelState.READY, 3);
        assertEquals(3, answering());
        assertNull(traffic.split("m"));
        is(ModelState.READY, 1);
        assertEquals(1, answering());
        assertNotNull(traffic.split("m"), "1 is no younger than who was stable");
    }

    /** As after a rollback to a version that is out of memory: 2 was stable, 3 was on trial. */
    @Test
    void theOldestAnswersWhileWhoIsStableIsStillBeingLoaded() {
        is(ModelState.READY, 2, 3);
        is(ModelState.LOADING, 1);
        plan(1, 3);
        assertEquals(2, answering());
        plan(1, TrafficPlan.NOBODY, 2L, 3L);
        assertEquals(2, answering());
        is(ModelState.READY, 1);
        assertEquals(1, answering());
    }

    @Test
    void whoLeavesIsFollowedByAStableVersionOrByItself() {
        is(ModelState.READY, 1, 3);
        plan(2, 3);
        assertEquals(endpoint(1), models.inPlaceOf(endpoint(2), true));
        assertNull(models.inPlaceOf(endpoint(2), false));
        is(ModelState.DRAINING, 3);
        assertEquals(endpoint(1), models.inPlaceOf(endpoint(3), true), "the candidate, sent away");
        ModelEndpoint anew =
                new ModelEndpoint(new ModelId("m", 3), Crossing.endpoint("anew").description());
        models.apply(new ModelReport(anew.model(), ModelState.READY, anew.description(), ""));
        assertEquals(anew, models.inPlaceOf(endpoint(3), false));
    }

    /** The way to it has begun with the old one's transform. */
    @Test
    void whoMakesAnotherTensorOfAPictureIsNoSuccessor() {
        ModelEndpoint left = seeing(endpoint(1), 28);
        ModelEndpoint same = seeing(endpoint(2), 28);
        models.apply(new ModelReport(left.model(), ModelState.READY, same.description(), ""));
        assertEquals(new ModelEndpoint(left.model(), same.description()), models.inPlaceOf(left, false));
        ModelEndpoint other = seeing(endpoint(2), 32);
        models.apply(new ModelReport(left.model(), ModelState.READY, other.description(), ""));
        assertNull(models.inPlaceOf(left, false));
    }

    /** The same model, which takes pictures that wide. */
    private static ModelEndpoint seeing(ModelEndpoint model, int width) {
        Description plain = model.description();
        ImageInput image = new ImageInput(
                new TensorSpec("image", DataType.FP32, new Shape(-1, 1, 28, width)),
                width,
                28,
                ImageInput.Channels.GRAY,
                ImageInput.Layout.NCHW,
                ImageInput.Resize.STRETCH,
                ImageInput.Filter.AREA,
                ImageInput.Invert.FALSE,
                0,
                new ImageInput.Values(1, List.of(0.0), List.of(1.0)));
        return new ModelEndpoint(
                model.model(),
                new Description(
                        plain.platform(),
                        plain.signature(),
                        plain.labels(),
                        plain.maxBatchRows(),
                        plain.groups(),
                        plain.batcherAddress(),
                        plain.fixed(),
                        new Transform(image, null),
                        plain.remarks(),
                        plain.cacheNanos()));
    }

    @Test
    void aSplitIsThereAsLongAsBothServe() {
        plan(2, 3);
        is(ModelState.READY, 2);
        assertNull(traffic.split("m"));
        is(ModelState.WARMING, 3);
        assertNull(traffic.split("m"));
        is(ModelState.READY, 3);
        assertEquals(endpoint(3), Objects.requireNonNull(traffic.split("m")).candidate());
        var trial = Objects.requireNonNull(traffic.split("m")).trial();
        is(ModelState.READY, 1);
        assertEquals(trial, Objects.requireNonNull(traffic.split("m")).trial(), "it goes on");
        is(ModelState.FAILED, 1, 2);
        assertNull(traffic.split("m"));
        assertEquals(List.of(trial), List.copyOf(traffic.trials()), "who is compared with it may come back");
        is(ModelState.READY, 2);
        assertEquals(trial, Objects.requireNonNull(traffic.split("m")).trial());
        is(ModelState.DRAINING, 3);
        assertNull(traffic.split("m"));
        is(ModelState.READY, 3);
        assertEquals(trial, Objects.requireNonNull(traffic.split("m")).trial(), "nor does it begin anew by failing");
        is(ModelState.DRAINING, 3);
        plan(2, TrafficPlan.NOBODY, 3L);
        assertEquals(0, traffic.trials().size());
    }
}
