package dev.sluice.worker.batch;

/**
 * What a {@link BatchPolicy} decided.
 *
 * @thread immutable
 */
public sealed interface BatchDecision {

    /** Nothing to do until something happens. */
    Wait UNTIL_SOMETHING_HAPPENS = new Wait();

    /** Close a batch of at most {@code maxRows} rows and dispatch it. */
    record Flush(int maxRows) implements BatchDecision {}

    /** Leave the queue as it is. */
    record Wait() implements BatchDecision {}

    /** Leave the queue as it is, and ask again at that time if nothing has happened before. */
    record WaitUntil(long nanos) implements BatchDecision {}
}
