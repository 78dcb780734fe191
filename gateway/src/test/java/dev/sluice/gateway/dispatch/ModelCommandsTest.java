package dev.sluice.gateway.dispatch;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.sluice.gateway.fake.Wait;
import dev.sluice.worker.ReferenceCodec;
import dev.sluice.worker.contract.InferenceError;
import dev.sluice.worker.contract.ModelCommand;
import io.vertx.core.Vertx;
import io.vertx.junit5.VertxExtension;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Commands that nobody answers. */
@ExtendWith(VertxExtension.class)
class ModelCommandsTest {

    @Test
    void whoWantsToKnowWhetherAnOrderIsFineIsNotKeptLong(Vertx vertx) {
        ReferenceCodec.register(vertx.eventBus());
        vertx.eventBus().<ModelCommand>consumer(ModelCommand.ADDRESS, looking -> {});
        ModelDirectory models = new ModelDirectory();
        models.markComplete();
        ModelCommands commands = new ModelCommands(vertx, models, Duration.ofSeconds(1));
        ModelCommand vet = new ModelCommand.Vet(new ModelCommand.Source("m", 1, null));
        assertEquals(
                new InferenceError.Overloaded(
                        "nothing is ordered, for it could not be looked at within 1 s",
                        InferenceError.RETRY_SOON_MILLIS),
                Wait.forResult(commands.send(vet)).refusal());
    }
}
