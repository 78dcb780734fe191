package dev.sluice.gateway.statistics;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.sluice.gateway.front.ModelStatistics;
import dev.sluice.gateway.front.ModelStatistics.BatchSize;
import dev.sluice.gateway.front.ModelStatistics.Phases;
import dev.sluice.gateway.front.ModelStatistics.Total;
import dev.sluice.gateway.front.Protocol;
import dev.sluice.gateway.front.RequestListener;
import dev.sluice.worker.contract.AnsweredBatch;
import dev.sluice.worker.contract.BatchListener;
import dev.sluice.worker.contract.ModelId;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** What is counted how often. */
class StatisticsTest {

    private static final ModelId MODEL = new ModelId("m", 1);
    private static final Total NOTHING = new Total(0, 0);
    private static final Phases NO_PHASES = new Phases(NOTHING, NOTHING, NOTHING);

    private @Nullable ModelId left;
    private final Statistics statistics =
            new Statistics(InstantSource.fixed(Instant.ofEpochMilli(77)), version -> !version.equals(left));

    @Test
    void aModelThatDidNothingHasZeros() {
        assertEquals(
                new ModelStatistics(0, 0, 0, NOTHING, NOTHING, NOTHING, NO_PHASES, List.of()), statistics.of(MODEL));
    }

    @Test
    void aBatchCountsForEachOfItsRequestsAndOnceForItsSize() {
        statistics.answered(MODEL, new AnsweredBatch(3, 5, 60, 7, 100, 2));
        statistics.answered(MODEL, new AnsweredBatch(1, 2, 10, 1, 40, 1));
        statistics.answered(MODEL, new AnsweredBatch(1, 5, 20, 3, 50, 1));
        ModelStatistics read = statistics.of(MODEL);
        assertEquals(77, read.lastInferenceMillis());
        assertEquals(12, read.inferences());
        assertEquals(3, read.executions());
        assertEquals(new Total(5, 90), read.queue());
        assertEquals(new Phases(new Total(5, 25), new Total(5, 390), new Total(5, 8)), read.phases());
        assertEquals(
                List.of(
                        new BatchSize(2, new Phases(new Total(1, 1), new Total(1, 40), new Total(1, 1))),
                        new BatchSize(5, new Phases(new Total(2, 10), new Total(2, 150), new Total(2, 3)))),
                read.batches());
    }

    @Test
    void requestsSucceedOrFail() {
        statistics.completed(Protocol.HTTP, MODEL, RequestListener.SUCCESS, 10);
        statistics.completed(Protocol.HTTP, MODEL, RequestListener.SUCCESS, 5);
        statistics.completed(Protocol.HTTP, MODEL, "overloaded", 3);
        statistics.completed(Protocol.HTTP, null, "unknown_model", 9);
        assertEquals(new Total(2, 15), statistics.of(MODEL).success());
        assertEquals(new Total(1, 3), statistics.of(MODEL).fail());
    }

    @Test
    void whatComesTooLateDoesNotBringAVersionBack() {
        statistics.completed(Protocol.HTTP, MODEL, RequestListener.SUCCESS, 10);
        left = MODEL;
        statistics.forget(MODEL);
        statistics.completed(Protocol.HTTP, MODEL, RequestListener.SUCCESS, 10);
        statistics.answered(MODEL, new AnsweredBatch(1, 1, 1, 1, 1, 1));
        assertEquals(NOTHING, statistics.of(MODEL).success());
        assertEquals(0, statistics.of(MODEL).executions());
        left = null; // it is loaded again
        statistics.completed(Protocol.HTTP, MODEL, RequestListener.SUCCESS, 7);
        assertEquals(new Total(1, 7), statistics.of(MODEL).success());
    }

    @Test
    void versionsAreCountedApart() {
        statistics.completed(Protocol.HTTP, MODEL, RequestListener.SUCCESS, 10);
        assertEquals(NOTHING, statistics.of(new ModelId("m", 2)).success());
    }

    @Test
    void clientsCannotMakeItKeepAnyNumberOfSizes() {
        for (int rows = 1; rows <= 1000; rows++) {
            statistics.answered(MODEL, new AnsweredBatch(1, rows, 0, 0, 0, 0));
        }
        assertEquals(ModelCounters.MOST_SIZES, statistics.of(MODEL).batches().size());
        assertEquals(1000, statistics.of(MODEL).executions());
    }

    @Test
    void twoListenersHearTheSame() {
        Statistics second = new Statistics(InstantSource.fixed(Instant.EPOCH), version -> true);
        BatchListener both = BatchListener.NONE.and(statistics).and((BatchListener) second);
        both.answered(MODEL, new AnsweredBatch(1, 1, 1, 1, 1, 1));
        RequestListener requests = RequestListener.NONE.and(statistics).and((RequestListener) second);
        requests.completed(Protocol.HTTP, MODEL, RequestListener.SUCCESS, 4);
        for (Statistics each : List.of(statistics, second)) {
            assertEquals(1, each.of(MODEL).executions());
            assertEquals(new Total(1, 4), each.of(MODEL).success());
        }
    }
}
