package dev.sluice.gateway.front.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.channel.DefaultEventLoop;
import io.netty.channel.embedded.EmbeddedChannel;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A front loop in virtual time, which is all that its requests need: thousands of connections, on which more is asked than
 * it can do. Arrivals do not wait for answers; one finds a free connection, or cannot be sent.
 */
class ReadingLineSimulationTest {

    private static final long READ_NANOS = 30_000;
    private static final long ANSWER_NANOS = 10_000;
    private static final double PEAK_PER_SECOND = 1e9 / (READ_NANOS + ANSWER_NANOS);
    private static final long DEADLINE_NANOS = 100_000_000;

    /** A round of all takes 120 ms, so that who serves them in turn is late with each. */
    private static final int CONNECTIONS = 3_000;

    private static final double SECONDS = 12;
    private static final long SETTLED_NANOS = 2_000_000_000;

    /** Requests that take long enough for sixteen to fill a turn twice. */
    private static final long DEAR_NANOS = 2_700_000;

    private static final int FAITHFUL = 100;
    private static final int NEWCOMERS = 16;

    /** With the line, or with a loop that reads whatever is there. */
    private static Play play(double load, boolean withLine, long seed) {
        Play play = new Play(CONNECTIONS, load * PEAK_PER_SECOND, withLine, seed);
        play.run();
        return play;
    }

    private static double goodput(Play play) {
        return play.inTime / (SECONDS - SETTLED_NANOS / 1e9) / PEAK_PER_SECOND;
    }

    @ParameterizedTest
    @ValueSource(doubles = {1.2, 2, 3, 10})
    void goodputStaysBeyondThePeak(double load) {
        for (long seed = 1; seed <= 3; seed++) {
            double goodput = goodput(play(load, true, seed));
            assertTrue(goodput >= 0.9, goodput + " of the peak, seed " + seed);
        }
    }

    /** What the line is for: else this test would show nothing. */
    @Test
    void withoutTheLineHardlyAnyAnswerWouldBeInTime() {
        double goodput = goodput(play(2, false, 1));
        assertTrue(goodput < 0.1, goodput + " of the peak");
    }

    @Test
    void nobodyWaitsLongerThanIsPromised() {
        double bound = 1.5e9 * ReadingLine.LONGEST_WAIT_SECONDS;
        for (double load : new double[] {1.2, 3, 10}) {
            Play play = play(load, true, 7);
            assertTrue(play.longestPause > 0, "nobody was paused");
            assertTrue(play.longestPause <= bound, play.longestPause + " ns at " + load);
            long unserved =
                    Arrays.stream(play.all).filter(one -> one.served == 0).count();
            assertEquals(0, unserved);
        }
    }

    @Test
    void nobodyIsPausedBelowThePeak() {
        Play play = play(0.9, true, 1);
        assertEquals(0, play.longestPause);
        assertTrue(goodput(play) > 0.88, goodput(play) + " of the peak");
    }

    @Test
    void everybodyIsReadAgainOnceTheLoadIsOver() {
        Play play = play(3, true, 1);
        assertTrue(play.line.waiting() > 0, "nobody waits");
        play.rest();
        assertEquals(0, play.line.waiting());
        assertTrue(Arrays.stream(play.all).allMatch(one -> !one.paused && one.askedNanos == Connection.NOTHING));
    }

    /**
     * In each turn as many clients come as Netty accepts at once, ask once and go, which is not seen before it is their turn;
     * others stay, and always have something to ask.
     */
    @Test
    void newcomersTakeNoMoreThanTheirHalf() {
        Play play = new Play(FAITHFUL, 0, true, 1);
        play.beginWithDearRequests();
        int longestLine = 0;
        while (play.now < SECONDS * 5e9) {
            play.comeIn();
            play.turn();
            longestLine = Math.max(longestLine, play.line.waiting());
        }
        long faithful = Arrays.stream(play.all).mapToLong(one -> one.served).sum();
        assertTrue(play.newcomers > 0.8 * faithful, play.newcomers + " newcomers and " + faithful + " others");
        assertTrue(faithful > 0.8 * play.newcomers, faithful + " others and " + play.newcomers + " newcomers");
        assertTrue(longestLine <= 4 * FAITHFUL, longestLine + " in line");
        double bound = 2e9 * ReadingLine.LONGEST_WAIT_SECONDS;
        assertTrue(play.longestPause <= bound, play.longestPause + " ns");
    }

    private static final class Connection {

        static final long NOTHING = -1;

        final Stay stay;
        long askedNanos = NOTHING;
        long pausedNanos;
        int served;
        boolean paused;
        boolean faithful;

        Connection(Play play) {
            this.stay = new Stay(play.line, () -> play.goOn(this));
        }
    }

    private static final class Play {

        private final ReadingLine line = new ReadingLine();
        private final Random random;
        private final boolean withLine;
        private final double perNano;
        private final Connection[] all;
        private final List<Connection> free;
        private final EmbeddedChannel socket = new EmbeddedChannel();
        private final FrontLoops loops = new FrontLoops(() -> 0);
        private long readNanos = READ_NANOS;
        private long answerNanos = ANSWER_NANOS;
        private long newcomers;
        private final ArrayDeque<Connection> readable = new ArrayDeque<>();
        private List<Connection> running = new ArrayList<>();
        private long now;
        private long nextNanos;
        private long inTime;
        private long longestPause;

        Play(int connections, double perSecond, boolean withLine, long seed) {
            this.all = IntStream.range(0, connections)
                    .mapToObj(i -> new Connection(this))
                    .toArray(Connection[]::new);
            this.free = new ArrayList<>(List.of(all));
            loops.of(new DefaultEventLoop());
            socket.pipeline().addLast(loops.door(socket));
            this.perNano = perSecond / 1e9;
            this.withLine = withLine;
            this.random = new Random(seed);
        }

        void run() {
            while (now < SECONDS * 1e9) {
                arrive();
                turn();
            }
        }

        /** Nothing more is asked. */
        void rest() {
            nextNanos = Long.MAX_VALUE;
            while (!running.isEmpty() || !readable.isEmpty() || line.isCrowded()) {
                turn();
            }
        }

        private void arrive() {
            if (running.isEmpty() && readable.isEmpty() && !line.isCrowded()) {
                now = Math.max(now, nextNanos);
            }
            while (nextNanos <= now) {
                if (!free.isEmpty()) {
                    ask(nextNanos);
                }
                nextNanos += (long) (-Math.log(1 - random.nextDouble()) / perNano) + 1;
            }
        }

        private void ask(long at) {
            int chosen = random.nextInt(free.size());
            Connection one = free.set(chosen, free.getLast());
            free.removeLast();
            one.askedNanos = at;
            if (!one.paused) {
                readable.add(one);
            }
        }

        /** From all connections at once, and from each as soon as it has its answer. */
        void beginWithDearRequests() {
            readNanos = DEAR_NANOS * 3 / 4;
            answerNanos = DEAR_NANOS / 4;
            for (Connection one : all) {
                one.faithful = true;
                one.askedNanos = now;
                readable.add(one);
            }
        }

        void comeIn() {
            for (int i = 0; i < NEWCOMERS && socket.config().isAutoRead(); i++) {
                Connection one = new Connection(this);
                one.askedNanos = now;
                socket.writeInbound(one);
                readable.add(socket.readInbound());
                newcomers++;
            }
        }

        /** Reads all that is there when it begins, and answers what the one before has read. */
        private void turn() {
            long began = now;
            List<Connection> read = new ArrayList<>(readable);
            readable.clear();
            now += readNanos * read.size();
            read.forEach(one -> one.stay.countRequest());
            running.forEach(this::answer);
            running = read;
            boolean wasCrowded = line.isCrowded();
            line.turned(now - began);
            loops.turned(wasCrowded, line);
            now += 1;
        }

        private void answer(Connection one) {
            now += answerNanos;
            if (one.askedNanos > SETTLED_NANOS && now - one.askedNanos <= DEADLINE_NANOS) {
                inTime++;
            }
            one.askedNanos = Connection.NOTHING;
            one.served++;
            if (withLine && one.stay.isDue()) {
                one.paused = true;
                one.pausedNanos = now;
                one.stay.stand();
            }
            if (one.faithful) {
                one.askedNanos = now;
            } else {
                free.add(one);
            }
            if (one.faithful && !one.paused) {
                readable.add(one);
            }
        }

        private void goOn(Connection one) {
            one.paused = false;
            longestPause = Math.max(longestPause, now - one.pausedNanos);
            if (one.askedNanos != Connection.NOTHING) {
                readable.add(one);
            }
        }
    }
}
