package dev.sluice.gateway.front.http;

import dev.sluice.worker.contract.Ticker;
import io.netty.channel.Channel;
import io.netty.channel.EventLoop;
import io.netty.channel.group.ChannelGroup;
import io.netty.channel.group.DefaultChannelGroup;
import io.netty.util.concurrent.GlobalEventExecutor;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.net.InetSocketAddress;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import java.util.stream.Collectors;

/**
 * All connections of clients: how many there may be, and how they end when the process drains.
 *
 * <p>Vert.x could shut its server down by itself, but then drops what comes on a connection between two requests without
 * a word, and leaves idle connections open until its patience ends. Here the port closes first, so that whoever connects
 * goes elsewhere; a connection without a request is closed; all others end with the answer to theirs.
 *
 * @thread any; what concerns one connection happens on its front loop
 * @bound {@code http.max_connections}, and {@value #SPARE_FOR_OPERATORS} for operators where there are so many; one more is closed as soon as it is there
 */
public final class Connections {

    /** Who is to look after an overcrowded server must get in. */
    static final int SPARE_FOR_OPERATORS = 16;

    private final HttpOptions options;
    private final SlowClients slowClients = new SlowClients();
    private final FrontLoops loops;
    private final Set<FrontConnection> open = ConcurrentHashMap.newKeySet();
    private final ChannelGroup listening = new DefaultChannelGroup(GlobalEventExecutor.INSTANCE);
    private final AtomicInteger count = new AtomicInteger();
    private final LongAdder refused = new LongAdder();
    private final Promise<Void> allClosed = Promise.promise();
    private volatile boolean draining;
    private volatile int adminPort;

    public Connections(HttpOptions options, Ticker ticker) {
        this.options = options;
        this.loops = new FrontLoops(ticker);
    }

    /** A socket that accepts connections; whose pipeline nobody else has been in. */
    void listening(Channel socket) {
        listening.add(socket);
        socket.pipeline().addLast(loops.door(socket));
    }

    /** Counts a connection in, until it closes; false if there is no room for it, and then it is to be closed. */
    boolean accept(Channel channel) {
        int max = options.maxConnections() + (isForOperators(channel) ? SPARE_FOR_OPERATORS : 0);
        if (count.getAndUpdate(now -> Math.max(now, Math.min(now + 1, max))) >= max) {
            refused.increment();
            return false;
        }
        FrontLoop loop = loops.of(channel.eventLoop());
        FrontConnection connection = FrontConnection.on(channel, loop, options, slowClients);
        channel.pipeline().addLast(loop.mark());
        open.add(connection);
        channel.closeFuture().addListener(closed -> {
            open.remove(connection);
            left();
        });
        if (draining) {
            connection.leave(); // it was on its way when the port closed, and the others have been told
        }
        return true;
    }

    /** Connections to that port are accepted where there is no room for others. */
    public void keepRoomFor(int port) {
        adminPort = port;
    }

    private boolean isForOperators(Channel channel) {
        return channel.localAddress() instanceof InetSocketAddress here && here.getPort() == adminPort;
    }

    private void left() {
        if (count.decrementAndGet() == 0 && draining) {
            allClosed.tryComplete();
        }
    }

    /** How many there are. */
    public int open() {
        return count.get();
    }

    /** How many were one too many. */
    public long refused() {
        return refused.sum();
    }

    /** What the slow ones among them cost. */
    public SlowClients slowClients() {
        return slowClients;
    }

    /** The loops that they are spread over. */
    public FrontLoops loops() {
        return loops;
    }

    /** Closes the port and every connection that has nothing to do; complete when the last one has ended. */
    public Future<Void> drain() {
        Set<EventLoop> acceptors = listening.stream().map(Channel::eventLoop).collect(Collectors.toSet());
        listening.close().addListener(closed -> whenGone(acceptors, this::tellAll));
        return allClosed.future();
    }

    /** A socket that was closed takes connections still until its loop has selected once more. */
    private static void whenGone(Set<EventLoop> acceptors, Runnable work) {
        AtomicInteger left = new AtomicInteger(acceptors.size());
        for (EventLoop acceptor : acceptors) {
            acceptor.schedule(() -> {}, 1, TimeUnit.MILLISECONDS).addListener(selected -> {
                if (left.decrementAndGet() == 0) {
                    work.run();
                }
            });
        }
        if (acceptors.isEmpty()) {
            work.run();
        }
    }

    private void tellAll() {
        draining = true;
        open.forEach(FrontConnection::leave);
        if (count.get() == 0) {
            allClosed.tryComplete();
        }
    }
}
