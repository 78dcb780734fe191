package dev.sluice.gateway.fake;

import dev.sluice.worker.contract.Ticker;

/** A clock that stands still until it is told to move. */
public final class FakeTicker implements Ticker {

    private volatile long nanos;

    @Override
    public long nanos() {
        return nanos;
    }

    public void set(long nanos) {
        this.nanos = nanos;
    }
}
