package dev.sluice.worker.batch;

/**
 * Flows in the order in which their heads are to be served.
 *
 * @thread owned by the batcher loop
 */
final class FlowHeap extends PlacedHeap<Flow> {

    @Override
    boolean before(Flow left, Flow right) {
        return left.goesBefore(right);
    }
}
