package dev.sluice.worker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sluice.worker.contract.InferenceError;
import dev.sluice.worker.contract.ModelCommand;
import dev.sluice.worker.contract.ModelCommand.Outcome;
import dev.sluice.worker.contract.ModelNews;
import dev.sluice.worker.contract.ModelState;
import dev.sluice.worker.contract.ModelWish;
import dev.sluice.worker.contract.Rollout;
import dev.sluice.worker.contract.TrafficPlan;
import io.vertx.core.Future;
import io.vertx.core.eventbus.Message;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** What trials come to, beside a store that fails or does not answer: who was sent away stays away. */
class TrialWishesFaultTest extends ControlFixture {

    @Test
    void whoWasSentAwayIsNotRolledBackTo() throws Exception {
        startTrial();
        assertNull(told(new ModelCommand.Reject(NAME, 2, "it fails")).refusal());
        folder(4);
        assertNull(told(new ModelCommand.Serve(NAME, List.of("4"))).refusal());
        assertNull(told(new ModelCommand.Rollback(NAME)).refusal());
        assertEquals(List.of("1"), kept().versions());
        assertEquals(ModelState.READY, states.get(1L));
    }

    @Test
    void aRefusedTrialLeavesWhoWasSentAwayAway() throws Exception {
        startTrial();
        told(new ModelCommand.Reject(NAME, 2, "it fails"));
        folder(3);
        Outcome refused = told(new ModelCommand.Traffic(NAME, "candidate: 3"));
        assertInstanceOf(InferenceError.ModelNotReady.class, refused.refusal());
        assertEquals(Set.of(2L), plan.rejected().keySet());
        assertEquals(1, plan.stable());
        await(() -> states.get(2L) == ModelState.UNLOADED);
    }

    @Test
    void aBrokenVersionThatNobodyTriesIsNoReasonToRefuse() throws Exception {
        config("versions: all");
        start();
        assertEquals(ModelState.FAILED, states.get(3L));
        assertNull(told(new ModelCommand.Traffic(NAME, "candidate: 2")).refusal());
        assertEquals(2, plan.candidate());
        Outcome sentAway = told(new ModelCommand.Reject(NAME, 2, "it fails"));
        assertNull(sentAway.refusal(), sentAway.toString());
        assertTrue(sentAway.message().contains("version 2 is sent away; serving: 1"), sentAway.message());
        assertNull(told(new ModelCommand.Reset(NAME)).refusal());
        assertEquals(TrafficPlan.NONE, plan);
    }

    @Test
    void whoIsOvertakenWhileItsPromotionIsBeingKeptDoesNotTakeOver() throws Exception {
        startTrial(WATCHING);
        store.holds = true;
        Future<Outcome> promoted = later(new ModelCommand.Promote(NAME, 2, "it has held"));
        awaitWrite(0);
        folder(4);
        await(() -> plan.candidate() == 4);
        store.holds = false;
        store.held.getFirst().complete(null);
        assertInstanceOf(InferenceError.InvalidRequest.class, result(promoted).refusal());
        assertEquals(List.of(), kept().versions());
        assertEquals(1, plan.stable());
    }

    @Test
    void whoIsSentAwayWhileALookTellsOfItIsNotLoaded() throws Exception {
        startTrial(WATCHING);
        holdsPlan = true;
        folder(4);
        Message<ModelNews> told = heldPlan.get(30, TimeUnit.SECONDS);
        Future<Outcome> sentAway = later(new ModelCommand.Reject(NAME, 4, "it fails"));
        await(() -> wish().rollout().rejected().containsKey(4L));
        told.reply(told.body());
        assertNull(result(sentAway).refusal());
        told(new ModelCommand.Label(NAME, "none", 7));
        assertEquals(Set.of(4L), plan.rejected().keySet());
        assertFalse(loadedFrom.contains("4"), "by the plan of before");
    }

    /** Clients come first: a candidate that fails does not serve until a database has made up its mind. */
    @Test
    void whoIsSentAwayGoesAlthoughTheStoreDoesNotAnswer() throws Exception {
        startTrial("control.poll=100ms");
        store.holds = true;
        Outcome sentAway = told(new ModelCommand.Reject(NAME, 2, "it fails"));
        assertNull(sentAway.refusal());
        assertTrue(sentAway.message().contains("has not kept that yet"), sentAway.message());
        assertEquals(Set.of(2L), plan.rejected().keySet());
        await(() -> states.get(2L) == ModelState.UNLOADED);
    }

    @Test
    void whatAFailingStoreHasNotKeptIsGivenToItAgain() throws Exception {
        startTrial("control.poll=100ms");
        store.failingWrite = store.writes.get() + 1;
        Outcome sentAway = told(new ModelCommand.Reject(NAME, 2, "it fails"));
        assertNull(sentAway.refusal());
        assertEquals(Set.of(2L), plan.rejected().keySet());
        await(() -> kept().rollout().rejected().equals(Map.of(2L, "it fails")));
    }

    @Test
    void aRejectionThatWaitsBehindAnotherWordIsKept() throws Exception {
        startTrial("control.poll=1h"); // or it would be tried again
        store.holds = true;
        Future<Outcome> labelled = later(new ModelCommand.Label(NAME, "old", 1));
        awaitWrite(0);
        Outcome sentAway = told(new ModelCommand.Reject(NAME, 2, "it fails"));
        assertTrue(sentAway.message().contains("has not kept that yet"), sentAway.message());
        store.holds = false;
        store.held.getFirst().complete(null);
        assertNull(result(labelled).refusal());
        await(() -> kept().rollout().rejected().equals(Map.of(2L, "it fails")));
        assertEquals(wish(), kept());
    }

    @Test
    void whoIsPromotedWhileItIsBeingSentAwayIsNotBoth() throws Exception {
        startTrial();
        store.holds = true;
        Future<Outcome> promoted = later(new ModelCommand.Promote(NAME, 2, "it has held"));
        awaitWrite(0);
        assertNull(told(new ModelCommand.Reject(NAME, 2, "it fails")).refusal());
        store.holds = false;
        store.held.forEach(write -> write.complete(null));
        assertInstanceOf(InferenceError.InvalidRequest.class, result(promoted).refusal());
        assertEquals(Set.of(2L), plan.rejected().keySet());
        await(() -> kept().versions().isEmpty() && kept().rollout().rejected().containsKey(2L));
        assertEquals(wish(), kept());
    }

    @Test
    void whatATrialHasComeToHoldsFromTheStart() throws Exception {
        store.kept.put(
                NAME,
                ModelWish.none(NAME).trying("{candidate: newest}").with(new Rollout(1, Map.of(3L, "it fails"), "")));
        start();
        assertEquals(1, plan.stable());
        assertEquals(0, plan.candidate(), "2 is not the newest, and 3 was sent away");
        assertEquals(ModelState.READY, states.get(1L));
        assertEquals(ModelState.UNLOADED, states.get(2L));
        assertFalse(loadedFrom.contains("3"), loadedFrom.toString());
        assertEquals(0, store.writes.get());
    }

    @Test
    void aTrialThatBeginsIsKept() throws Exception {
        startTrial();
        assertEquals(new Rollout(1, Map.of(), ""), kept().rollout());
        assertNull(told(new ModelCommand.Promote(NAME, 2, "it has held")).refusal());
        assertEquals(2, store.writes.get(), "the word and what becomes of it in one");
        assertEquals(new Rollout(2, Map.of(), ""), kept().rollout());
        assertEquals(List.of("2"), kept().versions());
        assertNull(told(new ModelCommand.Reset(NAME)).refusal());
        assertEquals(List.of(), kept().versions());
    }
}
