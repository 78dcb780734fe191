package dev.sluice.gateway.front.http;

import dev.sluice.worker.contract.Ticker;
import io.netty.channel.Channel;
import io.netty.channel.EventLoop;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;

/**
 * All front loops, what they lag by, and the doors that they shut when they do.
 *
 * @thread any
 */
public final class FrontLoops {

    private final Ticker ticker;
    private final Map<EventLoop, FrontLoop> loops = new ConcurrentHashMap<>();
    private final List<Door> doors = new CopyOnWriteArrayList<>();
    private final AtomicInteger crowded = new AtomicInteger();
    private final AtomicInteger paused = new AtomicInteger();
    private final LongAdder pauses = new LongAdder();
    private final LongAdder longTurns = new LongAdder();
    private final LongAdder doorsShut = new LongAdder();
    private final LongAdder endedEarly = new LongAdder();

    FrontLoops(Ticker ticker) {
        this.ticker = ticker;
    }

    FrontLoop of(EventLoop loop) {
        return loops.computeIfAbsent(loop, first -> new FrontLoop(first, this, ticker));
    }

    /** The door of a socket that listens, for its pipeline. */
    Door door(Channel socket) {
        Door door = new Door(socket, this);
        doors.add(door);
        socket.closeFuture().addListener(closed -> doors.remove(door));
        return door;
    }

    /**
     * A turn of one of them is over; for a loop that is crowded the doors stand ajar, or nobody could come in for as long.
     * Newcomers go to all loops alike, and not only to those that are crowded.
     */
    void turned(boolean wasCrowded, ReadingLine line) {
        boolean isCrowded = line.isCrowded();
        if (!wasCrowded && !isCrowded) {
            return;
        }
        if (wasCrowded != isCrowded) {
            crowded.addAndGet(isCrowded ? 1 : -1);
        }
        int places = Math.ceilDiv(line.newcomers() * loops.size(), Math.max(1, crowded.get()));
        doors.forEach(door -> door.letIn(places));
    }

    /** Whether connections stand in line in any of them, or would. */
    boolean areCrowded() {
        return crowded.get() > 0;
    }

    void paused() {
        paused.incrementAndGet();
        pauses.increment();
    }

    void longTurn() {
        longTurns.increment();
    }

    void doorShut() {
        doorsShut.increment();
    }

    void endedEarly() {
        endedEarly.increment();
    }

    void wentOn() {
        paused.decrementAndGet();
    }

    /** The longest turn that any of them took in the last ten to twenty seconds. */
    public long lagNanos() {
        return loops.values().stream().mapToLong(FrontLoop::lagNanos).max().orElse(0);
    }

    /** Turns that took 5 ms or longer. */
    public long longTurns() {
        return longTurns.sum();
    }

    /** Connections that are not read now, because their loop has enough to do. */
    public int pausedConnections() {
        return paused.get();
    }

    /** How often a connection was not read for a while. */
    public long pauses() {
        return pauses.sum();
    }

    /** How often a port let nobody in for a while, because a loop had enough to do. */
    public long doorsShut() {
        return doorsShut.sum();
    }

    /** Connections of HTTP/1.1 that were ended behind an answer while their request was still on its way. */
    public long connectionsEndedEarly() {
        return endedEarly.sum();
    }
}
