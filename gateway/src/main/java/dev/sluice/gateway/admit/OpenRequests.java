package dev.sluice.gateway.admit;

import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;

/**
 * How many requests each of many names has open.
 *
 * @thread any
 * @bound one entry for each name with a request open; a name is forgotten with its last one
 */
final class OpenRequests {

    private final ConcurrentHashMap<String, Integer> open = new ConcurrentHashMap<>();

    /** Counts one more in, unless that name has as many already. */
    boolean tryEnter(String name, int most) {
        Entering entering = new Entering(most);
        open.compute(name, entering);
        return entering.entered;
    }

    void leave(String name) {
        open.computeIfPresent(name, (same, count) -> count == 1 ? null : count - 1);
    }

    /** How many names have any. */
    long names() {
        return open.mappingCount();
    }

    int of(String name) {
        return open.getOrDefault(name, 0);
    }

    /**
     * One attempt; the map may only say what came of it, not whether that was it.
     *
     * @thread confined to its caller
     */
    private static final class Entering implements BiFunction<String, @Nullable Integer, Integer> {

        private final int most;
        private boolean entered;

        Entering(int most) {
            this.most = most;
        }

        @Override
        public Integer apply(String name, @Nullable Integer count) {
            int before = count == null ? 0 : count;
            entered = before < most;
            return entered ? before + 1 : before;
        }
    }
}
