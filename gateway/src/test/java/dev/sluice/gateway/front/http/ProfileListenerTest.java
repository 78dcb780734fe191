package dev.sluice.gateway.front.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ProfileListenerTest {

    @ParameterizedTest
    @CsvSource({
        "tensorflow-serving: 8501, TENSORFLOW_SERVING, '', 8501",
        "kserve-v1:8080, KSERVE_V1, '', 8080",
        "kserve-v1: 0.0.0.0:8085, KSERVE_V1, 0.0.0.0, 8085",
        "v2: [::1]:9000, V2, ::1, 9000",
        "v2: sluice.example.org:0, V2, sluice.example.org, 0"
    })
    void readsProfileHostAndPort(String text, Profile profile, String host, int port) {
        assertEquals(Optional.of(new ProfileListener(profile, host, port)), ProfileListener.parse(text));
        assertEquals(Optional.empty(), CompatOptions.problem(text));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", "8501", "tensorflow-serving", "triton: 8000", "v2: 65536", "v2: -1", "v2: ::1:80", "V2: 80"})
    void saysWhatIsNoListener(String text) {
        String problem = CompatOptions.problem(text).orElse("");
        assertTrue(problem.contains("tensorflow-serving: 8501"), problem);
        assertTrue(problem.contains("[v2, tensorflow-serving, kserve-v1, mlflow, sagemaker]"), problem);
    }

    @Test
    void keepsTheirOrder() {
        CompatOptions options = new CompatOptions(Profile.V2, List.of("v2: 1", "kserve-v1: 2"));
        assertEquals(
                List.of(1, 2),
                options.ports().stream().map(ProfileListener::port).toList());
    }
}
