package dev.sluice.gateway.front.http;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ServerChannelRecvByteBufAllocator;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Lets few connections in while a front loop has more to read than it can, and the others wait in the kernel's backlog.
 *
 * @thread reads on the loop of the socket that listens; {@link #letIn} may be called by any
 * @bound in each turn of a loop that is crowded, what fits half of it, and one more where that turn ends as the door shuts
 */
final class Door extends ChannelInboundHandlerAdapter {

    private final Channel socket;
    private final FrontLoops loops;
    private final AtomicInteger places = new AtomicInteger(1);

    Door(Channel socket, FrontLoops loops) {
        this.socket = socket;
        this.loops = loops;
    }

    /** Netty would accept sixteen before it passes on the first. */
    @Override
    public void handlerAdded(ChannelHandlerContext context) {
        socket.config().setRecvByteBufAllocator(new ServerChannelRecvByteBufAllocator());
    }

    /** So many more, or everybody if no loop is crowded any more. */
    void letIn(int more) {
        places.set(more);
        socket.config().setAutoRead(true);
    }

    /** Somebody has come in. */
    @Override
    public void channelRead(ChannelHandlerContext context, Object connection) {
        if (loops.areCrowded() && places.decrementAndGet() <= 0) {
            socket.config().setAutoRead(false);
            loops.doorShut();
            if (!loops.areCrowded()) { // the last one has just ceased to be, and may have been here before us
                socket.config().setAutoRead(true);
            }
        }
        context.fireChannelRead(connection);
    }
}
