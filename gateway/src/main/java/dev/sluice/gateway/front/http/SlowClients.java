package dev.sluice.gateway.front.http;

import java.util.concurrent.atomic.LongAdder;

/**
 * What slow clients cost, and how often one was given up.
 *
 * @thread any
 */
public final class SlowClients {

    private final LongAdder heads = new LongAdder();
    private final LongAdder answers = new LongAdder();
    private final LongAdder unsentBytes = new LongAdder();

    void headGivenUp() {
        heads.increment();
    }

    public void answerGivenUp() {
        answers.increment();
    }

    public void unsent(long moreBytes) {
        unsentBytes.add(moreBytes);
    }

    /** Connections closed because the head of a request did not come whole in time. */
    public long headsGivenUp() {
        return heads.sum();
    }

    /** Answers given up because their client did not take them. */
    public long answersGivenUp() {
        return answers.sum();
    }

    /** Bytes of answers that their clients have not taken yet. */
    public long unsentBytes() {
        return unsentBytes.sum();
    }
}
