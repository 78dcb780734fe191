package dev.sluice.worker.batch;

import dev.sluice.worker.contract.FlushReason;
import dev.sluice.worker.contract.InferenceRequest;
import java.util.List;

/**
 * Requests that run in one engine call; closed when made, for a reason, and never reopened.
 *
 * @param requests those of the members, in their order; a member lets go of its own when it has its outcome, which may
 *     be while the batch runs
 * @shape the members' inputs agree beyond the rows; {@code rows} is the sum of theirs
 * @thread immutable, handed to a worker thread by reference
 */
public record Batch(List<QueuedRequest> members, List<InferenceRequest> requests, int rows, FlushReason reason) {

    public Batch {
        members = List.copyOf(members);
        requests = List.copyOf(requests);
    }

    /** Of members without an outcome. */
    Batch(List<QueuedRequest> members, int rows, FlushReason reason) {
        this(members, members.stream().map(QueuedRequest::request).toList(), rows, reason);
    }

    static Batch of(List<QueuedRequest> members, FlushReason reason) {
        int rows = 0;
        for (QueuedRequest member : members) {
            rows += member.request().rows();
        }
        return new Batch(members, rows, reason);
    }

    /** The members that have no outcome yet: others were cancelled, or expired, while the batch ran. */
    List<QueuedRequest> stillWanted() {
        return members.stream().filter(member -> !member.isCompleted()).toList();
    }

    public InferenceRequest first() {
        return requests.getFirst();
    }

    /** The bytes of all inputs, if all rows were as large as the largest, which they are padded to. */
    long inputBytes() {
        long largest = 0;
        for (InferenceRequest request : requests) {
            largest = Math.max(largest, MemoryLimit.rowBytes(request));
        }
        return largest * Math.max(1, rows);
    }

    /** Whether fewer rows could have run instead. */
    boolean isDivisible() {
        return size() > 1 || (rows > 1 && members.getFirst().isPart());
    }

    public int size() {
        return members.size();
    }
}
