package dev.sluice.worker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import dev.sluice.worker.batch.Batch;
import dev.sluice.worker.batch.BatchResult;
import dev.sluice.worker.batch.Batches;
import dev.sluice.worker.contract.InferenceError;
import dev.sluice.worker.contract.InstanceListener;
import dev.sluice.worker.contract.Shape;
import dev.sluice.worker.contract.Tensor;
import dev.sluice.worker.contract.Ticker;
import dev.sluice.worker.engine.EngineOptions;
import dev.sluice.worker.engine.LoadedModel;
import dev.sluice.worker.engine.OnnxEngine;
import dev.sluice.worker.fake.Requests;
import dev.sluice.worker.fake.Tensors;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.eventbus.DeliveryOptions;
import io.vertx.junit5.VertxExtension;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.slf4j.LoggerFactory;

/** What the log says when a client sends the real engine, again and again, what that cannot do. */
@ExtendWith(VertxExtension.class)
class FailureLogIT {

    private static final Logger LOGGER = (Logger) LoggerFactory.getLogger(FailureLog.class);
    private static final int TIMES = 20;

    private static final class Deaf implements InstanceDeployer.Serving {

        @Override
        public void failed(String why) {}

        @Override
        public void restored() {}
    }

    /** For an output of more bytes than any machine has. */
    private static Batch endless() {
        Tensor size = Tensors.ofLongs("size", new Shape(1), 1L << 50);
        return Batches.of(Requests.of(Requests.FAR, List.of("y"), size));
    }

    private static <T> T result(Future<T> future) throws Exception {
        return future.toCompletionStage().toCompletableFuture().get(30, TimeUnit.SECONDS);
    }

    @Test
    void eachFailureIsOneLineAndOnlyTheFirstHasATrace(Vertx vertx) throws Exception {
        ReferenceCodec.register(vertx.eventBus());
        ListAppender<ILoggingEvent> log = new ListAppender<>();
        log.start();
        LOGGER.addAppender(log);
        Path file = Path.of(Objects.requireNonNull(getClass().getResource("engine/fill.onnx"))
                .toURI());
        try (LoadedModel model = new OnnxEngine().load(file, new EngineOptions(1))) {
            Context control = vertx.getOrCreateContext();
            InstanceOptions options = new InstanceOptions(1, 1, 1 << 20, InstanceListener.NONE);
            InstanceDeployer deployer =
                    result(Future.future(made -> control.runOnContext(here -> made.complete(new InstanceDeployer(
                            new Incarnation(Requests.MODEL, 1), model, options, Ticker.SYSTEM, new Deaf())))));
            Instance instance = result(deployer.deploy());
            DeliveryOptions delivery = new DeliveryOptions().setLocalOnly(true);
            for (int i = 0; i < TIMES; i++) {
                BatchResult answer = result(vertx.eventBus()
                        .<BatchResult>request(instance.address(), endless(), delivery)
                        .map(reply -> reply.body()));
                BatchResult.Failed failed = assertInstanceOf(BatchResult.Failed.class, answer);
                assertInstanceOf(InferenceError.EngineFailure.class, failed.error());
            }
            result(vertx.undeploy(instance.deployment()));
        } finally {
            LOGGER.detachAppender(log);
        }
        assertEquals(TIMES + 1, log.list.size());
        assertEquals(
                1,
                log.list.stream()
                        .filter(line -> line.getThrowableProxy() != null)
                        .count());
        String line = log.list.getFirst().getFormattedMessage();
        assertTrue(line.contains(" of request ") && line.contains("failed to run"), line);
    }
}
