package dev.sluice.gateway.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sluice.worker.settings.Settings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** Where conf/nginx.conf has to be in step with our own settings, it is; NginxIT runs it. */
class NginxConfTest {

    private final GatewayConfig defaults = Settings.of(GatewayConfig.class).load();

    /** What a directive says each time it stands there, as in "60" for 60s. */
    private static List<Long> values(String directive, String unit) throws IOException {
        String conf = Files.readString(Path.of("../conf/nginx.conf"));
        List<Long> values = Pattern.compile("(?m)^\\s*" + directive + " (\\d+)" + unit + ";")
                .matcher(conf)
                .results()
                .map(found -> Long.valueOf(found.group(1)))
                .toList();
        assertTrue(!values.isEmpty(), directive);
        return values;
    }

    @Test
    void takesBodiesAsLongAsOurs() throws IOException {
        assertEquals(List.of(defaults.http().maxBodySize() >> 20), values("client_max_body_size", "m"));
        assertEquals(List.of(defaults.http().maxInitialLine() >> 10), values("client_header_buffer_size", "k"));
    }

    @Test
    void closesItsConnectionsBeforeWeDoAndWaitsLongerForAnswers() throws IOException {
        for (long upstream : values(" {4}keepalive_timeout", "s").subList(0, 2)) {
            assertTrue(upstream < defaults.http().idleTimeout().toSeconds(), "idle for " + upstream + " s");
        }
        long longest = defaults.admission().maxRequestTimeout().toSeconds();
        for (String directive : List.of("proxy_read_timeout", "grpc_read_timeout")) {
            assertTrue(values(directive, "s").stream().allMatch(seconds -> seconds > longest), directive);
        }
    }
}
