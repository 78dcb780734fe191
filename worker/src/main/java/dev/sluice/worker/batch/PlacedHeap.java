package dev.sluice.worker.batch;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Members by rank, the first one first.
 *
 * <p>A binary heap whose members know their place in it, so that any of them can leave, or be told that its rank has
 * changed. A member that ranks behind all others costs nothing but the append.
 *
 * @thread owned by the batcher loop
 * @bound add is O(1) for members that come in order, otherwise O(log n); so are remove and moved
 */
abstract class PlacedHeap<M extends PlacedHeap.Member> {

    /**
     * What stands in such a heap, and in one at a time.
     *
     * @thread owned by the batcher loop
     */
    abstract static class Member {
        private int place;
    }

    private final List<M> heap = new ArrayList<>();

    /** Whether {@code left} is to stand nearer to the top. */
    abstract boolean before(M left, M right);

    /** The first, or null when there is none. */
    @Nullable
    M first() {
        return heap.isEmpty() ? null : heap.getFirst();
    }

    boolean isEmpty() {
        return heap.isEmpty();
    }

    /** All, in no order. */
    List<M> members() {
        return Collections.unmodifiableList(heap);
    }

    void add(M member) {
        heap.add(member);
        siftUp(member, heap.size() - 1);
    }

    void remove(M member) {
        int hole = place(member);
        M last = heap.removeLast();
        if (!last.equals(member)) {
            siftUp(last, hole);
            siftDown(last, place(last));
        }
    }

    /** To be called when the rank of a member has changed. */
    void moved(M member) {
        siftUp(member, place(member));
        siftDown(member, place(member));
    }

    private void siftUp(M member, int start) {
        int place = start;
        while (place > 0 && before(member, heap.get((place - 1) / 2))) {
            put(heap.get((place - 1) / 2), place);
            place = (place - 1) / 2;
        }
        put(member, place);
    }

    private void siftDown(M member, int start) {
        int place = start;
        while (2 * place + 1 < heap.size()) {
            int child = 2 * place + 1;
            if (child + 1 < heap.size() && before(heap.get(child + 1), heap.get(child))) {
                child++;
            }
            if (!before(heap.get(child), member)) {
                break;
            }
            put(heap.get(child), place);
            place = child;
        }
        put(member, place);
    }

    private void put(M member, int place) {
        heap.set(place, member);
        setPlace(member, place);
    }

    private static int place(Member member) {
        return member.place;
    }

    private static void setPlace(Member member, int place) {
        member.place = place;
    }
}
