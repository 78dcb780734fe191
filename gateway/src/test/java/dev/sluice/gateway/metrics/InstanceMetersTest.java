package dev.sluice.gateway.metrics;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.sluice.worker.contract.DataType;
import dev.sluice.worker.contract.InstanceListener;
import dev.sluice.worker.contract.ModelId;
import dev.sluice.worker.contract.ModelReport;
import dev.sluice.worker.contract.ModelReport.Description;
import dev.sluice.worker.contract.ModelState;
import dev.sluice.worker.contract.Shape;
import dev.sluice.worker.contract.Signature;
import dev.sluice.worker.contract.TensorSpec;
import io.vertx.core.Vertx;
import io.vertx.junit5.VertxExtension;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** How many instances of a model are shown: those that there are, and not those that are wanted. */
@ExtendWith(VertxExtension.class)
class InstanceMetersTest {

    private static final TensorSpec ROWS = new TensorSpec("x", DataType.FP32, new Shape(-1));
    private static final Description WANTED =
            new Description("fake", new Signature(List.of(ROWS), List.of(ROWS), true), List.of(), 8, 4, "new");

    private final Metrics metrics = new Metrics(new MetricsOptions(true), model -> true);
    private final InstanceListener told = metrics.instanceListener();

    private static String line(int count) {
        return "sluice_instances{device=\"cpu\",group=\"cpu\",model=\"m\",version=\"1\"} " + count + ".0";
    }

    private String shown(Vertx vertx) throws Exception {
        String page = metrics.page()
                .orElseThrow()
                .text(vertx)
                .toCompletionStage()
                .toCompletableFuture()
                .get(30, TimeUnit.SECONDS);
        return page.lines()
                .filter(line -> line.startsWith("sluice_instances{"))
                .findFirst()
                .orElse("");
    }

    @Test
    void thoseThatThereAreAreShown(Vertx vertx) throws Exception {
        metrics.watch(() -> 0, () -> List.of(new ModelReport(new ModelId("m", 1), ModelState.READY, WANTED, "")));
        told.serving("new", "cpu", 4);
        assertEquals(line(4), shown(vertx));
        told.serving("new", "cpu", 1);
        assertEquals(line(1), shown(vertx));
        told.serving("old", "cpu", 3);
        assertEquals(line(1), shown(vertx), "the version as it was loaded before is another");
        told.serving("new", "cpu", 0);
        assertEquals(line(0), shown(vertx));
    }
}
