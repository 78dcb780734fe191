package dev.sluice.worker.batch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.HashSet;
import java.util.Random;
import java.util.Set;
import java.util.function.LongSupplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** What is learnt of lengths: few buckets, little padding, whatever comes. */
class LengthBucketsTest {

    private static final double MOST_WASTE = 0.25;
    private static final int MANY = 40 * LengthBuckets.LEARN_EVERY - 1;

    private final LengthBuckets buckets = new LengthBuckets(MOST_WASTE);

    /** What clients may send. */
    enum Lengths {
        EVEN {
            @Override
            long next(Random random) {
                return 1L + random.nextInt(500);
            }
        },
        TEXTS {
            @Override
            long next(Random random) {
                return 1 + (long) Math.exp(4 + random.nextGaussian());
            }
        },
        TWO_KINDS {
            @Override
            long next(Random random) {
                return random.nextBoolean() ? 7 : 3000L + random.nextInt(50);
            }
        },
        SAME {
            @Override
            long next(Random random) {
                return 129;
            }
        },
        BARELY_OVER {
            @Override
            long next(Random random) {
                return (1L << random.nextInt(20)) + 1;
            }
        };

        abstract long next(Random random);
    }

    private record Padding(double waste, int buckets) {}

    private Padding watch(LongSupplier lengths) {
        long elements = 0;
        long padded = 0;
        Set<Long> edges = new HashSet<>();
        for (int i = 0; i < MANY; i++) {
            long length = lengths.getAsLong();
            long edge = buckets.edgeFor(length);
            assertTrue(edge >= length, length + " does not fit into " + edge);
            if (i > MANY - LengthBuckets.LEARN_EVERY) {
                elements += length;
                padded += edge;
                edges.add(edge);
            }
        }
        return new Padding(1 - (double) elements / padded, edges.size());
    }

    @ParameterizedTest
    @EnumSource
    void paddingEverythingToTheEdgeKeepsWithinTheBound(Lengths lengths) {
        Random random = new Random(1);
        Padding padding = watch(() -> lengths.next(random));
        assertTrue(padding.waste <= MOST_WASTE + 0.03, lengths + ": " + padding);
        assertTrue(padding.buckets <= (lengths == Lengths.BARELY_OVER ? 40 : 12), lengths + ": " + padding);
    }

    @ParameterizedTest
    @CsvSource({"0, 0", "1, 1", "2, 2", "3, 4", "64, 64", "65, 128", "2147483648, 2147483648"})
    void startsWithPowersOfTwo(long length, long edge) {
        assertEquals(edge, buckets.edgeFor(length));
    }

    @Test
    void lengthsThatAreAlmostTheSameShareABucket() {
        Random random = new Random(2);
        assertEquals(1, watch(() -> 127 + random.nextInt(4)).buckets, "the powers of two would part them");
    }

    @Test
    void followsAChangeOfTraffic() {
        Random random = new Random(3);
        watch(() -> 1 + random.nextInt(16));
        Padding padding = watch(() -> 900 + random.nextInt(200));
        assertTrue(padding.waste <= MOST_WASTE && padding.buckets == 1, padding.toString());
    }

    @Test
    void nothingIsNeverPadded() {
        Random random = new Random(4);
        watch(() -> random.nextInt(3));
        assertEquals(0, buckets.edgeFor(0));
    }

    @Test
    void whatIsLongerThanAllThatIsKnownFits() {
        watch(() -> 5);
        assertEquals(1L << 40, buckets.edgeFor((1L << 40) - 3));
    }
}
