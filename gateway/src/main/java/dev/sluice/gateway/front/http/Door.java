package dev.sluice.gateway.front.http;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Lets few connections in while a front loop lags, and the others wait in the kernel's backlog.
 *
 * @thread reads on the loop of the socket that listens; {@link #letIn} may be called by any
 * @bound {@value #AJAR} connections for each turn of a loop that lags
 */
final class Door extends ChannelInboundHandlerAdapter {

    /** A few per cent of what fits such a turn; health checks that come on connections of their own are among them. */
    static final int AJAR = 16;

    private final Channel socket;
    private final FrontLoops loops;
    private final AtomicInteger places = new AtomicInteger(AJAR);

    Door(Channel socket, FrontLoops loops) {
        this.socket = socket;
        this.loops = loops;
    }

    /** So many more, or everybody if no loop lags any more. */
    void letIn() {
        places.set(AJAR);
        socket.config().setAutoRead(true);
    }

    /** Somebody has come in. */
    @Override
    public void channelRead(ChannelHandlerContext context, Object connection) {
        if (loops.areBehind() && places.decrementAndGet() <= 0) {
            socket.config().setAutoRead(false);
            if (!loops.areBehind()) { // the last one has just ceased to, and may have been here before us
                socket.config().setAutoRead(true);
            }
        }
        context.fireChannelRead(connection);
    }
}
