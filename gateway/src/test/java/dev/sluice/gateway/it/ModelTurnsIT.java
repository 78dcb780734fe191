package dev.sluice.gateway.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Two models on a CPU with one place. All requests go over one HTTP/2 connection, so that the answers come in the order
 * in which the batches ended.
 */
class ModelTurnsIT {

    /** A second of work, in which everybody else comes. */
    private static final int LONG = 40_000;

    private static final Path SLOW = Places.TEST_MODELS.resolve("slow/1/model.onnx");

    private RunningGateway gateway;
    private RawHttp2 connection;
    private final Map<Integer, String> names = new HashMap<>();
    private final List<String> order = new ArrayList<>();

    /** Without a warm-up, which would say nothing of a model whose time depends on its input. */
    @BeforeEach
    void start(@TempDir Path folder) throws IOException {
        Path models = new Repository(folder)
                .with("heavy", "1", SLOW)
                .with("light", "1", SLOW)
                .root();
        gateway = RunningGateway.start(
                models,
                "worker.cpu_runs=1",
                "worker.instances=1",
                "worker.max_batch_rows=1",
                "worker.warm_up_budget=0s",
                "worker.give_up_after=50ms");
        connection = new RawHttp2(gateway.port(), 1 << 16);
    }

    @AfterEach
    void stop() throws IOException {
        connection.close();
        gateway.close();
    }

    private void send(String name, String model, int steps) throws IOException {
        int stream = 1 + 2 * names.size();
        names.put(stream, name);
        connection.post(stream, "/v2/models/" + model + "/infer", Requests.slow(steps, 1));
    }

    private void sendAndAwaitRunning(String name, String model, int steps) throws IOException {
        double before = started(model);
        send(name, model, steps);
        Waiting.until("running", () -> started(model) > before);
    }

    private double started(String model) {
        return gateway.metrics().value("sluice_batch_rows_count", "model=\"" + model + "\"");
    }

    private void readAnswers() throws IOException {
        while (order.size() < names.size()) {
            RawHttp2.Frame frame = connection.next();
            assertTrue(frame.type() <= RawHttp2.HEADERS, "unexpected: " + frame);
            if (frame.type() == RawHttp2.DATA && frame.text().contains("error")) {
                throw new AssertionError(names.get(frame.stream()) + ": " + frame.text());
            }
            if (frame.endsStream()) {
                order.add(names.get(frame.stream()));
            }
        }
    }

    @Test
    void aLightModelWaitsForOneRunOfAHeavyOneAndNotForItsQueue() throws IOException {
        sendAndAwaitRunning("heavy 1", "heavy", LONG);
        send("heavy 2", "heavy", LONG);
        send("heavy 3", "heavy", 1);
        send("light 1", "light", 1);
        send("light 2", "light", 1);
        readAnswers();
        assertEquals(List.of("heavy 1", "light 1", "light 2", "heavy 2", "heavy 3"), order);
        gateway.awaitNothingInFlight();
    }

    @Test
    void aShortRunDoesNotWaitForALongOneOnceBothAreKnown() throws IOException {
        send("long before", "heavy", LONG / 4);
        send("short before", "light", 1);
        readAnswers();
        sendAndAwaitRunning("long", "heavy", LONG);
        send("short", "light", 1);
        readAnswers();
        assertEquals(List.of("short", "long"), order.subList(2, 4));
    }

    @Test
    void thePlaceOfACallThatNeverEndsComesBackWithItsReplacement() {
        Waiting.until("a replacement", () -> {
            gateway.infer("heavy", Requests.slow(Integer.MAX_VALUE, 7, "\"timeout\":20000"));
            return gateway.metrics().value("sluice_replaced_instances_total", "model=\"heavy\"") >= 1;
        });
        assertEquals(8f, gateway.infer("light", Requests.slow(1, 8)).data().getFloat(0));
        assertEquals(9f, gateway.infer("heavy", Requests.slow(1, 9)).data().getFloat(0));
    }
}
