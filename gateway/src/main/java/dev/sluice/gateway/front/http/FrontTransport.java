package dev.sluice.gateway.front.http;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.channel.AdaptiveRecvByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.ChannelPipeline;
import io.netty.channel.RecvByteBufAllocator;
import io.netty.channel.WriteBufferWaterMark;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.impl.Http1xOrH2CHandler;
import io.vertx.core.impl.transports.NioTransport;
import io.vertx.core.impl.transports.TransportInternal;
import io.vertx.core.net.NetServerOptions;
import io.vertx.core.transport.Transport;
import java.util.function.Consumer;

/**
 * The usual sockets, whose {@link Connections} we count ourselves, and on which HTTP/1.1 is read by our
 * {@link RequestDecoder} instead of by the one of Vert.x.
 *
 * <p>Vert.x has no option for either. It looks at the first bytes of a connection, and only then builds the handlers for
 * HTTP/1.1 or for HTTP/2. So the bytes are passed on one by one until it has, which is after the second for everything
 * but HTTP/2, and the decoder is replaced before it has seen a line.
 *
 * @thread configured by any; its handlers are confined to the front loop of their connection
 */
public final class FrontTransport extends NioTransport {

    private static final String VERTX_DECODER = "httpDecoder";

    /**
     * What may wait for a socket in Netty's memory before we stop handing on, and how little before we go on. One slice of
     * an answer fills it, so that small answers never wait for each other and of a large one hardly more is copied.
     */
    private static final WriteBufferWaterMark WRITE_MARKS =
            new WriteBufferWaterMark(Outlet.MOST_BYTES / 2, Outlet.MOST_BYTES);

    /**
     * In a turn each connection is read once, 64 KiB at most, and not sixteen times: with large bodies on many connections
     * a turn lasts else for as long as all that the kernel has of them takes.
     */
    private static final RecvByteBufAllocator READ_SIZES = new AdaptiveRecvByteBufAllocator().maxMessagesPerRead(1);

    private final Connections connections;

    private FrontTransport(Connections connections) {
        this.connections = connections;
    }

    /**
     * For the builder of Vert.x.
     *
     * @param connections are told of every socket that listens and of every connection to it
     */
    public static Transport create(Connections connections) {
        return new TransportInternal("nio", true, null, new FrontTransport(connections));
    }

    @Override
    public void configure(NetServerOptions options, boolean domainSocket, ServerBootstrap bootstrap) {
        super.configure(options, domainSocket, bootstrap);
        if (options instanceof HttpServerOptions http) {
            ChannelHandler vertxHandlers = bootstrap.config().childHandler();
            bootstrap.handler(new Initializer(socket -> {
                connections.listening(socket);
                socket.pipeline().addLast(new AcceptFailures.Installer());
            }));
            bootstrap.childOption(ChannelOption.WRITE_BUFFER_WATER_MARK, WRITE_MARKS);
            bootstrap.childOption(ChannelOption.RECVBUF_ALLOCATOR, READ_SIZES);
            bootstrap.childHandler(new Initializer(channel -> {
                if (connections.accept(channel)) {
                    channel.pipeline().addLast(new FirstBytes(http)).addLast(vertxHandlers);
                } else {
                    channel.close().addListener(ChannelFutureListener.FIRE_EXCEPTION_ON_FAILURE);
                }
            }));
        }
    }

    /**
     * Does something with each new channel.
     *
     * @thread the loop of the channel
     */
    private static final class Initializer extends ChannelInitializer<Channel> {

        private final Consumer<Channel> action;

        Initializer(Consumer<Channel> action) {
            this.action = action;
        }

        @Override
        protected void initChannel(Channel channel) {
            action.accept(channel);
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
            FrontConnection connection = FrontConnection.of(context.channel());
            connection.head().goesOn();
            ChannelPipeline pipeline = context.pipeline();
            while (bytes.readableBytes() > 1 && pipeline.get(Http1xOrH2CHandler.class) != null) {
                context.fireChannelRead(bytes.readRetainedSlice(1));
            }
            if (pipeline.get(Http1xOrH2CHandler.class) == null) {
                if (pipeline.get(VERTX_DECODER) != null) {
                    pipeline.replace(VERTX_DECODER, VERTX_DECODER, new RequestDecoder(options, connection));
                }
                pipeline.remove(this);
            }
            context.fireChannelRead(bytes);
        }
    }
}
