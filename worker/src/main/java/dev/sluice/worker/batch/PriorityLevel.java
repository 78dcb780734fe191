package dev.sluice.worker.batch;

import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The clients with requests of one priority, and what this level is owed by the levels above it.
 *
 * <p>Between clients it keeps a virtual clock, which stands at the finish of whatever was served last. A client that
 * comes, or comes back, starts at that time: it has saved nothing up. And as serving a client's last request moves the
 * clock beyond all that the client was charged, there is nothing to remember of it either. Every request that is served
 * moves the clock on, so that an endless row of newcomers cannot hold up who was there before them.
 *
 * @thread owned by the batcher loop
 * @bound one entry for each client that has requests here
 * @units nanoseconds of one instance
 * @source self-clocked fair queueing (Golestani 1994): the order is by finish, where start-time fair queueing, which
 *     serves whoever starts first, lets newcomers in for ever
 */
final class PriorityLevel {

    private final int rank;
    private final Map<String, Client> clients = new HashMap<>();
    private final PlacedHeap<Client> largestFirst = new PlacedHeap<>() {
        @Override
        boolean before(Client left, Client right) {
            return left.requests() > right.requests();
        }
    };
    private final PlacedHeap<LaneFlows> lanes = new PlacedHeap<>() {
        @Override
        boolean before(LaneFlows left, LaneFlows right) {
            return head(left).goesBefore(head(right));
        }

        private static Flow head(LaneFlows lane) {
            return Objects.requireNonNull(lane.first());
        }
    };
    private long nowNanos;
    private long creditNanos;
    private int requests;

    /** @param rank 0 for the highest */
    PriorityLevel(int rank) {
        this.rank = rank;
    }

    int rank() {
        return rank;
    }

    int requests() {
        return requests;
    }

    int clients() {
        return clients.size();
    }

    /** The lanes with requests of this level, the one whose turn it is first. */
    PlacedHeap<LaneFlows> lanes() {
        return lanes;
    }

    /** Whose head is to be served next, or null when nobody waits. */
    @Nullable
    Flow due() {
        Flow first = firstOfAll();
        while (first != null && first.isBehind()) {
            first.catchUp();
            first = firstOfAll();
        }
        return first;
    }

    private @Nullable Flow firstOfAll() {
        LaneFlows lane = lanes.first();
        return lane == null ? null : lane.first();
    }

    /** Whether requests of this level are to be served before those of the other. */
    boolean goesBefore(PriorityLevel other) {
        return isOwed() == other.isOwed() ? rank < other.rank : isOwed();
    }

    /** Whether it has waited for so long that it is its turn in spite of the levels above it. */
    boolean isOwed() {
        return creditNanos >= 0 && rank > 0;
    }

    void advanceTo(long finishNanos) {
        if (finishNanos - nowNanos > 0) {
            nowNanos = finishNanos;
        }
    }

    /** Credit that is below zero must be made up for before the next turn. */
    void credit(long nanos) {
        creditNanos += nanos;
    }

    /** That client, which may be new. */
    Client client(String name) {
        Client known = clients.get(name);
        if (known != null) {
            return known;
        }
        Client client = new Client(name, this, nowNanos);
        clients.put(name, client);
        largestFirst.add(client);
        return client;
    }

    int requestsOf(String name) {
        Client client = clients.get(name);
        return client == null ? 0 : client.requests();
    }

    /** The client with the most requests, or null when there is none. */
    @Nullable
    Client largest() {
        return largestFirst.first();
    }

    /** @param priceNanos what this level has to wait for the next turn if it has just begun to wait */
    void joined(Client client, long priceNanos) {
        if (requests == 0) {
            creditNanos = -priceNanos;
        }
        requests++;
        client.count(1);
        largestFirst.moved(client);
    }

    void left(Client client) {
        requests--;
        client.count(-1);
        if (client.requests() == 0) {
            largestFirst.remove(client);
            clients.remove(client.name());
        } else {
            largestFirst.moved(client);
        }
    }
}
