package dev.sluice.gateway.front.http;

import java.util.ArrayDeque;
import java.util.concurrent.TimeUnit;

/**
 * Which connections a front loop reads when it cannot keep up with all of them.
 *
 * <p>A loop goes round in turns: it reads every socket on which something has come, then it writes the answers that are
 * there. While a turn lasts nothing else is looked at, so what a loop lags by is the length of its turns, and it has that
 * length in its own hand: it is what it reads in one. When a turn has taken longer than {@value #BEHIND_MILLIS} ms, or
 * others wait already, a connection that has been answered stands in line and is not read; at the end of each turn as many
 * go on as fit the next one, the longest waiting first, and never fewer than one. What is read is so answered in time, and
 * the rest waits where it costs nothing: in the kernel's buffers, and beyond them at the client.
 *
 * <p>Half of each turn belongs to those who stood in line, whoever else comes; {@link Door} lets no more newcomers in than
 * fit the other half. Where some of those who go on have nothing to say, or have gone, more go on at once.
 *
 * <p>Who goes on may send several requests before it stands in line again. The mean wait is the same in every order
 * (Little's law); but taken in strict turns all would be equally late once a round takes longer than deadlines are,
 * while so only the first of each stay is. A connection that is seldom heard of is not in line, and so is read at once.
 *
 * @thread confined to one front loop
 * @units nanoseconds
 * @bound the connections of the loop; a wait is about {@value #LONGEST_WAIT_SECONDS} second at most, or one round with
 *     a request of each where that takes longer; up to twice that while others fill their half of each turn
 * @source 20 ms of mean waiting is what DAGOR (SoCC 2018) takes for overload
 */
final class ReadingLine {

    static final long BEHIND_MILLIS = 20;
    static final long LONGEST_WAIT_SECONDS = 1;
    static final int LONGEST_STAY = 16;

    private static final long BEHIND_NANOS = TimeUnit.MILLISECONDS.toNanos(BEHIND_MILLIS);
    private static final long LONGEST_WAIT_NANOS = TimeUnit.SECONDS.toNanos(LONGEST_WAIT_SECONDS);

    /** What belongs to those in line, and what to others. */
    private static final long HALF_NANOS = BEHIND_NANOS / 2;

    /** So many go on for each that has something to say, at most: all of them may have, the next time. */
    private static final int MOST_SILENT = 4;

    /** How much of what earlier turns took still counts after one more: the last dozen of them count most. */
    private static final double MEMORY = 0.9;

    private final ArrayDeque<Standing> line = new ArrayDeque<>();
    private double pastNanos;
    private double pastRequests;
    private double pastOwn;
    private double pastWentOn;
    private double pastHeard;
    private int requests;
    private int own;
    private int wentOn;
    private int heard;
    private boolean behind;

    /** In this turn a request has begun whose cost counts. */
    void countRequest() {
        requests++;
    }

    /** It is one of the stay of a connection that stood in line. */
    void countOwn() {
        own++;
    }

    /** It is the first one of a connection since that went on. */
    void countHeard() {
        heard++;
    }

    /** Whether whoever has been answered, and has no more of its stay, should {@link #stand} in line. */
    boolean isCrowded() {
        return behind || !line.isEmpty();
    }

    /** Whether the last turn took too long. */
    boolean isBehind() {
        return behind;
    }

    int waiting() {
        return line.size();
    }

    /** To the end of the line; who has been put there is told to go on, once. */
    void stand(Standing connection) {
        line.addLast(connection);
    }

    /**
     * A turn is over; those whose turn it is go on.
     *
     * @param nanos that it took
     */
    void turned(long nanos) {
        pastNanos = pastNanos * MEMORY + nanos;
        pastRequests = pastRequests * MEMORY + requests;
        pastOwn = pastOwn * MEMORY + own;
        pastWentOn = pastWentOn * MEMORY + wentOn;
        pastHeard = pastHeard * MEMORY + heard;
        behind = nanos > BEHIND_NANOS;
        requests = 0;
        own = 0;
        wentOn = 0;
        heard = 0;
        goOn(fitting(Math.max(BEHIND_NANOS - nanos, dueNanos())));
    }

    /** Half of a turn where those who stood in line have had less lately; each comes with all requests of its stay. */
    private long dueNanos() {
        return pastOwn < pastRequests / 2 ? HALF_NANOS / stay() : 0;
    }

    private void goOn(int places) {
        int stay = stay();
        while (wentOn < places && !line.isEmpty()) {
            if (line.removeFirst().goOn(stay)) {
                wentOn++;
            }
        }
    }

    /** How many newcomers fit the half of a turn that is theirs. */
    int newcomers() {
        return (int) Math.max(1, HALF_NANOS / Math.max(1, requestNanos()));
    }

    /** What a request takes of the loop; its answer is written in a later turn, so only sums tell. */
    private double requestNanos() {
        return pastRequests == 0 ? pastNanos : pastNanos / pastRequests;
    }

    /** So many of them that those among them who have something to say find that much time in the next turn. */
    private int fitting(long leftNanos) {
        double fitting = leftNanos / Math.max(1, requestNanos());
        return Math.max(1, (int) (fitting * goingOnForOneHeard()));
    }

    private double goingOnForOneHeard() {
        return pastWentOn == 0 ? 1 : Math.clamp(pastWentOn / pastHeard, 1, MOST_SILENT);
    }

    /** As many requests that a round of all who wait takes no longer than anybody should wait. */
    private int stay() {
        double roundNanos = requestNanos() * line.size();
        return (int) Math.clamp(LONGEST_WAIT_NANOS / Math.max(1, roundNanos), 1, LONGEST_STAY);
    }

    /**
     * A connection that can stand in line.
     *
     * @thread its front loop
     */
    interface Standing {

        /**
         * It is its turn: it is to be read again, and may send so many requests before it stands in line the next time.
         * False if it has closed, and so needs no turn.
         */
        boolean goOn(int requests);
    }
}
