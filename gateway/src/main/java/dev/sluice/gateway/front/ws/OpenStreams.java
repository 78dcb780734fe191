package dev.sluice.gateway.front.ws;

import java.util.concurrent.atomic.LongAdder;

/**
 * How many WebSocket connections there are.
 *
 * @thread any
 */
public final class OpenStreams {

    private final LongAdder open = new LongAdder();

    void opened() {
        open.increment();
    }

    void closed() {
        open.decrement();
    }

    public long count() {
        return open.sum();
    }
}
