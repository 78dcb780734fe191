package dev.sluice.worker.memory;

import dev.sluice.worker.contract.ModelId;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;

/**
 * Who gives way when a model needs memory, and who has been idle for too long.
 *
 * <p>Who has nothing to do gives way first, the one whose bytes have lain unused the longest before the others: size times
 * time since it was asked, so that one large model goes rather than ten small ones that are as old. Where that is not
 * enough, those that are in use give way in turn, the one that has been awake longest first, so that nobody waits for
 * ever for models that are never idle.
 *
 * <p>Against thrashing, a model that was asked stays for {@value #STAY} times as long as loading it took, and twice as
 * long while it is in use. So of the time of models that take turns in the same memory at most a fifth goes into
 * loading, however they are asked.
 *
 * @thread any; holds nothing but the budget
 * @units bytes, nanoseconds
 * @source P. J. Denning's space-time product; the minimum stay as in working-set swapping
 */
public final class MemoryPolicy {

    static final int STAY = 4;
    static final int STAY_IN_USE = 2 * STAY;
    static final long LEAST_STAY_NANOS = TimeUnit.SECONDS.toNanos(1);

    private final long budgetBytes;

    /** @param budgetBytes for all models together */
    public MemoryPolicy(long budgetBytes) {
        this.budgetBytes = budgetBytes;
    }

    /** Whether there is room for so many bytes more. */
    public sealed interface Room {

        /** There is, when these have left, which is to be asked again then; where there are none, there is now. */
        record After(List<ModelId> sleepers) implements Room {}

        /** Not now, but there will be. */
        record Later() implements Room {}

        /** Not as long as what is pinned stays, or ever. */
        record Never(String why) implements Room {}
    }

    /** For a model that somebody waits for. */
    public Room room(long bytes, Collection<Resident> residents, long nowNanos) {
        long pinned = sum(residents, Resident::pinned);
        if (bytes > budgetBytes - pinned) {
            return new Room.Never(tooLarge(bytes, pinned));
        }
        List<Resident> leaving = new ArrayList<>();
        long missing = missing(bytes, residents);
        missing = take(leaving, missing, unused(residents, nowNanos));
        missing = take(leaving, missing, ofInUse(residents, nowNanos));
        if (!leaving.isEmpty() && missing <= 0) {
            return new Room.After(names(needed(leaving, -missing)));
        }
        boolean isFree = sum(residents, all -> true) + bytes <= budgetBytes;
        return isFree ? new Room.After(List.of()) : new Room.Later();
    }

    /** When those that leave already have left. */
    private long missing(long bytes, Collection<Resident> residents) {
        return sum(residents, resident -> resident.stage() != Resident.Stage.LEAVING) + bytes - budgetBytes;
    }

    /** Who is to leave so that what is there fits, or comes nearest; what is in use stays. */
    public List<ModelId> beyond(long bytes, Collection<Resident> residents, long nowNanos) {
        List<Resident> leaving = new ArrayList<>();
        long missing = take(leaving, missing(bytes, residents), unused(residents, nowNanos));
        return names(needed(leaving, Math.max(0, -missing)));
    }

    /** Who has not been asked for as long as it may. */
    public static List<ModelId> idle(Collection<Resident> residents, long nowNanos) {
        return names(residents.stream()
                .filter(resident -> resident.isMovable() && !resident.busy())
                .filter(resident ->
                        resident.idleAfterNanos() > 0 && nowNanos - resident.askedNanos() >= resident.idleAfterNanos())
                .toList());
    }

    private String tooLarge(long bytes, long pinned) {
        String beside =
                pinned == 0 ? "" : ", of which models that may not sleep, or whose instances hang, take " + pinned;
        return "it is reckoned to take " + bytes + " bytes of memory, and worker.control.memory_budget is "
                + budgetBytes + beside;
    }

    private static long sum(Collection<Resident> residents, Predicate<Resident> which) {
        return residents.stream().filter(which).mapToLong(Resident::bytes).sum();
    }

    private static List<Resident> unused(Collection<Resident> residents, long nowNanos) {
        return residents.stream()
                .filter(resident -> resident.isMovable() && !resident.busy())
                .filter(resident -> hasStayed(resident, STAY, nowNanos))
                .sorted(Comparator.comparingDouble((Resident resident) -> spaceTime(resident, nowNanos))
                        .reversed())
                .toList();
    }

    private static double spaceTime(Resident resident, long nowNanos) {
        return (double) resident.bytes() * (nowNanos - resident.askedNanos());
    }

    private static List<Resident> ofInUse(Collection<Resident> residents, long nowNanos) {
        return residents.stream()
                .filter(resident -> resident.isMovable() && resident.busy())
                .filter(resident -> hasStayed(resident, STAY_IN_USE, nowNanos))
                .sorted(Comparator.comparingLong(resident -> resident.sinceNanos() - nowNanos))
                .toList();
    }

    private static boolean hasStayed(Resident resident, int times, long nowNanos) {
        long stay = resident.loadNanos() == 0 ? 0 : Math.max(LEAST_STAY_NANOS, times * resident.loadNanos());
        return nowNanos - resident.sinceNanos() >= stay;
    }

    /** How much is missing still. */
    private static long take(List<Resident> taken, long missing, List<Resident> candidates) {
        long left = missing;
        for (Resident candidate : candidates) {
            if (left > 0) {
                taken.add(candidate);
                left -= candidate.bytes();
            }
        }
        return left;
    }

    /** A large one that came last may have made smaller ones before it needless. */
    private static List<Resident> needed(List<Resident> taken, long spareBytes) {
        List<Resident> needed = new ArrayList<>(taken);
        long spare = spareBytes;
        for (Resident candidate : taken.reversed()) {
            if (candidate.bytes() <= spare) {
                needed.remove(candidate);
                spare -= candidate.bytes();
            }
        }
        return needed;
    }

    private static List<ModelId> names(List<Resident> residents) {
        return residents.stream().map(Resident::model).toList();
    }
}
