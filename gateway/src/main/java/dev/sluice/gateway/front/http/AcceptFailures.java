package dev.sluice.gateway.front.http;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Says why connections cannot be accepted, which is mostly for want of files: one line a minute at most, where Netty would
 * write a stack trace each second. It is Netty that stops accepting for that second, in a handler that has been told before.
 *
 * @thread confined to the loop of the socket that listens
 */
final class AcceptFailures extends ChannelInboundHandlerAdapter {

    private static final Logger LOG = LoggerFactory.getLogger(AcceptFailures.class);
    private static final long SILENCE_NANOS = TimeUnit.MINUTES.toNanos(1);

    private boolean told;
    private long toldNanos;

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        long now = context.executor().ticker().nanoTime();
        if (!told || now - toldNanos >= SILENCE_NANOS) {
            told = true;
            toldNanos = now;
            LOG.warn("cannot accept connections, trying again each second: {}", cause.getMessage());
        }
    }

    /**
     * Puts one behind the handler that Netty adds itself, which has happened once the socket is open.
     *
     * @thread confined to the loop of the socket that listens
     */
    static final class Installer extends ChannelInboundHandlerAdapter {

        @Override
        public void channelActive(ChannelHandlerContext context) {
            context.pipeline().addLast(new AcceptFailures());
            context.fireChannelActive();
        }
    }
}
