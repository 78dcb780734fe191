package dev.sluice.worker;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.vertx.core.Context;
import io.vertx.core.DeploymentOptions;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.ThreadingModel;
import io.vertx.core.VerticleBase;
import io.vertx.core.Vertx;
import io.vertx.junit5.VertxExtension;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Who waits for whom: nobody but those who come for the same. */
@ExtendWith(VertxExtension.class)
class NamedTurnsTest {

    private final NamedTurns turns = new NamedTurns();
    private final List<String> done = new ArrayList<>();

    /** Its context is one in which waiting holds up nobody else. */
    private static Context waiting(Vertx vertx) throws Exception {
        Promise<Context> ours = Promise.promise();
        VerticleBase verticle = new VerticleBase() {
            @Override
            public Future<?> start() {
                ours.complete(context);
                return Future.succeededFuture();
            }
        };
        DeploymentOptions options = new DeploymentOptions().setThreadingModel(ThreadingModel.VIRTUAL_THREAD);
        result(vertx.deployVerticle(verticle, options));
        return result(ours.future());
    }

    private static <T> T result(Future<T> future) throws Exception {
        return future.toCompletionStage().toCompletableFuture().get(30, TimeUnit.SECONDS);
    }

    private Future<Integer> later(Context context, String name, String what, Future<Void> until) {
        Promise<Integer> over = Promise.promise();
        context.runOnContext(here -> {
            turns.inTurn(name, () -> {
                until.await();
                return done.add(what);
            });
            over.complete(turns.names());
        });
        return over.future();
    }

    @Test
    void whoComesForAnotherGoesFirstAndWhoComesForTheSameWaits(Vertx vertx) throws Exception {
        Context context = waiting(vertx);
        Promise<Void> held = Promise.promise();
        Future<Integer> first = later(context, "cat", "first", held.future());
        Future<Integer> second = later(context, "cat", "second", Future.succeededFuture());
        int names = result(later(context, "dog", "other", Future.succeededFuture()));
        assertEquals(1, names, "of what is over nothing is left");
        assertEquals(List.of("other"), done);
        held.complete();
        result(first);
        assertEquals(0, result(second));
        assertEquals(List.of("other", "first", "second"), done);
    }

    @Test
    void whatFailsLetsTheNextOneIn(Vertx vertx) throws Exception {
        Context context = waiting(vertx);
        Promise<Void> held = Promise.promise();
        Promise<Void> failed = Promise.promise();
        context.runOnContext(here -> {
            try {
                turns.inTurn("cat", () -> held.future().await());
            } catch (IllegalStateException expected) {
                failed.complete();
            }
        });
        Future<Integer> next = later(context, "cat", "next", Future.succeededFuture());
        held.fail(new IllegalStateException("as if"));
        result(failed.future());
        assertEquals(0, result(next));
        assertEquals(List.of("next"), done);
    }
}
