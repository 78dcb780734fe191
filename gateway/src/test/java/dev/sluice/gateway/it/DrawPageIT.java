package dev.sluice.gateway.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Base64;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** How the page {@code /draw} is served; what it does is tested in a browser, by {@code .ci/browser-test}. */
class DrawPageIT {

    private static RunningGateway gateway;

    @BeforeAll
    static void start() {
        gateway = RunningGateway.start(Places.TEST_MODELS);
    }

    @AfterAll
    static void stop() {
        gateway.close();
    }

    private static Answer ask(HttpRequest.Builder request) {
        return Waiting.await(gateway.send(request.build()));
    }

    private static String policy(Answer page) {
        String policy = page.header("content-security-policy");
        assertNotNull(policy, page.headers()::toString);
        return policy;
    }

    @Test
    void isAPageThatBrowsersAskAboutEachTime() {
        Answer page = gateway.get("/draw");
        assertEquals(200, page.status());
        assertEquals("text/html; charset=utf-8", page.header("content-type"));
        assertEquals("no-cache", page.header("cache-control"));
        assertEquals("nosniff", page.header("x-content-type-options"));
        assertTrue(page.body().startsWith("<!doctype html>"), page.body());
    }

    /** Whoever gets markup into the page gets nothing to run, and nothing to send anywhere. */
    @Test
    void mayRunItsOwnScriptAndStyleAndNothingElse() throws Exception {
        Answer page = gateway.get("/draw");
        List<String> allowed = List.of(
                "default-src 'none'",
                "script-src " + hash(page, "script"),
                "style-src " + hash(page, "style"),
                "img-src data:",
                "connect-src 'self'",
                "base-uri 'none'",
                "form-action 'none'",
                "frame-ancestors 'none'");
        assertEquals(String.join("; ", allowed), policy(page));
        assertFalse(page.body().contains(" style="), "the policy would not let it work");
        assertFalse(page.body().matches("(?s).*<[^>]* on\\w+=.*"), "the policy would not let it work");
    }

    /** As a browser reckons it: of the text of the only element of that name. */
    private static String hash(Answer page, String element) throws Exception {
        Matcher found = Pattern.compile("<" + element + "\\b[^>]*>(.*?)</" + element + ">", Pattern.DOTALL)
                .matcher(page.body());
        assertTrue(found.find(), element);
        byte[] digest =
                MessageDigest.getInstance("SHA-256").digest(found.group(1).getBytes(StandardCharsets.UTF_8));
        assertFalse(found.find(), "a second " + element);
        return "'sha256-" + Base64.getEncoder().encodeToString(digest) + "'";
    }

    @Test
    void fetchesNothingFromElsewhere() {
        Matcher address = Pattern.compile("(?:src|href)=\"([^\"]*)\"|url\\(|@import|import\\(")
                .matcher(gateway.get("/draw").body());
        int addresses = 0;
        while (address.find()) {
            addresses++;
            String target = String.valueOf(address.group(1));
            assertTrue(target.equals("./") || target.startsWith("data:"), address.group());
        }
        assertEquals(2, addresses);
    }

    @Test
    void headSaysTheSameWithoutThePage() {
        Answer page = gateway.get("/draw");
        Answer head = ask(gateway.request("/draw").HEAD());
        assertEquals(200, head.status());
        assertEquals("", head.body());
        assertEquals(policy(page), policy(head));
        assertEquals(page.header("etag"), head.header("etag"));
        int length = page.body().getBytes(StandardCharsets.UTF_8).length;
        assertEquals(Integer.toString(length), head.header("content-length"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"%s", "W/%s", "\"other\", %s", "*"})
    void isNotSentAgainToWhoHasIt(String tags) {
        String tag = gateway.get("/draw").header("etag");
        assertNotNull(tag);
        Answer same = ask(gateway.request("/draw").header("if-none-match", String.format(tags, tag)));
        assertEquals(304, same.status());
        assertEquals("", same.body());
        assertEquals(tag, same.header("etag"));
        assertEquals("no-cache", same.header("cache-control"));
    }

    @Test
    void isSentToWhoHasAnother() {
        assertEquals(
                200,
                ask(gateway.request("/draw").header("if-none-match", "\"other\""))
                        .status());
    }

    @Test
    void takesNothing() {
        Answer refused = ask(gateway.request("/draw").POST(BodyPublishers.ofString("{}")));
        refused.error(405);
        assertEquals("GET, HEAD, OPTIONS", refused.header("allow"));
    }
}
