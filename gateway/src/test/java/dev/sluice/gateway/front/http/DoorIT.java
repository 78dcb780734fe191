package dev.sluice.gateway.front.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.DefaultEventLoop;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Who comes in while a loop has too much to do; the clients have connected, to the kernel's backlog. */
class DoorIT {

    private static final int CLIENTS = 10;
    private static final long PATIENCE_SECONDS = 30;
    private static final long DEAR_NANOS = 3_000_000;

    private final FrontLoops loops = new FrontLoops(System::nanoTime);
    private final ReadingLine line = new ReadingLine();
    private final MultiThreadIoEventLoopGroup group = new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
    private final List<Socket> clients = new ArrayList<>();
    private final Semaphore accepted = new Semaphore(0);
    private Channel socket;

    @BeforeEach
    void open() throws IOException, InterruptedException {
        loops.of(new DefaultEventLoop());
        socket = new ServerBootstrap()
                .group(group)
                .channel(NioServerSocketChannel.class)
                .handler(new ChannelInitializer<>() {
                    @Override
                    protected void initChannel(Channel listening) {
                        listening.config().setAutoRead(false);
                        listening.pipeline().addLast(loops.door(listening));
                    }
                })
                .childHandler(new ChannelInboundHandlerAdapter() {
                    @Override
                    public void channelRegistered(ChannelHandlerContext context) {
                        accepted.release();
                    }

                    @Override
                    public boolean isSharable() {
                        return true;
                    }
                })
                .bind(InetAddress.getLoopbackAddress(), 0)
                .sync()
                .channel();
        for (int i = 0; i < CLIENTS; i++) {
            InetSocketAddress address = (InetSocketAddress) socket.localAddress();
            clients.add(new Socket(address.getAddress(), address.getPort()));
        }
    }

    @AfterEach
    void close() throws IOException, InterruptedException {
        for (Socket client : clients) {
            client.close();
        }
        group.shutdownGracefully(0, PATIENCE_SECONDS, TimeUnit.SECONDS).sync();
    }

    /** Of a loop on which each request takes that long; here the one that accepts, or one more might slip in. */
    private void turn(long nanos) throws Exception {
        for (long spent = 0; spent < nanos; spent += DEAR_NANOS) {
            line.countRequest();
        }
        boolean wasCrowded = line.isCrowded();
        line.turned(nanos);
        socket.eventLoop().submit(() -> loops.turned(wasCrowded, line)).get();
    }

    /** So many come in, and then nobody. */
    private void assertAccepted(int more) throws Exception {
        assertTrue(accepted.tryAcquire(more, PATIENCE_SECONDS, TimeUnit.SECONDS), "fewer than " + more);
        assertEquals(0, socket.eventLoop().submit(accepted::availablePermits).get(), "more than " + more);
    }

    @Test
    void asManyComeInAsFitHalfATurn() throws Exception {
        turn(10 * DEAR_NANOS);
        assertAccepted(3);
        assertEquals(1, loops.doorsShut());
        turn(10 * DEAR_NANOS);
        assertAccepted(3);
        assertEquals(2, loops.doorsShut());
    }

    @Test
    void aLoopThatIsNotBehindButHasALineLetsNoMoreIn() throws Exception {
        turn(10 * DEAR_NANOS);
        assertAccepted(3);
        for (int i = 0; i < 10; i++) {
            line.stand(requests -> true);
        }
        turn(6 * DEAR_NANOS);
        assertTrue(!line.isBehind() && line.isCrowded());
        assertAccepted(3);
    }

    @Test
    void everybodyComesInWhenNoLoopIsCrowded() throws Exception {
        turn(10 * DEAR_NANOS);
        assertAccepted(3);
        turn(0);
        assertAccepted(CLIENTS - 3);
    }

    /** Newcomers go to both loops in turn, and only one of them has too much to do. */
    @Test
    void loopsThatKeepUpTakeTheirPartOfTheNewcomers() throws Exception {
        loops.of(new DefaultEventLoop());
        turn(10 * DEAR_NANOS);
        assertAccepted(6);
    }
}
