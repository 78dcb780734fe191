package dev.sluice.gateway.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sluice.gateway.fake.Pictures;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.Base64;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A picture in, a label out, with the model that comes with Sluice. */
class PredictIT {

    private static RunningGateway gateway;

    @BeforeAll
    static void start() {
        gateway = RunningGateway.start(Places.DEMO_MODELS, "http.max_body_size=2MiB", "transform.max_pixels=2000000");
    }

    @AfterAll
    static void stop() {
        gateway.close();
    }

    @AfterEach
    void nothingIsLeft() {
        gateway.awaitNothingInFlight();
    }

    private static byte[] sample(int digit) throws IOException {
        return Files.readAllBytes(Places.DEMO_DIGITS.resolve(digit + ".png"));
    }

    /** As somebody takes it of a sheet of paper. */
    private static byte[] photo(int digit) throws IOException {
        return Pictures.write(
                Pictures.photo(ImageIO.read(Places.DEMO_DIGITS.resolve(digit + ".png").toFile()), 800, 600, 12, 310, 140),
                "jpeg");
    }

    private static Answer post(String path, byte[] body, String... headers) {
        var request = gateway.request(path).POST(BodyPublishers.ofByteArray(body));
        if (headers.length > 0) {
            request.headers(headers);
        }
        return Waiting.await(gateway.send(request.build()));
    }

    private static String label(Answer answer) {
        assertEquals(200, answer.status(), answer.body());
        return answer.json().getString("label");
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9})
    void readsAPhotoOfEachDigit(int digit) throws IOException {
        Answer answer = post("/predict", photo(digit));
        assertEquals(Integer.toString(digit), label(answer), answer.body());
        assertTrue(answer.json().getDouble("probability") > 0.5, answer.body());
        assertEquals(3, answer.json().getJsonArray("top").size());
        assertEquals(
                answer.json().getString("label"),
                answer.json().getJsonArray("top").getJsonObject(0).getString("label"));
    }
}
