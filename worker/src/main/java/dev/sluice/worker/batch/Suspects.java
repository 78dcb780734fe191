package dev.sluice.worker.batch;

import dev.sluice.worker.contract.FlushReason;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;

/**
 * Those whose batch has failed and who are to run once more, in smaller batches and before anybody who waits.
 *
 * <p>A batch that was too large for the memory is no reason to suspect anybody: its halves run for nothing.
 *
 * @thread owned by the batcher loop
 * @bound members of batches that ran; those who get their outcome while they wait here are passed over
 */
final class Suspects {

    private final ArrayDeque<List<QueuedRequest>> groups = new ArrayDeque<>();

    /** A member of that batch, or several, made it fail. */
    void search(Batch failed) {
        List<QueuedRequest> suspected = failed.stillWanted();
        if (suspected.isEmpty()) {
            return;
        }
        Search search = suspected.getFirst().search;
        if (search == null) {
            search = new Search(failed.size());
        }
        List<List<QueuedRequest>> halves = halves(suspected);
        int ofSeveral = (int) halves.stream().filter(half -> half.size() > 1).count();
        add(search.pays(ofSeveral) ? halves : singles(suspected), search);
    }

    /** There was not enough memory for all of that batch at once. */
    void halve(Batch failed) {
        List<QueuedRequest> members = failed.stillWanted();
        if (!members.isEmpty()) {
            Search search = members.getFirst().search;
            add(halves(members), search == null ? new Search(failed.size()) : search);
        }
    }

    /** Nobody is to blame, but they cannot share a batch. */
    void separate(Batch batch) {
        add(singles(batch.stillWanted()), new Search(batch.size()));
    }

    /** Takes one that has failed alone where it was. */
    void take(QueuedRequest failed) {
        add(List.of(List.of(failed)), new Search(1));
    }

    private void add(List<List<QueuedRequest>> suspected, Search search) {
        for (List<QueuedRequest> group : suspected) {
            for (QueuedRequest member : group) {
                member.search = search;
                member.waitsAgain = true;
            }
            groups.add(group);
        }
    }

    /** Takes over those of another, which has no instances to run them. */
    void adopt(Suspects orphans) {
        groups.addAll(orphans.groups);
        orphans.groups.clear();
    }

    /** Whether nobody is here, not even somebody who has an outcome. */
    boolean isEmpty() {
        return groups.isEmpty();
    }

    /** How many rows run next, unless there is less memory than that. */
    int nextRows() {
        int rows = 0;
        for (QueuedRequest member : groups.element()) {
            rows += member.isCompleted() ? 0 : member.request().rows();
        }
        return rows;
    }

    /** The next to run, no more than there is memory for; nobody if all have their outcome. */
    Batch next(MemoryLimit memory) {
        while (!groups.isEmpty()) {
            List<QueuedRequest> group = groups.remove().stream()
                    .filter(member -> !member.isCompleted())
                    .toList();
            Batch batch = Batch.of(group, FlushReason.RERUN);
            if (group.size() > 1 && !memory.allows(batch)) {
                halves(group).reversed().forEach(groups::addFirst);
            } else if (!group.isEmpty()) {
                group.forEach(member -> member.waitsAgain = false);
                return batch;
            }
        }
        return Batch.of(List.of(), FlushReason.RERUN);
    }

    /** Takes all out that have no outcome. */
    List<QueuedRequest> takeAll() {
        List<QueuedRequest> all = groups.stream()
                .flatMap(List::stream)
                .filter(member -> !member.isCompleted())
                .toList();
        groups.clear();
        return all;
    }

    private static List<List<QueuedRequest>> halves(List<QueuedRequest> members) {
        int middle = (members.size() + 1) / 2;
        List<List<QueuedRequest>> halves = new ArrayList<>(2);
        halves.add(members.subList(0, middle));
        if (middle < members.size()) {
            halves.add(members.subList(middle, members.size()));
        }
        return halves;
    }

    private static List<List<QueuedRequest>> singles(List<QueuedRequest> members) {
        return members.stream().map(List::of).toList();
    }
}
