package dev.sluice.worker.batch;

import dev.sluice.worker.contract.FlushReason;
import dev.sluice.worker.contract.InferenceRequest;
import java.util.List;

/**
 * Requests that run in one engine call; closed when made, for a reason, and never reopened.
 *
 * @shape the members' inputs agree beyond the rows; {@code rows} is the sum of theirs
 * @thread immutable, handed to a worker thread by reference
 */
public record Batch(List<QueuedRequest> members, int rows, FlushReason reason) {

    public Batch {
        members = List.copyOf(members);
    }

    /** A request whose batch came to nothing. */
    static Batch alone(QueuedRequest member) {
        return new Batch(List.of(member), member.request().rows(), FlushReason.RERUN);
    }

    /** The members that have no outcome yet: others were cancelled, or expired, while the batch ran. */
    List<QueuedRequest> stillWanted() {
        return members.stream().filter(member -> !member.isCompleted()).toList();
    }

    public InferenceRequest first() {
        return members.getFirst().request();
    }

    public int size() {
        return members.size();
    }
}
