package dev.sluice.gateway.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vertx.core.json.JsonObject;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the engine has made of a model is there for the next loading, the next start and a second server. */
class OptimizedModelsIT {

    private static final String SUMS = "/admin/v1/models/sums";

    @TempDir
    private Path directory;

    private RunningGateway start(String cache) {
        return RunningGateway.start(
                directory.resolve("models"),
                "admin.port=-1",
                "worker.warm_up_budget=0s",
                "worker.optimized_models.cache=" + cache);
    }

    private String cache() {
        return directory.resolve("optimized").toString();
    }

    private static boolean optimizedBefore(RunningGateway gateway) {
        JsonObject version =
                gateway.admin("GET", SUMS, "").json().getJsonArray("versions").getJsonObject(0);
        assertEquals("ready", version.getString("state"));
        return version.getBoolean("optimized_before");
    }

    private static JsonObject answer(RunningGateway gateway) {
        Answer answer = gateway.infer("sums", Requests.sums(1, 2));
        assertEquals(200, answer.status(), answer.body());
        return answer.json();
    }

    private static void command(RunningGateway gateway, String command) {
        assertEquals(200, gateway.admin("POST", SUMS + "/" + command, "").status());
    }

    @Test
    void whatOneServerHasMadeAllUse() {
        new Repository(directory.resolve("models")).with("sums");
        JsonObject answer;
        try (RunningGateway first = start(cache())) {
            assertFalse(optimizedBefore(first));
            answer = answer(first);
            try (RunningGateway second = start(cache())) {
                assertTrue(optimizedBefore(second));
                assertEquals(answer, answer(second));
            }
            command(first, "unload");
            command(first, "load");
            assertTrue(optimizedBefore(first));
        }
        try (RunningGateway next = start(cache())) {
            assertTrue(optimizedBefore(next));
            assertEquals(answer, answer(next));
        }
    }

    @Test
    void withoutAPlaceModelsAreOpenedAsTheyAre() {
        new Repository(directory.resolve("models")).with("sums");
        try (RunningGateway gateway = start("none")) {
            command(gateway, "unload");
            command(gateway, "load");
            assertFalse(optimizedBefore(gateway));
            answer(gateway);
        }
    }
}
