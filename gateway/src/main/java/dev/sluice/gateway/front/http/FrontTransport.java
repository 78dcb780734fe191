package dev.sluice.gateway.front.http;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelPipeline;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.impl.Http1xOrH2CHandler;
import io.vertx.core.impl.transports.NioTransport;
import io.vertx.core.impl.transports.TransportInternal;
import io.vertx.core.net.NetServerOptions;
import io.vertx.core.transport.Transport;

/**
 * The usual sockets, on which HTTP/1.1 is read by our {@link RequestDecoder} instead of by the one of Vert.x.
 *
 * <p>Vert.x has no option for that. It looks at the first bytes of a connection, and only then builds the handlers for
 * HTTP/1.1 or for HTTP/2. So the bytes are passed on one by one until it has, which is after the second for everything
 * but HTTP/2, and the decoder is replaced before it has seen a line.
 *
 * @thread configured by any; its handlers are confined to the front loop of their connection
 */
public final class FrontTransport extends NioTransport {

    private static final String VERTX_DECODER = "httpDecoder";

    private FrontTransport() {}

    /** For the builder of Vert.x. */
    public static Transport create() {
        return new TransportInternal("nio", true, null, new FrontTransport());
    }

    @Override
    public void configure(NetServerOptions options, boolean domainSocket, ServerBootstrap bootstrap) {
        super.configure(options, domainSocket, bootstrap);
        if (options instanceof HttpServerOptions http) {
            ChannelHandler vertxHandlers = bootstrap.config().childHandler();
            bootstrap.childHandler(new ChannelInitializer<>() {
                @Override
                protected void initChannel(Channel channel) {
                    channel.pipeline().addLast(new FirstBytes(http)).addLast(vertxHandlers);
                }
            });
        }
    }

    /**
     * Stands before all other handlers until it is known which HTTP they are for.
     *
     * @thread confined to the front loop of its connection
     */
    private static final class FirstBytes extends ChannelInboundHandlerAdapter {

        private final HttpServerOptions options;

        FirstBytes(HttpServerOptions options) {
            this.options = options;
        }

        @Override
        public void channelRead(ChannelHandlerContext context, Object message) {
            ByteBuf bytes = (ByteBuf) message;
            ChannelPipeline pipeline = context.pipeline();
            while (bytes.readableBytes() > 1 && pipeline.get(Http1xOrH2CHandler.class) != null) {
                context.fireChannelRead(bytes.readRetainedSlice(1));
            }
            if (pipeline.get(Http1xOrH2CHandler.class) == null) {
                if (pipeline.get(VERTX_DECODER) != null) {
                    pipeline.replace(VERTX_DECODER, VERTX_DECODER, new RequestDecoder(options));
                }
                pipeline.remove(this);
            }
            context.fireChannelRead(bytes);
        }
    }
}
