package dev.sluice.gateway.front.multimodel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sluice.gateway.admit.AdmitOptions;
import dev.sluice.gateway.dispatch.ModelDirectory;
import dev.sluice.gateway.fake.Fronts;
import dev.sluice.gateway.fake.Limits;
import dev.sluice.gateway.fake.Wait;
import dev.sluice.gateway.front.admin.AdminOptions;
import dev.sluice.gateway.front.admin.AdminVerticle;
import dev.sluice.gateway.front.admin.ManagementFront;
import dev.sluice.gateway.front.call.FrontParts;
import dev.sluice.gateway.front.http.Connections;
import dev.sluice.gateway.front.http.FrontTransport;
import dev.sluice.gateway.front.http.HttpOptions;
import dev.sluice.gateway.traffic.Traffic;
import dev.sluice.gateway.traffic.TrafficListener;
import dev.sluice.worker.ReferenceCodec;
import dev.sluice.worker.contract.InferenceError;
import dev.sluice.worker.contract.InferenceException;
import dev.sluice.worker.contract.ModelCommand;
import dev.sluice.worker.contract.ModelCommand.Outcome;
import dev.sluice.worker.contract.Ticker;
import dev.sluice.worker.settings.Assignment;
import dev.sluice.worker.settings.Settings;
import io.vertx.core.Vertx;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Orders in other servers' words, whose answer or whose next step cannot be made: each is answered all the same. */
class OrderAnswersIT {

    private static final ModelCommand LOAD = new ModelCommand.Load("m");
    private static final Duration MINUTE = Duration.ofMinutes(1);

    private final HttpOptions http = Settings.of(HttpOptions.class).load();
    private final Vertx vertx = Vertx.builder()
            .withTransport(FrontTransport.create(new Connections(http, Ticker.SYSTEM)))
            .build();
    private final HttpClient client = HttpClient.newHttpClient();
    private final AtomicInteger port = new AtomicInteger();
    private final BlockingQueue<ModelCommand> commands = new LinkedBlockingQueue<>();
    private Function<ModelCommand, Outcome> outcomes = any -> new Outcome(null, "done");
    private Reply reply = new Reply.Done(200, "nothing to do");

    @BeforeEach
    void open() {
        ReferenceCodec.register(vertx.eventBus());
        vertx.eventBus().<ModelCommand>consumer(ModelCommand.ADDRESS, command -> {
            commands.add(command.body());
            command.reply(outcomes.apply(command.body()));
        });
        ModelDirectory models = new ModelDirectory();
        Wait.forResult(models.listen(vertx.eventBus()));
        models.markComplete();
        AdmitOptions admission = new AdmitOptions(9, 1 << 20, "none", MINUTE, MINUTE, Duration.ZERO, Duration.ZERO);
        Traffic traffic = new Traffic(models, Ticker.SYSTEM, TrafficListener.NONE);
        FrontParts parts = Fronts.parts(vertx, models, traffic, Limits.unlimited(admission), admission);
        AdminOptions anyPort = Settings.of(AdminOptions.class)
                .overrides(List.of(new Assignment("test", "port", "-1")))
                .load();
        ManagementFront management = (table, desk) -> {
            ModelOrders orders = new ModelOrders(models);
            OrderAnswers answers = new OrderAnswers(desk, orders, "POST");
            table.post("/begin", context -> context.end(Boolean.toString(orders.begin("m", 1))));
            table.post("/order", context -> answers.take(context, body -> Optional.of(reply)));
        };
        Wait.forResult(vertx.deployVerticle(new AdminVerticle(parts, http, anyPort, management, port::set)));
    }

    @AfterEach
    void close() {
        Wait.forResult(vertx.close());
        client.close();
    }

    private String answer(Reply asked) throws Exception {
        reply = asked;
        return post("/order");
    }

    private String post(String path) throws Exception {
        HttpRequest request = HttpRequest.newBuilder(URI.create("http://localhost:" + port.get() + path))
                .timeout(Duration.ofSeconds(30))
                .POST(BodyPublishers.noBody())
                .build();
        HttpResponse<String> response = client.send(request, BodyHandlers.ofString());
        return response.statusCode() + " " + response.body();
    }

    private static Reply order(List<Supplier<Optional<ModelCommand>>> then, Supplier<String> text) {
        return new Reply.Order(LOAD, then, 202, text);
    }

    private static <T> Supplier<T> failing(RuntimeException failure) {
        return () -> {
            throw failure;
        };
    }

    private void isADefect(String answer) {
        assertTrue(answer.startsWith("500 {\"error\":\"the "), answer);
        assertTrue(answer.contains("the server's log has the detail under id"), answer);
    }

    @Test
    void eachStepIsOrderedBeforeItIsAnswered() throws Exception {
        Reply reply = order(List.of(() -> Optional.of(LOAD), Optional::empty, () -> Optional.of(LOAD)), () -> "ok");
        String answer = answer(reply);
        assertTrue(answer.startsWith("202 ") && answer.contains("\"ok\""), answer);
        assertEquals(3, commands.size());
    }

    @Test
    void anAnswerThatCannotBeWrittenIsAnError() throws Exception {
        isADefect(answer(order(List.of(), failing(new IllegalStateException("a defect")))));
    }

    @Test
    void aNextStepThatCannotBeToldIsAnError() throws Exception {
        isADefect(answer(order(List.of(failing(new IllegalStateException("a defect"))), () -> "ok")));
        assertEquals(1, commands.size());
    }

    @Test
    void aNextStepMayRefuse() throws Exception {
        String answer = answer(order(
                List.of(failing(InferenceException.invalid("min_worker", "is more than there are"))), () -> "ok"));
        assertEquals("400 {\"error\":\"min_worker: is more than there are\"}", answer);
    }

    private static final InferenceError REFUSAL = new InferenceError.InvalidRequest("instances", "are too many");

    private static Outcome refusing(ModelCommand command) {
        return new Outcome(command instanceof ModelCommand.Instances ? REFUSAL : null, "");
    }

    @Test
    void aStepThatIsRefusedIsTheLast() throws Exception {
        outcomes = OrderAnswersIT::refusing;
        ModelCommand many = new ModelCommand.Instances("m", 3);
        String answer = answer(order(List.of(() -> Optional.of(many), () -> Optional.of(LOAD)), () -> "ok"));
        assertEquals("400 {\"error\":\"instances: are too many\"}", answer);
        assertEquals(List.of(LOAD, many), List.copyOf(commands));
    }

    @Test
    void ofOneThatIsAnsweredAtOnceTheSame() throws Exception {
        outcomes = OrderAnswersIT::refusing;
        ModelCommand many = new ModelCommand.Instances("m", 3);
        isOverAfter(() -> Optional.of(many), () -> Optional.of(LOAD), many);
        isOverAfter(failing(InferenceException.invalid("min_worker", "is more than there are")), Optional::empty);
    }

    /** Its name is free only when nothing more is ordered. */
    private void isOverAfter(
            Supplier<Optional<ModelCommand>> step, Supplier<Optional<ModelCommand>> then, ModelCommand... ordered)
            throws Exception {
        ModelCommand.Source source = new ModelCommand.Source("m", 1, null);
        commands.clear();
        assertEquals("200 true", post("/begin"));
        assertTrue(answer(new Reply.Scheduled(source, List.of(step, then), "it comes"))
                .startsWith("202 "));
        long end = System.nanoTime() + MINUTE.toNanos();
        while (!post("/begin").equals("200 true")) {
            assertTrue(System.nanoTime() < end, "its name is not free again");
            Thread.onSpinWait();
        }
        List<ModelCommand> all = new ArrayList<>(List.of(new ModelCommand.Vet(source), source));
        all.addAll(List.of(ordered));
        assertEquals(all, List.copyOf(commands));
        reply = new Reply.Order(source, List.of(), 200, () -> "free");
        String free = post("/order");
        assertTrue(free.startsWith("200 ") && free.contains("\"free\""), free);
    }

    @Test
    void whoIsAnsweredAtOnceIsToldNothingOfALaterStep() throws Exception {
        ModelCommand.Source source = new ModelCommand.Source("m", 1, null);
        CountDownLatch asked = new CountDownLatch(1);
        Supplier<Optional<ModelCommand>> defect = () -> {
            asked.countDown();
            throw new IllegalStateException("a defect");
        };
        assertEquals("200 true", post("/begin"));
        assertEquals("200 false", post("/begin"));
        String answer = answer(new Reply.Scheduled(source, List.of(defect), "it comes"));
        assertTrue(answer.startsWith("202 ") && answer.contains("it comes"), answer);
        assertTrue(asked.await(30, TimeUnit.SECONDS));
        assertEquals(List.of(new ModelCommand.Vet(source), source), List.copyOf(commands));
        assertEquals("200 true", post("/begin"), "its name is free again");
    }
}
