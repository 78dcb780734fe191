package dev.sluice.worker.pipeline;

/**
 * Which of some values there is most often; of as many, the one that was said first.
 *
 * <p>A table of as many places as two times the voters, of which none need be cleared from one question to the next.
 *
 * @thread confined to the caller
 */
final class Poll {

    private static final long SPREAD = 0x9E3779B97F4A7C15L;

    private final int[] placeOf;
    private final long[] values;
    private final int[] votes;
    private final int[] questions;
    private final int shift;
    private int question;
    private int voter;

    Poll(int voters) {
        int bits = Integer.SIZE - Integer.numberOfLeadingZeros(2 * voters - 1);
        this.placeOf = new int[voters];
        this.values = new long[1 << bits];
        this.votes = new int[1 << bits];
        this.questions = new int[1 << bits];
        this.shift = Long.SIZE - bits;
    }

    /** Asks anew. */
    void begin() {
        question++;
        voter = 0;
    }

    void vote(long value) {
        int place = (int) ((value * SPREAD) >>> shift);
        while (questions[place] == question && values[place] != value) {
            place = (place + 1) & (values.length - 1);
        }
        votes[place] = questions[place] == question ? votes[place] + 1 : 1;
        questions[place] = question;
        values[place] = value;
        placeOf[voter++] = place;
    }

    /** Who has said it first. */
    int winner() {
        int most = 0;
        for (int i = 1; i < voter; i++) {
            most = votes[placeOf[i]] > votes[placeOf[most]] ? i : most;
        }
        return most;
    }
}
