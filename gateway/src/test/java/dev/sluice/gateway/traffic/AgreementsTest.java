package dev.sluice.gateway.traffic;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sluice.worker.contract.DataType;
import dev.sluice.worker.contract.Shape;
import dev.sluice.worker.contract.Tensor;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.junit5.VertxExtension;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Where answers are compared, by how large they are. */
@ExtendWith(VertxExtension.class)
class AgreementsTest {

    private static final Agreement NEAR = new Agreement(0, 0.001);

    private static List<Tensor> outputs(int bytes, float last) {
        ByteBuffer data = ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
        data.putFloat(bytes - Float.BYTES, last);
        return List.of(new Tensor("y", DataType.FP32, new Shape(1, 1, bytes / Float.BYTES), data));
    }

    @Test
    void smallAnswersAreComparedAtOnce(Vertx vertx) {
        Agreements agreements = new Agreements(vertx);
        List<Tensor> one = outputs(Agreements.AT_ONCE_BYTES, 1);
        assertEquals(
                true,
                agreements.ask(NEAR, one, outputs(Agreements.AT_ONCE_BYTES, 1)).result());
        assertEquals(
                false,
                agreements.ask(NEAR, one, outputs(Agreements.AT_ONCE_BYTES, 2)).result());
    }

    /** The loop is kept busy until all have been asked for, so an answer before that would have been made on it. */
    @Test
    void largeAnswersAreComparedElsewhereAndToldToWhoAsked(Vertx vertx) throws Exception {
        Agreements agreements = new Agreements(vertx);
        Context loop = vertx.getOrCreateContext();
        CompletableFuture<List<Boolean>> said = new CompletableFuture<>();
        CompletableFuture<Context> where = new CompletableFuture<>();
        loop.runOnContext(here -> {
            List<Tensor> one = outputs(200_000, 1);
            Future<Boolean> same = agreements.ask(NEAR, one, outputs(200_000, 1));
            Future<Boolean> other = agreements.ask(NEAR, one, outputs(200_000, 2));
            assertFalse(same.isComplete() || other.isComplete());
            Future.all(same, other).onSuccess(both -> {
                where.complete(Vertx.currentContext());
                said.complete(both.list());
            });
        });
        assertEquals(List.of(true, false), said.get(30, TimeUnit.SECONDS));
        assertEquals(loop, where.get());
        assertTrue(loop.isEventLoopContext());
    }
}
