package dev.sluice.gateway.front.http;

import dev.sluice.worker.contract.Ticker;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.EventLoop;
import io.netty.channel.SingleThreadEventLoop;

/**
 * The turns of one front loop: how long they take, and who is read in the next one.
 *
 * <p>A turn begins with the first thing read in it and ends when nothing of it is left to do, which Netty says. So a busy
 * loop costs one task for each turn, whatever there is in it, and an idle one nothing: there is no timer.
 *
 * @thread confined to the loop, but for {@link #lagNanos}
 */
final class FrontLoop {

    private final SingleThreadEventLoop loop;
    private final FrontLoops all;
    private final Ticker ticker;
    private final ReadingLine line = new ReadingLine();
    private final TurnMark mark = new TurnMark();
    private boolean inTurn;
    private long turnNanos;
    private int requests;
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
            inTurn = true;
            turnNanos = ticker.nanos();
            loop.executeAfterEventLoopIteration(this::end);
        }
    }

    private void end() {
        inTurn = false;
        long now = ticker.nanos();
        boolean wasBehind = line.isBehind();
        line.turned(now - turnNanos, requests);
        requests = 0;
        longest = longest.and(now - turnNanos, now);
        all.turned(wasBehind, line.isBehind());
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

    /** A request has begun whose cost counts. */
    void countRequest() {
        requests++;
    }

    /** Whether who has nothing more to be answered should stand in line. */
    boolean isCrowded() {
        return line.isCrowded();
    }

    void stand(FrontConnection connection) {
        line.stand(connection);
    }

    FrontLoops all() {
        return all;
    }

    /** The longest turn of the last ten to twenty seconds. */
    long lagNanos() {
        return longest.amount(ticker.nanos());
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
