package dev.sluice.gateway.front.ws;

import io.netty.channel.Channel;
import io.netty.channel.ChannelPipeline;
import io.netty.handler.flush.FlushConsolidationHandler;

/**
 * What changes in a connection's handlers, besides what Vert.x changes, when it goes on in WebSocket.
 *
 * @thread the front loop of the connection
 */
final class StreamPipeline {

    private static final String VERTX_DECODER = "wsdecoder";
    private static final String VERTX_HANDLER = "handler";
    private static final String VERTX_IDLE = "idle";

    private StreamPipeline() {}

    /**
     * Puts our decoder in the place of Netty's and our end of all handlers in the place of that of Vert.x; takes away
     * the idle timer of HTTP, to which a ping is as good as a request; and lets the answers that one turn of the loop
     * brings leave in one write.
     */
    static void install(Channel channel, FrameDecoder decoder, FrameSocket socket) {
        ChannelPipeline pipeline = channel.pipeline();
        pipeline.replace(VERTX_DECODER, VERTX_DECODER, decoder);
        if (pipeline.get(VERTX_IDLE) != null) {
            pipeline.remove(VERTX_IDLE);
        }
        pipeline.replace(VERTX_HANDLER, VERTX_HANDLER, socket);
        pipeline.addFirst(
                new FlushConsolidationHandler(FlushConsolidationHandler.DEFAULT_EXPLICIT_FLUSH_AFTER_FLUSHES, true));
    }
}
