package dev.sluice.worker.repository;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sluice.worker.contract.ModelWish;
import dev.sluice.worker.contract.Rollout;
import dev.sluice.worker.contract.TrafficPlan;
import dev.sluice.worker.settings.SettingsException;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.LongPredicate;
import org.junit.jupiter.api.Test;

/** Which version is tried, and which one is stable meanwhile, as versions come and go and operators decide. */
class RolloutsTest {

    private static final TrafficConfig NEWEST = TrafficConfig.parse("candidate: newest");

    private final Set<Long> ready = new HashSet<>();
    private final Rollouts rollouts = new Rollouts(model -> ready.contains(model.version()));
    private ModelWish wish = ModelWish.none("m");
    private TrafficPlan plan = TrafficPlan.NONE;

    private static ModelFolder folder(TrafficConfig traffic, long... versions) {
        TreeMap<Long, Fingerprint> files = new TreeMap<>();
        for (long version : versions) {
            files.put(version, new Fingerprint("v" + version, 0));
        }
        return new ModelFolder(
                "m", Path.of("m"), files, VersionPolicy.NEWEST, Map.of("canary", 2L), traffic, List.of());
    }

    /** What is said of a folder with these versions, as {@code stable+candidate}. */
    private String with(TrafficConfig traffic, long... versions) {
        ModelFolder folder = folder(traffic, versions);
        Rollouts.Planned planned = rollouts.plan(folder, folder.labels(), wish);
        wish = wish.with(planned.rollout());
        plan = planned.plan();
        return plan.equals(TrafficPlan.NONE) ? "none" : plan.stable() + "+" + plan.candidate();
    }

    /** Which of them are to be in memory. */
    private Set<Long> wanted(long... versions) {
        return wanted(version -> false, versions);
    }

    private Set<Long> wanted(LongPredicate broken, long... versions) {
        ModelFolder folder = folder(NEWEST, versions);
        return Rollouts.versions(
                plan, Selection.policy(folder, wish), folder.versions().keySet(), broken);
    }

    private void serve(String... versions) {
        wish = wish.serving(List.of(versions));
    }

    private void choose(ModelFolder folder, String version) {
        wish = Rollouts.choosing(folder, VersionPolicy.parse(List.of(version)), wish);
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
        wish = wish.with(wish.rollout().rejecting(2, "it fails"));
        assertEquals("1+0", with(NEWEST, 1, 2));
        assertEquals(Map.of(2L, "it fails"), plan.rejected());
        assertEquals(Set.of(1L), wanted(1, 2));
        assertEquals("1+3", with(NEWEST, 1, 2, 3));
        wish = wish.with(wish.rollout().rejecting(3, "it fails, too"));
        assertEquals("1+0", with(NEWEST, 1, 2, 3));
        assertEquals("1+0", with(NEWEST, 1, 2));
        assertEquals(Set.of(2L), plan.rejected().keySet(), "3 has gone");
    }

    @Test
    void anOperatorGivesAnotherChance() {
        with(NEWEST, 1);
        with(NEWEST, 1, 2);
        wish = wish.with(wish.rollout().rejecting(2, "it fails"));
        assertEquals("1+0", with(NEWEST, 1, 2));
        wish = wish.trying("candidate: newest");
        assertEquals("1+2", with(TrafficConfig.NONE, 1, 2), "over what the file says");
        wish = wish.with(wish.rollout().rejecting(2, "it fails"));
        choose(folder(NEWEST, 1, 2), "2");
        serve("2");
        assertEquals("2+0", with(TrafficConfig.NONE, 1, 2));
        wish = wish.trying("");
        assertEquals("none", with(TrafficConfig.NONE, 1, 2));
    }

    @Test
    void whoIsPromotedIsStableAndTheNextIsTried() {
        with(NEWEST, 1);
        with(NEWEST, 1, 2);
        serve("2");
        assertEquals("2+0", with(NEWEST, 1, 2));
        assertEquals(Set.of(2L), wanted(1, 2));
        assertEquals("2+3", with(NEWEST, 1, 2, 3));
        serve();
        assertEquals("2+3", with(NEWEST, 1, 2, 3), "as it was last, when the files decide again");
    }

    @Test
    void whoIsPassedOverIsNotTried() {
        with(NEWEST, 1, 2, 3);
        choose(folder(NEWEST, 1, 2, 3), "1");
        serve("1");
        assertEquals("1+0", with(NEWEST, 1, 2, 3), "3 could not be rolled back otherwise");
        assertEquals("1+4", with(NEWEST, 1, 2, 3, 4));
    }

    @Test
    void whatIsTakenBackLeavesNoTrace() {
        with(NEWEST, 1);
        with(NEWEST, 1, 2);
        wish = wish.with(wish.rollout().rejecting(2, "it fails"));
        ModelWish before = wish;
        wish = wish.trying("candidate: none");
        ModelWish after = wish;
        ready.addAll(List.of(1L, 2L));
        assertEquals("none", with(NEWEST, 1, 2), "so nobody knows any more who was stable");
        wish = wish.takingBack(before, after);
        assertEquals("1+0", with(NEWEST, 1, 2));
        assertEquals(Map.of(2L, "it fails"), plan.rejected());
    }

    @Test
    void aRestartWithNewerFilesTriesNoOneElse() {
        with(NEWEST, 1);
        with(NEWEST, 1, 2);
        assertEquals("1+3", with(NEWEST, 1, 2, 3), "2 has not been promoted, although it is the one before the newest");
        wish = wish.with(wish.rollout().rejecting(3, "it fails"));
        assertEquals("1+4", with(NEWEST, 1, 2, 3, 4));
        assertEquals(Set.of(3L), plan.rejected().keySet());
    }

    @Test
    void whatIsKnownIsKeptWhileNobodyCanReadTheFile() {
        with(NEWEST, 1, 2);
        wish = wish.with(wish.rollout().rejecting(2, "it fails"));
        assertEquals("none", with(TrafficConfig.UNREAD, 1, 2));
        assertEquals("1+0", with(NEWEST, 1, 2));
        assertEquals("none", with(TrafficConfig.NONE, 1, 2));
        assertEquals(Rollout.NONE, wish.rollout(), "once nobody is to be tried, nothing is remembered");
    }

    @Test
    void whoIsNamedAndNotThereIsMissing() {
        ModelFolder folder = folder(NEWEST, 1, 2);
        Map<String, Long> labels = Map.of("canary", 2L, "gone", 9L);
        for (String there : List.of("newest", "none", "2", "canary")) {
            assertEquals(
                    Optional.empty(),
                    Rollouts.missing(folder, labels, TrafficConfig.parse("candidate: " + there)),
                    there);
        }
        String version = Rollouts.missing(folder, labels, TrafficConfig.parse("candidate: gone"))
                .orElseThrow();
        assertTrue(version.contains("no version 9; it has the versions [1, 2]"), version);
        String label = Rollouts.missing(folder, labels, TrafficConfig.parse("candidate: other"))
                .orElseThrow();
        assertTrue(label.contains("no label \"other\"") && label.contains("[canary, gone]"), label);
    }

    @Test
    void theCandidateServesWhenNobodyElseIsLeft() {
        with(NEWEST, 1);
        with(NEWEST, 1, 2);
        assertEquals("2+0", with(NEWEST, 2));
        ModelFolder seven = new ModelFolder(
                "m",
                Path.of("m"),
                folder(NEWEST, 2).versions(),
                VersionPolicy.parse(List.of("7")),
                Map.of(),
                NEWEST,
                List.of());
        TrafficPlan none = rollouts.plan(seven, Map.of(), wish).plan();
        assertEquals(TrafficPlan.NONE, none, "none of those that are wanted is there");
    }

    @Test
    void aVersionIsTriedByNumberOrByLabel() {
        TrafficConfig two = TrafficConfig.parse("candidate: 2");
        assertEquals("3+2", with(two, 1, 2, 3));
        assertEquals(Set.of(2L, 3L), wanted(1, 2, 3));
        assertEquals("1+2", with(TrafficConfig.parse("candidate: canary"), 1, 2));
        assertEquals("3+0", with(TrafficConfig.parse("candidate: other"), 1, 2, 3), "a label that is not there");
        wish = wish.with(wish.rollout().rejecting(2, "it fails"));
        assertEquals("1+0", with(two, 1, 2));
        serve("2");
        assertEquals("2+0", with(two, 1, 2), "nobody could stand beside it");
    }

    @Test
    void aBrokenStableVersionHasTheOneBeforeServeAndNotTheCandidate() {
        ready.add(2L);
        with(NEWEST, 1, 2);
        with(NEWEST, 1, 2, 3);
        assertEquals(Set.of(1L, 2L, 3L), wanted(version -> version == 2, 1, 2, 3));
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
