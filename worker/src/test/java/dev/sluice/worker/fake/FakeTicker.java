package dev.sluice.worker.fake;

import dev.sluice.worker.contract.Ticker;

/** A clock that stands still until it is told to move. */
public final class FakeTicker implements Ticker {

    private long nanos;

    @Override
    public long nanos() {
        return nanos;
    }

    public void advance(long byNanos) {
        nanos += byNanos;
    }
}
