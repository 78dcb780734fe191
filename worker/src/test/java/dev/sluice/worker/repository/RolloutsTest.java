package dev.sluice.worker.repository;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sluice.worker.contract.ModelId;
import dev.sluice.worker.contract.TrafficPlan;
import dev.sluice.worker.settings.SettingsException;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** Which version is tried, and which one is stable meanwhile, as versions come and go and operators decide. */
class RolloutsTest {

    private static final TrafficConfig NEWEST = TrafficConfig.parse("candidate: newest");

    private final Set<Long> ready = new HashSet<>();
    private final Rollouts rollouts = new Rollouts(model -> ready.contains(model.version()));
    private VersionPolicy policy = VersionPolicy.NEWEST;
    private TrafficPlan plan = TrafficPlan.NONE;

    private static ModelFolder folder(TrafficConfig traffic, long... versions) {
        TreeMap<Long, Fingerprint> files = new TreeMap<>();
        for (long version : versions) {
            files.put(version, new Fingerprint("v" + version, 0));
        }
        return new ModelFolder("m", Path.of("m"), files, VersionPolicy.NEWEST, Map.of("canary", 2L), traffic, 0);
    }

    /** What is said of a folder with these versions, as {@code stable+candidate}. */
    private String with(TrafficConfig traffic, long... versions) {
        ModelFolder folder = folder(traffic, versions);
        plan = rollouts.plan(folder, policy, folder.labels());
        return plan.equals(TrafficPlan.NONE) ? "none" : plan.stable() + "+" + plan.candidate();
    }

    /** Which of them are to be in memory. */
    private Set<Long> wanted(long... versions) {
        return Rollouts.versions(
                plan, policy, folder(NEWEST, versions).versions().keySet(), version -> false);
    }

    @Test
    void withoutAPolicyTheNewestServes() {
        assertEquals("none", with(TrafficConfig.NONE, 1, 2));
        assertEquals(Set.of(2L), wanted(1, 2));
        assertTrue(plan.isStable(2));
    }

    @Test
    void atTheStartTheNewestIsTriedBesideTheOneBefore() {
        assertEquals("2+3", with(NEWEST, 1, 2, 3));
        assertEquals(Set.of(2L, 3L), wanted(1, 2, 3));
    }

    @Test
    void aLoneVersionIsStable() {
        assertEquals("1+0", with(NEWEST, 1));
        assertEquals(Set.of(1L), wanted(1));
    }

    @Test
    void whatServesWhenThePolicyComesIsStable() {
        ready.add(2L);
        assertEquals("2+0", with(NEWEST, 1, 2));
        assertEquals("2+3", with(NEWEST, 1, 2, 3));
    }

    @Test
    void aCandidateIsNotPromotedByItsSuccessor() {
        with(NEWEST, 1);
        assertEquals("1+2", with(NEWEST, 1, 2));
        ready.addAll(List.of(1L, 2L));
        assertEquals("1+3", with(NEWEST, 1, 2, 3));
        assertFalse(plan.isStable(2), "nobody has found it good");
        assertEquals(Set.of(1L, 3L), wanted(1, 2, 3));
    }

    @Test
    void whoIsSentAwayStaysAwayUntilThereIsANewerOne() {
        with(NEWEST, 1);
        with(NEWEST, 1, 2);
        rollouts.reject(new ModelId("m", 2), "it fails");
        assertEquals("1+0", with(NEWEST, 1, 2));
        assertEquals(Map.of(2L, "it fails"), plan.rejected());
        assertEquals(Set.of(1L), wanted(1, 2));
        assertEquals("1+3", with(NEWEST, 1, 2, 3));
        rollouts.reject(new ModelId("m", 3), "it fails, too");
        assertEquals("1+0", with(NEWEST, 1, 2, 3));
        assertEquals("1+0", with(NEWEST, 1, 2));
        assertEquals(Set.of(2L), plan.rejected().keySet(), "3 has gone");
    }

    @Test
    void anOperatorGivesAnotherChance() {
        with(NEWEST, 1);
        with(NEWEST, 1, 2);
        rollouts.reject(new ModelId("m", 2), "it fails");
        assertEquals("1+0", with(NEWEST, 1, 2));
        rollouts.set("m", NEWEST);
        assertEquals("1+2", with(TrafficConfig.NONE, 1, 2), "over what the file says");
        rollouts.reject(new ModelId("m", 2), "it fails");
        rollouts.choose(folder(NEWEST, 1, 2), new VersionPolicy.Specific(Set.of(2L)));
        assertEquals("1+2", with(TrafficConfig.NONE, 1, 2));
        rollouts.set("m", null);
        assertEquals("none", with(TrafficConfig.NONE, 1, 2));
    }

    @Test
    void whoIsPromotedIsStableAndTheNextIsTried() {
        with(NEWEST, 1);
        with(NEWEST, 1, 2);
        policy = VersionPolicy.parse(List.of("2"));
        assertEquals("2+0", with(NEWEST, 1, 2));
        assertEquals(Set.of(2L), wanted(1, 2));
        assertEquals("2+3", with(NEWEST, 1, 2, 3));
        policy = VersionPolicy.NEWEST;
        assertEquals("2+3", with(NEWEST, 1, 2, 3), "as it was last, when the files decide again");
    }

    @Test
    void whoIsPassedOverIsNotTried() {
        with(NEWEST, 1, 2, 3);
        VersionPolicy.Specific one = new VersionPolicy.Specific(Set.of(1L));
        rollouts.choose(folder(NEWEST, 1, 2, 3), one);
        policy = one;
        assertEquals("1+0", with(NEWEST, 1, 2, 3), "3 could not be rolled back otherwise");
        assertEquals("1+4", with(NEWEST, 1, 2, 3, 4));
    }

    @Test
    void whatIsTakenBackLeavesNoTrace() {
        with(NEWEST, 1);
        with(NEWEST, 1, 2);
        rollouts.reject(new ModelId("m", 2), "it fails");
        Rollouts.Known before = rollouts.known("m");
        rollouts.set("m", TrafficConfig.NONE);
        Rollouts.Known after = rollouts.known("m");
        ready.addAll(List.of(1L, 2L));
        assertEquals("none", with(NEWEST, 1, 2), "so nobody knows any more who was stable");
        rollouts.takeBack("m", before, after);
        assertEquals("1+0", with(NEWEST, 1, 2));
        assertEquals(Map.of(2L, "it fails"), plan.rejected());
    }

    @Test
    void whatIsTakenBackLeavesWhatWasSaidSince() {
        with(NEWEST, 1, 2, 3);
        Rollouts.Known before = rollouts.known("m");
        rollouts.choose(folder(NEWEST, 1, 2, 3), new VersionPolicy.Specific(Set.of(1L)));
        Rollouts.Known after = rollouts.known("m");
        TrafficConfig since = TrafficConfig.parse("candidate: 3");
        rollouts.set("m", since);
        rollouts.reject(new ModelId("m", 3), "it fails");
        rollouts.takeBack("m", before, after);
        assertEquals(Map.of(3L, "it fails"), rollouts.rejected("m"));
        assertEquals(since, rollouts.known("m").config());
    }

    @Test
    void theCandidateServesWhenNobodyElseIsLeft() {
        with(NEWEST, 1);
        with(NEWEST, 1, 2);
        assertEquals("2+0", with(NEWEST, 2));
        policy = VersionPolicy.parse(List.of("7"));
        assertEquals("none", with(NEWEST, 2), "none of those that are wanted is there");
    }

    @Test
    void aVersionIsTriedByNumberOrByLabel() {
        TrafficConfig two = TrafficConfig.parse("candidate: 2");
        assertEquals("3+2", with(two, 1, 2, 3));
        assertEquals(Set.of(2L, 3L), wanted(1, 2, 3));
        assertEquals("1+2", with(TrafficConfig.parse("candidate: canary"), 1, 2));
        assertEquals("3+0", with(TrafficConfig.parse("candidate: other"), 1, 2, 3), "a label that is not there");
        rollouts.reject(new ModelId("m", 2), "it fails");
        assertEquals("1+0", with(two, 1, 2));
        policy = VersionPolicy.parse(List.of("2"));
        assertEquals("2+0", with(two, 1, 2), "nobody could stand beside it");
    }

    @Test
    void aBrokenStableVersionHasTheOneBeforeServeAndNotTheCandidate() {
        ready.add(2L);
        with(NEWEST, 1, 2);
        with(NEWEST, 1, 2, 3);
        Set<Long> present = folder(NEWEST, 1, 2, 3).versions().keySet();
        assertEquals(Set.of(1L, 2L, 3L), Rollouts.versions(plan, policy, present, version -> version == 2));
    }

    @Test
    void jsonSaysTheSameAsAModelFile() {
        String json = "{\"candidate\": \"newest\", \"weight\": 12.5, \"guard\": {\"promote_after\": \"10m\"}}";
        TrafficConfig config = TrafficConfig.parse(json);
        assertEquals(12.5, config.weight());
        assertEquals(10, config.guard().promoteAfter().toMinutes());
        for (String wrong : List.of(
                "{\"candidate\": \"new est\"}",
                "{\"weight\": 101}",
                "{\"wait\": 1}",
                "{\"guard\": 1}",
                "{",
                "[".repeat(100_000),
                "a: &a 1")) {
            assertThrows(SettingsException.class, () -> TrafficConfig.parse(wrong), wrong);
        }
    }
}
