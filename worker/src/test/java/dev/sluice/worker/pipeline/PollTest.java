package dev.sluice.worker.pipeline;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Random;
import org.junit.jupiter.api.Test;

class PollTest {

    @Test
    void whoHasMostVotesWinsAndOfAsManyWhoWasSaidFirst() {
        for (long seed = 0; seed < 2000; seed++) {
            Random random = new Random(seed);
            int voters = 1 + random.nextInt(64);
            Poll poll = new Poll(voters);
            for (int question = 0; question < 5; question++) {
                long[] votes = random.longs(voters, -3, 4)
                        .map(small -> small << (random.nextInt(2) * 61))
                        .toArray();
                poll.begin();
                for (long vote : votes) {
                    poll.vote(vote);
                }
                assertEquals(elected(votes), poll.winner(), "seed " + seed);
            }
        }
    }

    private static int elected(long[] votes) {
        int best = 0;
        int most = 0;
        for (int i = 0; i < votes.length; i++) {
            int count = 0;
            for (long other : votes) {
                count += other == votes[i] ? 1 : 0;
            }
            if (count > most) {
                most = count;
                best = i;
            }
        }
        return best;
    }
}
