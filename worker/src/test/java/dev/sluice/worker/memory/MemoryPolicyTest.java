package dev.sluice.worker.memory;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sluice.worker.contract.ModelId;
import dev.sluice.worker.memory.MemoryPolicy.Room;
import dev.sluice.worker.memory.Resident.Stage;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** Who gives way, case by case. Sizes are counted in single bytes, of which the budget has 100. */
class MemoryPolicyTest {

    private static final long SECOND = TimeUnit.SECONDS.toNanos(1);
    private static final long NOW = 1000 * SECOND;

    private final MemoryPolicy policy = new MemoryPolicy(100);

    private static ModelId id(String name) {
        return new ModelId(name, 1);
    }

    /** Ready for a hundred seconds, loaded in one. */
    private static Resident idle(String name, long bytes, long idleSeconds) {
        return resident(name, bytes, Stage.HERE, 100, idleSeconds);
    }

    private static Resident busy(String name, long bytes, long awakeSeconds) {
        Resident idle = resident(name, bytes, Stage.HERE, awakeSeconds, 0);
        return changed(idle, false, true);
    }

    private static Resident pinned(Resident resident) {
        return changed(resident, true, resident.busy());
    }

    private static Resident changed(Resident resident, boolean pinned, boolean busy) {
        return new Resident(
                resident.model(),
                resident.bytes(),
                resident.stage(),
                pinned,
                busy,
                resident.sinceNanos(),
                resident.loadNanos(),
                resident.askedNanos(),
                resident.idleAfterNanos());
    }

    private static Resident resident(String name, long bytes, Stage stage, long awakeSeconds, long idleSeconds) {
        long since = NOW - awakeSeconds * SECOND;
        return new Resident(id(name), bytes, stage, false, false, since, SECOND, NOW - idleSeconds * SECOND, 0);
    }

    private static Room after(String... names) {
        return new Room.After(List.of(names).stream().map(MemoryPolicyTest::id).toList());
    }

    private Room room(long bytes, Resident... residents) {
        return policy.room(bytes, List.of(residents), NOW);
    }

    @Test
    void whatFitsNeedsNobodyToLeave() {
        assertEquals(after(), room(40, idle("a", 60, 50)));
    }

    @Test
    void whoWasAskedLongestAgoLeavesFirst() {
        assertEquals(after("old"), room(40, idle("new", 50, 10), idle("old", 50, 60)));
    }

    @Test
    void aLargeOneLeavesBeforeSmallOnesThatAreAsOld() {
        assertEquals(after("large"), room(30, idle("a", 20, 50), idle("large", 60, 50), idle("b", 20, 50)));
    }

    @Test
    void aSmallOneIsSparedWhenALargerOneMakesRoomEnough() {
        assertEquals(after("large"), room(50, idle("small", 10, 99), idle("large", 90, 10)));
    }

    @Test
    void whoHasSomethingToDoLeavesOnlyAfterItsTurn() {
        assertInstanceOf(Room.Later.class, room(50, busy("a", 60, 7)));
        assertEquals(after("a"), room(50, busy("a", 60, 8)));
        assertEquals(after("b"), room(50, busy("a", 50, 9), busy("b", 50, 20)));
        assertEquals(after("c"), room(50, busy("b", 50, 20), idle("c", 50, 1)));
    }

    @Test
    void whoHasJustBeenWokenStays() {
        assertInstanceOf(Room.Later.class, room(50, resident("a", 60, Stage.HERE, 3, 3)));
        assertEquals(after("a"), room(50, resident("a", 60, Stage.HERE, 4, 4)));
    }

    @Test
    void whoNobodyHasAskedNeedNotStay() {
        Resident unasked = new Resident(id("a"), 60, Stage.HERE, false, false, NOW, 0, NOW, 0);
        assertEquals(after("a"), room(50, unasked));
    }

    @Test
    void whoLeavesIsWaitedForAndNobodyElseMustGo() {
        Resident leaving = resident("gone", 60, Stage.LEAVING, 9, 9);
        assertInstanceOf(Room.Later.class, room(50, leaving, idle("a", 40, 90)));
        assertEquals(after("a"), room(70, leaving, idle("a", 40, 90)));
    }

    @Test
    void whoComesIsWaitedFor() {
        assertInstanceOf(Room.Later.class, room(50, resident("a", 60, Stage.COMING, 90, 90)));
    }

    @Test
    void whatCannotFitIsSaid() {
        Room.Never alone = assertInstanceOf(Room.Never.class, room(101));
        assertTrue(alone.why().contains("memory_budget is 100"), alone.why());
        Resident pinned = pinned(idle("a", 60, 90));
        Room.Never beside = assertInstanceOf(Room.Never.class, room(41, pinned));
        assertTrue(beside.why().contains("instances hang, take 60"), beside.why());
        assertEquals(after(), room(40, pinned));
    }

    @Test
    void beyondTheBudgetOnlyThoseLeaveThatHaveNothingToDo() {
        List<Resident> all = List.of(busy("busy", 70, 99), idle("a", 30, 20), idle("b", 30, 40));
        assertEquals(List.of(id("b")), policy.beyond(0, all, NOW));
        assertEquals(List.of(id("b"), id("a")), policy.beyond(90, all, NOW));
        assertEquals(List.of(), policy.beyond(0, all.subList(0, 2), NOW));
    }

    @Test
    void idleIsWhoMayNotBeIdleForSoLong() {
        List<Resident> all = List.of(
                new Resident(id("a"), 1, Stage.HERE, false, false, 0, 0, NOW - 5 * SECOND, 5 * SECOND),
                new Resident(id("soon"), 1, Stage.HERE, false, false, 0, 0, NOW - 5 * SECOND + 1, 5 * SECOND),
                new Resident(id("pinned"), 1, Stage.HERE, true, false, 0, 0, 0, 5 * SECOND),
                new Resident(id("busy"), 1, Stage.HERE, false, true, 0, 0, 0, 5 * SECOND),
                new Resident(id("any"), 1, Stage.HERE, false, false, 0, 0, 0, 0));
        assertEquals(List.of(id("a")), MemoryPolicy.idle(all, NOW));
    }
}
