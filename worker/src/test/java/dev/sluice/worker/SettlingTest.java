package dev.sluice.worker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import dev.sluice.worker.contract.ModelId;
import io.vertx.core.Future;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

/** What is on its way comes to an end, whatever happens to it, and a server that ends makes no noise about it. */
class SettlingTest {

    private static final ModelId MODEL = new ModelId("digits", 1);

    private final Settling settling = new Settling();
    private final AtomicInteger wentOn = new AtomicInteger();
    private final ListAppender<ILoggingEvent> lines = new ListAppender<>();

    @BeforeEach
    void listen() {
        lines.start();
        log().addAppender(lines);
    }

    @AfterEach
    void listenNoMore() {
        log().detachAppender(lines);
    }

    private static Logger log() {
        return (Logger) LoggerFactory.getLogger(Settling.class);
    }

    private Future<Void> through(Runnable work, boolean closing) {
        settling.begins(MODEL);
        Future<Void> settled = settling.settled(model -> true);
        assertFalse(settled.isComplete());
        settling.through(
                MODEL,
                work,
                () -> {
                    wentOn.incrementAndGet();
                    settling.tellWaiters();
                },
                () -> closing);
        return settled;
    }

    private List<Level> levels() {
        return lines.list.stream().map(ILoggingEvent::getLevel).toList();
    }

    @Test
    void whatComesThroughIsFollowedByTheRest() {
        assertTrue(through(() -> {}, false).isComplete());
        assertEquals(1, wentOn.get());
        assertEquals(List.of(), levels());
    }

    @Test
    void aDefectIsLoggedAndFollowedByTheRest() {
        Runnable defect = () -> {
            throw new IllegalStateException("defect");
        };
        assertTrue(through(defect, false).isComplete());
        assertEquals(List.of(Level.ERROR), levels());
    }

    /** As a context that closes does to who waits on it, without saying so in a signature. */
    @Test
    void whoIsInterruptedBecauseTheServerEndsIsNoDefect() {
        Runnable interrupted =
                () -> Future.failedFuture(new InterruptedException()).await();
        assertTrue(through(interrupted, true).isComplete());
        assertTrue(levels().stream().noneMatch(level -> level.isGreaterOrEqual(Level.INFO)), levels().toString());
    }
}
