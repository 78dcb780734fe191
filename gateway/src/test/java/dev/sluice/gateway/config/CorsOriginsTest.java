package dev.sluice.gateway.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Optional;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** An origin is taken just as a browser writes it; anything else stops the start. */
class CorsOriginsTest {

    @ParameterizedTest
    @ValueSource(
            strings = {
                "*",
                "https://app.example.org",
                "http://localhost:3000",
                "http://127.0.0.1:8080",
                "http://[::1]:8080",
                "https://a:1",
                "http://a:443",
                "https://my_app.example.org:8443",
                "https://under_score",
                "https://1st.example.org.",
                "http://3com",
                "chrome-extension://abcdefgh"
            })
    void takesWhatABrowserSends(String origin) {
        assertEquals(Optional.empty(), CorsOrigins.problem(origin));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "null",
                "**",
                "https://*.example.org",
                "app.example.org",
                "//app.example.org",
                "localhost:3000",
                "https://",
                "https://app.example.org/",
                "https://app.example.org/page",
                "https://app.example.org?x",
                "https://app.example.org#x",
                "https://user@app.example.org",
                "https://App.example.org",
                "HTTPS://app.example.org",
                "https://app.example.org:443",
                "http://app.example.org:80",
                "https://app.example.org:70000",
                "https://app.example.org:",
                "https://app.example.org:x",
                "https://app.example.org:08443",
                "http://127.1",
                "http://example.1",
                "http://::1",
                "http://.example.org",
                "https://app example.org"
            })
    void refusesWhatNoBrowserSends(String origin) {
        String problem = CorsOrigins.problem(origin).orElse("");
        assertTrue(problem.startsWith("is no origin (got " + origin + "; expected *"), problem);
    }
}
