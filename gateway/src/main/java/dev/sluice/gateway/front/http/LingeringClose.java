package dev.sluice.gateway.front.http;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.util.ReferenceCountUtil;
import io.netty.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Drops what a client still sends on a connection that we have ended, before anybody looks at it.
 *
 * <p>To close at once would have the kernel answer what comes next with a reset, and that would take from the client the
 * answer that lies unread on its side.
 *
 * @thread the front loop of the connection
 * @bound {@value #MOST_BYTES} bytes and {@value #MOST_SECONDS} seconds, and then the connection is closed whatever comes
 * @source RFC 9112, section 9.6
 */
final class LingeringClose extends ChannelInboundHandlerAdapter {

    /** As much as a client commonly sends without a look at what comes back. */
    static final int MOST_BYTES = 16 << 20;

    static final int MOST_SECONDS = 5;

    private long leftBytes = MOST_BYTES;
    private @Nullable Future<?> timer;

    /** To be added first in the pipeline, once nothing more of the client is of interest. */
    @Override
    public void handlerAdded(ChannelHandlerContext context) {
        context.channel().config().setAutoRead(true);
        timer = context.executor().schedule(() -> close(context.channel()), MOST_SECONDS, TimeUnit.SECONDS);
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object bytes) {
        leftBytes -= ((ByteBuf) bytes).readableBytes();
        ReferenceCountUtil.release(bytes);
        if (leftBytes < 0) {
            close(context.channel());
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        if (timer != null) {
            timer.cancel(false);
        }
        context.fireChannelInactive();
    }

    private static void close(Channel channel) {
        channel.pipeline().firstContext().close().addListener(ChannelFutureListener.FIRE_EXCEPTION_ON_FAILURE);
    }
}
