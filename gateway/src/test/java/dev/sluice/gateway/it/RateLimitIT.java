package dev.sluice.gateway.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.handler.codec.http2.Http2Headers;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * Quotas over sockets. Windows are hours long, so that nothing is given back while a test runs, on any machine; each
 * test has clients of its own.
 */
class RateLimitIT {

    private static final String PICK = "/v2/models/pick/infer";
    private static final String SUMS = "/v2/models/sums/infer";
    private static final String SLOW = "/v2/models/slow/infer";
    private static final int WINDOW = 1 << 16;

    /** Far longer than any test waits; whoever is served so is cancelled. */
    private static final int VERY_LONG = 100_000_000;

    private static RunningGateway gateway;

    @BeforeAll
    static void start() {
        gateway = RunningGateway.start(
                Places.TEST_MODELS,
                "worker.instances=1",
                "worker.give_up_after=10ms",
                "admission.client_header=X-Client",
                "limits.clients=[\"*: 3 requests/h\", \"rows: 5 rows/h\", \"one-1: 1 concurrent\","
                        + " \"one-2: 1 concurrent\","
                        + " \"one-3: 1 concurrent\", \"free: unlimited\", \"10.0.0.0/8: unlimited\"]",
                "limits.models=[\"echo: 2 requests/h\"]");
    }

    @AfterAll
    static void stop() {
        gateway.close();
    }

    @AfterEach
    void everyPermitIsBack() {
        gateway.awaitNothingInFlight();
    }

    private static HttpRequest.Builder post(String client, String path, String body) {
        return gateway.request(path)
                .header("content-type", "application/json")
                .header("x-client", client)
                .POST(BodyPublishers.ofString(body));
    }

    private static Answer ask(String client, String path, String body) {
        return Waiting.await(gateway.send(post(client, path, body).build()));
    }

    private static Answer sums(String client) {
        return ask(client, SUMS, Requests.sums(1, 2));
    }

    private static String left(Answer answer) {
        return answer.headers().getOrDefault("ratelimit", "");
    }

    private static void useUp(String client) {
        for (int i = 0; i < 3; i++) {
            assertEquals(200, sums(client).status());
        }
    }

    @Test
    void whoIsOverItsQuotaIsToldSoAndUntilWhen() {
        for (int more = 2; more >= 0; more--) {
            Answer served = sums("a");
            assertEquals(3, served.data().getInteger(0));
            assertEquals("\"requests\";q=3;w=3600", served.header("ratelimit-policy"));
            assertTrue(left(served).startsWith("\"requests\";r=" + more + ";t="), left(served));
            assertNull(served.header("retry-after"));
        }
        Answer refused = sums("a");
        String error = refused.error(429);
        assertTrue(error.startsWith("this client has used up its requests, 3 in 3600 s;"), error);
        assertEquals("\"requests\";q=3;w=3600", refused.header("ratelimit-policy"));
        int retryAfter = Integer.parseInt(refused.headers().getOrDefault("retry-after", "none"));
        assertTrue(retryAfter > 1200 - Waiting.PATIENCE.toSeconds() && retryAfter <= 1200, retryAfter + " s");
        assertTrue(left(refused).startsWith("\"requests\";r=0;t="), left(refused));
    }

    @Test
    void whoFloodsIsHeldBackAndAnotherIsServed() {
        useUp("aggressor");
        CompletableFuture<?>[] flood = new CompletableFuture<?>[200];
        for (int i = 0; i < flood.length; i++) {
            flood[i] = gateway.send(post("aggressor", SUMS, Requests.sums(1, 2)).build())
                    .thenAccept(answer -> assertEquals(429, answer.status(), answer.body()));
        }
        useUp("modest");
        for (CompletableFuture<?> each : flood) {
            Waiting.await(each);
        }
    }

    @Test
    void countsRefusalsByLimitAndNotByClient() {
        double before = refusals("client", "requests");
        useUp("counted");
        sums("counted");
        sums("counted");
        assertEquals(before + 2, refusals("client", "requests"));
        MetricsPage page = gateway.metrics();
        assertTrue(page.value("sluice_requests_total", "model=\"sums\"", "outcome=\"throttled\"") >= 2);
        assertTrue(page.value("sluice_quotas_in_use") >= 1);
        assertEquals(
                6,
                page.samples()
                        .filter(line -> line.startsWith("sluice_limited_requests_total"))
                        .count());
        assertFalse(page.text().contains("counted"));
    }

    private static double refusals(String scope, String limit) {
        return gateway.metrics()
                .value("sluice_limited_requests_total", "scope=\"" + scope + "\"", "limit=\"" + limit + "\"");
    }

    @Test
    void chargesForTheRowsOfARequest() {
        Answer first = ask("rows", PICK, Requests.pick(0, 1, 2, 3));
        assertEquals(200, first.status(), first.body());
        assertEquals("\"rows\";q=5;qu=\"rows\";w=3600", first.header("ratelimit-policy"));
        assertTrue(left(first).startsWith("\"rows\";r=1;t="), left(first));
        Answer second = ask("rows", PICK, Requests.pick(0, 1));
        assertTrue(second.error(429).startsWith("this client has used up its rows, 5 in 3600 s;"), second.body());
        assertTrue(left(second).startsWith("\"rows\";r=1;t="), left(second));
        assertEquals(200, ask("rows", PICK, Requests.pick(0)).status());
        Answer never = ask("rows", PICK, Requests.pick(0, 1, 2, 3, 4, 5));
        assertEquals("inputs: have 6 rows, and this client may ask for no more than 5 at once", never.error(400));
        assertNull(never.header("retry-after"));
    }

    @Test
    void whatAModelIsAskedForByAllIsTheServersLackOfRoom() {
        String body = Requests.echo(1, 2);
        assertEquals(200, ask("free", "/v2/models/echo/infer", body).status());
        Answer second = ask("e", "/v2/models/echo/infer", body);
        assertTrue(left(second).startsWith("\"requests\";r=2;t="), left(second));
        Answer third = ask("free", "/v2/models/echo/infer", body);
        assertTrue(third.error(503).startsWith("the model, for all its clients together, has used up"), third.body());
        int retryAfter = Integer.parseInt(third.headers().getOrDefault("retry-after", "none"));
        assertTrue(retryAfter > 1000 && retryAfter <= 1800 + 15, retryAfter + " s");
        assertNull(third.header("ratelimit"));
    }

    @Test
    void aClientThatAsksForProblemDetailsGetsThem() {
        useUp("problem");
        HttpRequest request = post("problem", SUMS, Requests.sums(1, 2))
                .header("accept", "application/json, application/problem+json")
                .build();
        Answer refused = Waiting.await(gateway.send(request));
        assertEquals(429, refused.status());
        assertEquals("application/problem+json", refused.header("content-type"));
        JsonObject problem = refused.json();
        assertTrue(refused.body().startsWith("{\"error\":\"this client has used up"), refused.body());
        assertEquals(problem.getString("error"), problem.getString("detail"));
        assertEquals("Too Many Requests", problem.getString("title"));
        assertEquals(429, problem.getInteger("status"));
        assertEquals("https://iana.org/assignments/http-problem-types#quota-exceeded", problem.getString("type"));
        assertEquals(new JsonArray().add("requests"), problem.getJsonArray("violated-policies"));
        HttpRequest mistake = post("free", SUMS, "{")
                .header("accept", "application/problem+json")
                .build();
        JsonObject other = Waiting.await(gateway.send(mistake)).json();
        assertEquals("Bad Request", other.getString("title"));
        assertNull(other.getString("type"));
    }

    @Test
    void whatIsRefusedIsNotReadFirst() throws IOException {
        useUp("early");
        try (RawConnection connection = new RawConnection(gateway.port())) {
            connection.send("POST " + SUMS + " HTTP/1.1\r\nhost: x\r\nx-client: early\r\nexpect: 100-continue\r\n"
                    + "content-length: 1000000\r\n\r\n");
            connection.answer().error(429); // instead of 100 Continue
        }
        try (RawConnection connection = new RawConnection(gateway.port())) {
            String body = Requests.sums(1, 2);
            String head = " HTTP/1.1\r\nhost: x\r\nx-client: early\r\ncontent-length: " + body.length() + "\r\n\r\n";
            connection.send("POST " + SUMS + head);
            connection.answer().error(429); // its body has not even been sent
            connection.send(body);
            connection.post(SUMS, body);
            assertEquals(200, connection.answer().status());
        }
    }

    @Test
    void otherRequestsAreNotCounted() {
        useUp("looks");
        for (String path : new String[] {"/v2", "/v2/health/ready", "/v2/models/sums"}) {
            Answer answer = Waiting.await(gateway.send(
                    gateway.request(path).header("x-client", "looks").build()));
            assertEquals(200, answer.status());
            assertNull(answer.header("ratelimit"));
        }
    }

    @Test
    void whoHasNoLimitIsToldOfNone() {
        for (int i = 0; i < 10; i++) {
            Answer answer = sums("free");
            assertEquals(200, answer.status());
            assertNull(answer.header("ratelimit"));
            assertNull(answer.header("ratelimit-policy"));
        }
    }

    private static void open(RawHttp2 connection, int stream, String client, int steps) throws IOException {
        connection
                .head(stream, "POST", SLOW, false, "content-type", "application/json", "x-client", client)
                .data(stream, Requests.slow(steps, 1), true);
    }

    /** Until the slot of a cancelled request is free again, its client is refused; nobody else may have taken it. */
    private static void awaitServed(String client) {
        Waiting.until("a free slot", () -> {
            Answer answer = sums(client);
            assertTrue(answer.status() == 200 || answer.status() == 429, answer.body());
            return answer.status() == 200;
        });
    }

    @Test
    void oneAtATimeOverHttp2AndBackWhenItIsCancelled() throws IOException {
        try (RawHttp2 connection = new RawHttp2(gateway.port(), WINDOW)) {
            open(connection, 1, "one-1", VERY_LONG);
            Waiting.until("in flight", () -> gateway.metrics().value("sluice_in_flight_requests") == 1);
            open(connection, 3, "one-1", 1);
            Http2Headers refused = connection.answerHead(3);
            assertEquals("429", String.valueOf(refused.status()));
            assertEquals("1", String.valueOf(refused.get("retry-after")));
            assertEquals("\"concurrent\";r=0", String.valueOf(refused.get("ratelimit")));
            assertEquals(
                    "\"concurrent\";q=1;qu=\"concurrent-requests\"", String.valueOf(refused.get("ratelimit-policy")));
            assertTrue(connection.next().text().contains("has 1 requests open"));
            connection.reset(1, RawHttp2.CANCEL);
            awaitServed("one-1");
        }
    }

    @Test
    void theSlotIsBackBeforeTheAnswerIs() {
        for (int i = 0; i < 200; i++) {
            Answer answer = sums("one-2");
            assertEquals(200, answer.status(), answer.body());
            assertEquals("\"concurrent\";r=1", answer.header("ratelimit"));
            ask("one-2", SUMS, "{").error(400);
        }
    }

    /** Being told to go on, a client knows that it has its slot. */
    @Test
    void theSlotOfAClientThatGoesInTheMiddleOfItsBodyIsBack() throws IOException {
        try (RawConnection connection = new RawConnection(gateway.port())) {
            connection.send("POST " + SUMS
                    + " HTTP/1.1\r\nhost: x\r\nx-client: one-3\r\nexpect: 100-continue\r\n"
                    + "content-length: 1000\r\n\r\n");
            assertEquals(100, connection.answer().status());
            connection.send("{");
            sums("one-3").error(429);
        }
        awaitServed("one-3");
        try (RawHttp2 connection = new RawHttp2(gateway.port(), WINDOW)) {
            connection.head(1, "POST", SUMS, false, "x-client", "one-3", "expect", "100-continue");
            assertEquals("100", connection.status(1));
            connection.data(1, "{", false);
            sums("one-3").error(429);
            connection.reset(1, RawHttp2.CANCEL);
            awaitServed("one-3");
        }
    }
}
