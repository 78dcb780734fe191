package dev.sluice.gateway.dispatch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sluice.gateway.drift.Comparison;
import dev.sluice.gateway.drift.Drift;
import dev.sluice.gateway.drift.VersionDrift;
import dev.sluice.gateway.fake.Crossing;
import dev.sluice.worker.contract.ModelCommand.KeepBaseline;
import dev.sluice.worker.contract.ModelId;
import dev.sluice.worker.contract.ModelNews;
import dev.sluice.worker.contract.ModelReport;
import dev.sluice.worker.contract.ModelState;
import dev.sluice.worker.contract.OutputReport;
import dev.sluice.worker.contract.OutputSample;
import dev.sluice.worker.contract.TrafficPlan;
import dev.sluice.worker.contract.TrafficPolicy;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/** What the answers of a version are compared with, while versions come, are tried, and go. */
class DriftTest {

    private static final int LEAST = 100;
    private static final long WINDOW = 1_000;
    private static final List<OutputSample> EVEN = outputs(500, 500);
    private static final List<OutputSample> ODD = outputs(100, 900);

    private final ModelDirectory models = new ModelDirectory();
    private final AtomicLong nanos = new AtomicLong();
    private final Drift drift = new Drift(models, LEAST, nanos::get);

    private static List<OutputSample> outputs(int one, int other) {
        return List.of(new OutputSample("y", new int[] {one, other}, new float[one + other], 0));
    }

    private static ModelId model(long version) {
        return new ModelId("m", version);
    }

    private void is(ModelState state, long version) {
        is(state, version, "b");
    }

    private void is(ModelState state, long version, String batcher) {
        models.apply(new ModelReport(
                model(version), state, Crossing.endpoint(batcher).description(), ""));
    }

    private void answers(long version, List<OutputSample> lately) {
        answers(version, "b", lately, List.of());
    }

    private void answers(long version, String batcher, List<OutputSample> lately, List<OutputSample> baseline) {
        drift.apply(new OutputReport(model(version), batcher, lately, baseline, nanos.get() + WINDOW));
    }

    private VersionDrift only() {
        List<VersionDrift> known = drift.of("m");
        assertEquals(1, known.size());
        return known.getFirst();
    }

    private static double psi(VersionDrift version) {
        Comparison comparison = version.outputs().getFirst().comparison();
        assertNotNull(comparison);
        return comparison.psi();
    }

    private void plan(long stable, long candidate, Map<Long, String> rejected) {
        TrafficPolicy policy = new TrafficPolicy(
                5,
                "key",
                new TrafficPolicy.Shadow(0, 1, 0),
                new TrafficPolicy.Guard(Duration.ofMinutes(1), 50, 1, 2, 0, 0.25, Duration.ZERO));
        models.apply(new ModelNews.Traffic("m", new TrafficPlan(policy, stable, candidate, rejected)));
    }

    @Test
    void theFirstHasNothingToBeComparedWith() {
        is(ModelState.READY, 1);
        assertEquals(List.of(), drift.all());
        answers(1, EVEN);
        assertEquals("", only().baseline());
        assertNull(only().outputs().getFirst().comparison());
    }

    @Test
    void itsSuccessorIsComparedWithItWhenItHasLeft() {
        is(ModelState.READY, 1);
        answers(1, EVEN);
        is(ModelState.READY, 2);
        is(ModelState.UNLOADED, 1);
        answers(1, ODD);
        answers(2, ODD);
        assertTrue(psi(only()) > 0.25, "what has left says nothing more");
        assertTrue(only().baseline().contains("version 1"), only().baseline());
        answers(2, EVEN);
        assertEquals(0, psi(only()));
    }

    @Test
    void ofAFewAnswersNothingIsSaid() {
        is(ModelState.READY, 1);
        answers(1, outputs(50, 49));
        assertTrue(drift.lately(model(1)).isEmpty());
        is(ModelState.READY, 2);
        is(ModelState.UNLOADED, 1);
        answers(2, EVEN);
        assertEquals("", only().baseline());
        answers(2, outputs(50, 49));
        is(ModelState.READY, 1);
        is(ModelState.UNLOADED, 2);
        answers(1, EVEN);
        assertEquals("", only().baseline());
    }

    @Test
    void itsFilesSayItFirstAndWhatWasKeptSinceBeforeThem() {
        is(ModelState.READY, 1);
        answers(1, "b", EVEN, ODD);
        assertEquals("its files", only().baseline());
        assertTrue(psi(only()) > 0.25);
        assertEquals(EVEN, drift.lately(model(1)).orElseThrow());
        drift.keep(new KeepBaseline("m", 1, EVEN));
        assertEquals(0, psi(only()));
        is(ModelState.UNLOADED, 1);
        is(ModelState.READY, 1);
        answers(1, "b", EVEN, ODD);
        assertTrue(psi(only()) > 0.25, "what is in the files when it is loaded anew");
    }

    @Test
    void aCandidateIsComparedWithTheStableVersionAsThatIsNow() {
        plan(1, 2, Map.of());
        is(ModelState.READY, 1);
        is(ModelState.READY, 2);
        answers(2, EVEN);
        assertEquals(List.of(), drift.ofTrial(model(2), LEAST));
        answers(1, EVEN);
        List<Comparison> first = drift.ofTrial(model(2), LEAST);
        assertEquals(0, first.getFirst().psi());
        assertSame(first, drift.ofTrial(model(2), LEAST), "it is not made anew while nothing is");
        assertEquals(List.of(), drift.ofTrial(model(2), 2000));
        answers(1, ODD);
        assertTrue(drift.ofTrial(model(2), LEAST).getFirst().psi() > 0.25);
        assertEquals(List.of(), drift.ofTrial(model(1), LEAST), "nobody tries the stable one");
        assertEquals("version 1", drift.of("m").getFirst().baseline());
    }

    @Test
    void oneThatWasSentAwayIsNobodysMeasure() {
        plan(1, 2, Map.of());
        is(ModelState.READY, 1);
        is(ModelState.READY, 2);
        answers(1, EVEN);
        answers(2, ODD);
        plan(1, TrafficPlan.NOBODY, Map.of(2L, "it drifts"));
        is(ModelState.UNLOADED, 2);
        assertEquals("", only().baseline());
    }

    @Test
    void ofAModelThatIsGoneNothingStays() {
        is(ModelState.READY, 1);
        answers(1, EVEN);
        is(ModelState.UNLOADED, 1);
        models.apply(new ModelNews.Removed(model(1)));
        is(ModelState.READY, 2);
        answers(2, EVEN);
        assertEquals("", only().baseline());
    }

    @Test
    void otherClassesThanBeforeAreNotCompared() {
        is(ModelState.READY, 1);
        answers(1, "b", EVEN, List.of(new OutputSample("y", new int[] {1, 2, 3}, new float[600], 0)));
        assertNull(only().outputs().getFirst().comparison());
    }

    @Test
    void whatIsLoadedAnewInItsPlaceBeginsAnew() {
        plan(1, 2, Map.of());
        is(ModelState.READY, 1);
        is(ModelState.READY, 2, "first");
        answers(1, EVEN);
        answers(2, "first", ODD, List.of());
        drift.keep(new KeepBaseline("m", 2, ODD));
        is(ModelState.READY, 2, "second");
        assertEquals(List.of(), drift.ofTrial(model(2), LEAST), "its guard knows nothing of it yet");
        assertEquals(1, drift.all().size());
        answers(2, "first", ODD, List.of());
        assertEquals(1, drift.all().size(), "who finishes what it has says nothing more");
        answers(2, "second", EVEN, EVEN);
        assertEquals(0, drift.ofTrial(model(2), LEAST).getFirst().psi());
        assertEquals("its files", drift.of("m").getFirst().baseline());
        assertEquals(0, psi(drift.of("m").getFirst()), "as they are now");
        is(ModelState.READY, 2, "second");
        assertEquals(2, drift.all().size(), "the same as before is news of something else");
    }

    @Test
    void whatFallsAsleepIsKnownUntilItIsWoken() {
        is(ModelState.READY, 1, "first");
        is(ModelState.ASLEEP, 1, "waiting room");
        answers(1, "first", EVEN, List.of());
        assertEquals(1, drift.all().size());
        is(ModelState.LOADING, 1, "waiting room");
        assertEquals(1, drift.all().size());
        is(ModelState.READY, 1, "second");
        assertEquals(List.of(), drift.all());
    }

    @Test
    void whatNobodyAsksHasNoFiguresWhenItsWindowIsOver() {
        plan(1, 2, Map.of());
        is(ModelState.READY, 1);
        is(ModelState.READY, 2);
        answers(2, EVEN);
        nanos.addAndGet(1);
        answers(1, EVEN);
        nanos.addAndGet(WINDOW - 2);
        assertEquals(2, drift.all().size());
        assertEquals(1, drift.ofTrial(model(2), LEAST).size());
        nanos.addAndGet(1);
        assertEquals(1, drift.all().size());
        assertEquals(1, drift.of("m").size());
        assertEquals(List.of(), drift.ofTrial(model(2), LEAST));
        assertTrue(drift.lately(model(2)).isEmpty());
        answers(2, EVEN);
        assertEquals(1, drift.ofTrial(model(2), LEAST).size());
        nanos.addAndGet(WINDOW - 1);
        assertEquals(List.of(), drift.ofTrial(model(2), LEAST), "nor is it measured by what is over");
    }
}
