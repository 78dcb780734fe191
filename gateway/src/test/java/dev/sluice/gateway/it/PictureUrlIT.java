package dev.sluice.gateway.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vertx.core.Vertx;
import io.vertx.core.net.NetServer;
import java.io.IOException;
import java.net.URLEncoder;
import java.net.http.HttpRequest;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The URL of a picture in, a label out, with the model that comes with Sluice and a real web server. */
class PictureUrlIT {

    private static final String[] HERE = {
        "picture_urls.hosts=[127.0.0.1]",
        "picture_urls.allow_http=true",
        "picture_urls.allow_private=true",
        "picture_urls.max_fetches=1",
        "picture_urls.timeout=1s",
        "http.max_body_size=64KiB"
    };

    private final ModelStore web;
    private RunningGateway gateway = RunningGateway.start(Places.DEMO_MODELS, HERE);

    PictureUrlIT() throws IOException {
        web = new ModelStore()
                .with("/7.png", Files.readAllBytes(Places.DEMO_DIGITS.resolve("7.png")))
                .with("/long.png", new byte[70_000])
                .with("/text.png", "not a picture".getBytes(StandardCharsets.US_ASCII));
    }

    @AfterEach
    void stop() {
        gateway.awaitNothingInFlight();
        gateway.close();
        web.close();
    }

    private void startWith(String... settings) {
        gateway.close();
        gateway = RunningGateway.start(Places.DEMO_MODELS, settings);
    }

    private HttpRequest request(String path, String url, String... headers) {
        HttpRequest.Builder request = gateway.request(path + "?url=" + URLEncoder.encode(url, StandardCharsets.UTF_8))
                .GET();
        return (headers.length > 0 ? request.headers(headers) : request).build();
    }

    private Answer get(String url, String... headers) {
        return Waiting.await(gateway.send(request("/predict", url, headers)));
    }

    private void refused(Answer answer, int status, String word) {
        assertEquals(status, answer.status(), answer.body());
        assertTrue(answer.body().contains(word), answer.body());
    }

    @ParameterizedTest
    @ValueSource(strings = {"/predict", "/models/digits/predict", "/models/digits/versions/1/predict"})
    void readsAPictureWhereItIs(String path) {
        Answer answer = Waiting.await(gateway.send(request(path, web.url("/7.png"))));
        assertEquals(200, answer.status(), answer.body());
        assertEquals("7", answer.json().getString("label"));
    }

    @ParameterizedTest
    @CsvSource({
        "/nothing.png, 400, status 404",
        "/text.png, 415, none of the pictures",
    })
    void whatIsNoPictureIsRefused(String path, int status, String word) {
        refused(get(web.url(path)), status, word);
    }

    @Test
    void aPictureThatIsTooLongIsNotReadToItsEnd() {
        refused(get(web.url("/long.png")), 413, "http.max_body_size");
    }

    @Test
    void aServerThatIsAwayIsTold() {
        web.isAway(true);
        refused(get(web.url("/7.png")), 400, "status 503");
    }

    @ParameterizedTest
    @CsvSource({
        "ftp://127.0.0.1/a.png, https or http",
        "file:///etc/passwd, https or http",
        "no url, https or http",
        "http://localhost/a.png, picture_urls.hosts",
        "http://127.0.0.1:99999/a.png, 'url: has the port 99999, and'",
        "http://127.0.0.1/a.png#b, url: has a fragment",
        "http://127.0.0.1/a b.png, url: is no URL: illegal character in path at index 18",
        "http:///a.png, url: names no host",
        "http://user@a_b/a.png, url: has a host or port that cannot be (got http://***@a_b/a.png)",
        "http://169.254.169.254/a.png, 'link-local, multicast, metadata or nobody'",
    })
    void otherUrlsAreRefusedUnasked(String url, String word) {
        refused(get(url), 400, word);
        assertEquals(0, web.ranges().size());
    }

    @Test
    void aSemicolonIsPartOfTheUrl() {
        refused(gateway.get("/predict?url=" + web.url("/7.png") + ";v=2"), 400, "status 404");
    }

    @Test
    void aUrlMustBeThereOnce() {
        refused(gateway.get("/predict"), 400, "expected the URL of a picture");
        refused(
                gateway.get("/predict?url=" + web.url("/7.png") + "&url=" + web.url("/7.png")),
                400,
                "url: is given more than once");
        assertEquals(0, web.ranges().size());
    }

    @Test
    void aServerThatFallsSilentEndsWithTheDeadlineAndItsPlaceIsFreeAgain() {
        web.fallsSilentAfter(10);
        refused(get(web.url("/7.png"), "sluice-timeout-ms", "300"), 504, "fetch");
        web.speaksAgain();
        Waiting.until("the thread is back", () -> get(web.url("/7.png")).status() == 200);
    }

    @Test
    void beyondItsThreadsFetchesAreShed() {
        web.fallsSilentAfter(10);
        CompletableFuture<Answer> first = gateway.send(request("/predict", web.url("/7.png")));
        Waiting.until("the first is asked for", () -> web.ranges().size() == 1);
        refused(get(web.url("/7.png")), 503, "picture_urls.max_fetches");
        refused(Waiting.await(first), 400, "cannot be fetched");
    }

    @Test
    void redirectsLeadToHostsThatAreNamedAlone() throws IOException {
        try (ModelStore other = new ModelStore().with("/7.png", new byte[1])) {
            web.redirecting("/here", web.url("/7.png"))
                    .redirecting("/there", other.url("/7.png").replace("127.0.0.1", "localhost"));
            assertEquals("7", get(web.url("/here")).json().getString("label"));
            assertEquals(
                    "url: cannot be fetched: it redirects, and the host localhost is not named in picture_urls.hosts",
                    get(web.url("/there")).error(400));
            assertEquals(0, other.ranges().size());
        }
    }

    @Test
    void ofARedirectThatIsNotFollowedTheHostIsToldAndNoMore() {
        web.redirecting("/metadata", "http://169.254.169.254/secret/a.png?key=secret")
                .redirecting("/none", "http://127.0.0.1:99999/secret")
                .redirecting("/elsewhere", "ftp://127.0.0.1/secret")
                .redirecting("/round", web.url("/round"));
        String error = get(web.url("/metadata")).error(400);
        assertTrue(error.contains("it redirects, and the host 169.254.169.254 is "), error);
        assertFalse(error.contains("secret"), error);
        assertEquals(
                "url: cannot be fetched: it redirects to what cannot be asked",
                get(web.url("/none")).error(400));
        assertEquals(
                "url: cannot be fetched: it redirects to ftp://127.0.0.1, which is not as safe",
                get(web.url("/elsewhere")).error(400));
        assertEquals(
                "url: cannot be fetched: it redirects more than 5 times",
                get(web.url("/round")).error(400));
    }

    @Test
    void aServerWhoseHeadNeverEndsIsHungUpOnWhenNobodyWaits() {
        Vertx vertx = Vertx.vertx();
        AtomicBoolean ended = new AtomicBoolean();
        try {
            NetServer dripping = vertx.createNetServer().connectHandler(socket -> {
                long drops = vertx.setPeriodic(100, drop -> socket.write("H"));
                socket.closeHandler(end -> {
                    vertx.cancelTimer(drops);
                    ended.set(true);
                });
                socket.write("HTTP/1.1 200 OK\r\nx: ");
            });
            int port = Waiting.await(dripping.listen(0, "127.0.0.1")).actualPort();
            refused(get("http://127.0.0.1:" + port + "/7.png", "sluice-timeout-ms", "300"), 504, "fetch");
            Waiting.until("it is hung up on", ended::get);
            Waiting.until("the thread is back", () -> get(web.url("/7.png")).status() == 200);
        } finally {
            Waiting.await(vertx.close());
        }
    }

    @Test
    void plainTextIsReadFromHostsThatAreNamedAlone() {
        startWith("picture_urls.hosts=[\"*\"]", "picture_urls.allow_http=true", "picture_urls.allow_private=true");
        refused(get(web.url("/7.png")), 400, "the host 127.0.0.1 is not named in picture_urls.hosts");
        assertEquals(0, web.ranges().size());
    }

    @Test
    void clientsDoNotLearnWhichHostsThereAre() {
        startWith("picture_urls.hosts=[\"*\"]");
        Answer unknown = get("https://no-such-host.invalid/7.png");
        Answer here = get("https://localhost/7.png");
        refused(unknown, 400, "cannot be fetched");
        assertEquals(unknown.json().getString("error"), here.json().getString("error"));
    }

    @Test
    void byDefaultNothingIsFetched() {
        startWith();
        refused(get(web.url("/7.png")), 400, "picture_urls.hosts");
        assertEquals(0, web.ranges().size());
    }

    @ParameterizedTest
    @CsvSource({
        "picture_urls.allow_private=true, picture_urls.allow_http",
        "picture_urls.allow_http=true, picture_urls.allow_private",
    })
    void plainTextAndPrivateNetworksAreAllowedEachByItself(String setting, String word) {
        startWith("picture_urls.hosts=[\"*\"]", setting);
        refused(get(web.url("/7.png")), 400, word);
        assertEquals(0, web.ranges().size());
    }

    @Test
    void aModelThatTakesNoPicturesSaysSo() {
        gateway.close();
        gateway = RunningGateway.start(Places.TEST_MODELS, HERE);
        refused(
                Waiting.await(gateway.send(request("/models/echo/predict", web.url("/7.png")))),
                400,
                "takes no pictures");
        assertEquals(0, web.ranges().size());
    }
}
