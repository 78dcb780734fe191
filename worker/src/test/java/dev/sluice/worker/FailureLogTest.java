package dev.sluice.worker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import dev.sluice.worker.batch.Batch;
import dev.sluice.worker.batch.Batches;
import dev.sluice.worker.engine.EngineRunException;
import dev.sluice.worker.fake.FakeTicker;
import dev.sluice.worker.fake.Requests;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

/** How much is said of failures, whoever provokes them. */
class FailureLogTest {

    private static final Logger LOGGER = (Logger) LoggerFactory.getLogger(FailureLog.class);
    private static final Batch LONE = Batches.of(Requests.ofIds(1));

    private final ListAppender<ILoggingEvent> lines = new ListAppender<>();
    private final FakeTicker ticker = new FakeTicker();
    private final FailureLog log = new FailureLog(Requests.MODEL, ticker);

    @BeforeEach
    void listen() {
        lines.start();
        LOGGER.addAppender(lines);
    }

    @AfterEach
    void stop() {
        LOGGER.detachAppender(lines);
    }

    private List<ILoggingEvent> traces() {
        return lines.list.stream()
                .filter(line -> line.getThrowableProxy() != null)
                .toList();
    }

    private static RuntimeException failure() {
        return new EngineRunException(
                "index 9 is out of range\r\n at node 3", new IllegalStateException(), EngineRunException.Reason.OTHER);
    }

    @Test
    void everyFailureIsALineAndOneAMinuteATrace() {
        for (int second = 0; second < 120; second++) {
            log.failed("id-" + second, LONE, failure());
            ticker.advance(TimeUnit.SECONDS.toNanos(1));
        }
        assertEquals(2, traces().size());
        assertEquals(120 + 2, lines.list.size());
        String line = lines.list.getLast().getFormattedMessage();
        assertTrue(line.startsWith("engine failure id-119 of request "), line);
        assertTrue(line.endsWith("index 9 is out of range  at node 3"), line);
        assertFalse(line.contains("\n"), line);
    }

    @Test
    void aBatchThatRunsAgainHasNoTraceAndCostsNone() {
        log.failed("id-1", Batches.of(Requests.ofIds(1), Requests.ofIds(2)), failure());
        assertEquals(0, traces().size());
        log.failed("id-2", LONE, failure());
        assertEquals(1, traces().size());
    }
}
