package dev.sluice.gateway.it;

import java.nio.file.Path;

/** Models made of the test models, and requests to them. */
final class Pipelines {

    /** y = x / 2 + 2, FP32 [batch]. */
    static final Path HALF = Places.ROOT.resolve("gateway/src/test/resources/compat/models/half_plus_two/1/model.onnx");

    /** A number by its index, 1.5 times as much; then twice half of it and 2. */
    static final String CHAIN = """
            pipeline:
              stages:
                - number = pick(index=which)
                - once = half(number)
                - twice = half(x=once.y)
              outputs:
                - number.y
                - result = twice.y
            """;

    private Pipelines() {}

    static RunningGateway start(Path models, String... settings) {
        String[] all = new String[settings.length + 4];
        all[0] = "worker.control.poll=100ms";
        all[1] = "worker.control.settle=0s";
        all[2] = "worker.warm_up_budget=0s";
        all[3] = "admin.port=-1";
        System.arraycopy(settings, 0, all, 4, settings.length);
        return RunningGateway.start(models, all);
    }

    /** With the chain and all that it needs. */
    static Repository chain(Path folder) {
        return new Repository(folder)
                .with("pick")
                .with("half", "1", HALF)
                .empty("chain", "1")
                .config("chain", CHAIN);
    }

    static String which(int... indexes) {
        return Requests.pick(indexes).replace("\"index\"", "\"which\"");
    }

    static void awaitReady(RunningGateway gateway, String model) {
        Waiting.until(
                model + " is ready",
                () -> gateway.get("/v2/models/" + model + "/ready").status() == 200);
    }

    static void awaitNotReady(RunningGateway gateway, String model) {
        Waiting.until(
                model + " is not ready",
                () -> gateway.get("/v2/models/" + model + "/ready").status() == 503);
    }

    /** Why its version is as it is. */
    static String reason(RunningGateway gateway, String model) {
        return gateway.admin("GET", "/admin/v1/models/" + model, "")
                .json()
                .getJsonArray("versions")
                .getJsonObject(0)
                .getString("reason");
    }
}
