package dev.sluice.gateway.front.http;

import dev.sluice.worker.contract.Ticker;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.EventLoop;
import io.netty.channel.SingleThreadEventLoop;
import java.util.concurrent.TimeUnit;

/**
 * The turns of one front loop: how long they take, and who is read in the next one.
 *
 * <p>A turn begins with the first thing read in it and ends when nothing of it is left to do, which Netty says. So a busy
 * loop costs one task for each turn, whatever there is in it, and an idle one nothing: there is no timer.
 *
 * @thread confined to the loop, but for {@link #lagNanos}
 */
final class FrontLoop {

    static final long LONG_NANOS = TimeUnit.MILLISECONDS.toNanos(5);

    private final SingleThreadEventLoop loop;
    private final FrontLoops all;
    private final Ticker ticker;
    private final ReadingLine line = new ReadingLine();
    private final TurnMark mark = new TurnMark();
    private volatile boolean inTurn;
    private volatile long turnNanos;
    private long cpuNanos;
    private volatile LongestLately longest;

    FrontLoop(EventLoop loop, FrontLoops all, Ticker ticker) {
        this.loop = (SingleThreadEventLoop) loop; // as all loops of Netty are
        this.all = all;
        this.ticker = ticker;
        this.longest = LongestLately.since(ticker.nanos());
    }

    /** For the head of the pipeline of each connection. */
    ChannelHandler mark() {
        return mark;
    }

    private void begin() {
        if (!inTurn) {
            turnNanos = ticker.nanos();
            cpuNanos = LongTurn.cpuNanos();
            inTurn = true;
            loop.executeAfterEventLoopIteration(this::end);
        }
    }

    private void end() {
        inTurn = false;
        long now = ticker.nanos();
        long took = now - turnNanos;
        if (took >= LONG_NANOS) {
            all.longTurn();
            LongTurn.tell(took, cpuNanos);
        }
        boolean wasCrowded = line.isCrowded();
        line.turned(took);
        longest = longest.and(took, now);
        all.turned(wasCrowded, line);
        if (line.isCrowded()) {
            loop.execute(this::begin); // so that there is a next turn, even if nothing more comes
        }
    }

    /**
     * When what is being read now had come, as far as can be known: before this turn. It may have come since the
     * sockets were looked at last, and so have waited for one turn longer; or, on a connection that stood in line, for as
     * long as that was not read. Nobody sees that.
     */
    long arrivalNanos() {
        return inTurn ? turnNanos : ticker.nanos();
    }

    /** Work that waited for a place in a turn, and is part of the next one. */
    void execute(Runnable work) {
        loop.execute(() -> {
            begin();
            work.run();
        });
    }

    /** Where its connections stand while it has too much to do. */
    ReadingLine line() {
        return line;
    }

    FrontLoops all() {
        return all;
    }

    /** The longest turn of the last ten to twenty seconds, or the one that is not over. */
    long lagNanos() {
        long now = ticker.nanos();
        long running = inTurn ? now - turnNanos : 0;
        return Math.max(running, longest.amount(now));
    }

    /**
     * Sees each piece that is read before anybody else does.
     *
     * @thread the loop
     */
    @ChannelHandler.Sharable
    private final class TurnMark extends ChannelInboundHandlerAdapter {

        @Override
        public void channelRead(ChannelHandlerContext context, Object message) {
            begin();
            context.fireChannelRead(message);
        }
    }
}
