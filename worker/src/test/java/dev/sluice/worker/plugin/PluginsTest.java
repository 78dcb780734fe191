package dev.sluice.worker.plugin;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sluice.worker.contract.InferenceError;
import dev.sluice.worker.contract.InferenceException;
import dev.sluice.worker.contract.ModelId;
import dev.sluice.worker.contract.PluginInput;
import dev.sluice.worker.contract.Signature;
import dev.sluice.worker.contract.Tensor;
import dev.sluice.worker.fake.LatchedPlugin;
import dev.sluice.worker.fake.LatchedPlugin.Step;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** When what a plug-in has prepared for a version is closed. */
class PluginsTest {

    private static final Signature NOTHING = new Signature(List.of(), List.of(), false);

    private final List<Runnable> whenGone = Collections.synchronizedList(new ArrayList<>());

    @TempDir
    private Path temporary;

    private Plugins open(Duration grace) throws Exception {
        Path folder = temporary.resolve("jars");
        LatchedPlugin.jar(folder);
        return Plugins.in(folder, grace);
    }

    private PluginInput prepared(Plugins plugins, String key) {
        Step.MAY_PREPARE.of(key).countDown();
        return preparing(plugins, key);
    }

    private PluginInput preparing(Plugins plugins, String key) {
        return plugins.input(
                "latched", new Plugins.Asking(new ModelId("m", 1), NOTHING, Map.of("key", key), whenGone::add));
    }

    private static List<Tensor> apply(PluginInput input) {
        return input.prepared().apply(ByteBuffer.allocate(0), null, () -> false);
    }

    private static CompletableFuture<List<Tensor>> applyLater(PluginInput input, String key) {
        CompletableFuture<List<Tensor>> applied = CompletableFuture.supplyAsync(() -> apply(input));
        Step.APPLIES.await(key);
        return applied;
    }

    private static void isRefused(PluginInput input) {
        InferenceException refused = assertThrows(InferenceException.class, () -> apply(input));
        assertInstanceOf(InferenceError.ModelNotReady.class, refused.error());
    }

    @Test
    void whatIsInUseWhenItsEndComesIsClosedByWhoIsAtItLast() throws Exception {
        Plugins plugins = open(Duration.ofHours(1));
        PluginInput input = prepared(plugins, "used");
        CompletableFuture<List<Tensor>> applied = applyLater(input, "used");
        whenGone.forEach(Runnable::run);
        plugins.close();
        assertEquals(1, Step.CLOSED.of("used").getCount(), "somebody is at it");
        Step.MAY_APPLY.of("used").countDown();
        assertEquals(List.of(), applied.get(30, TimeUnit.SECONDS));
        assertEquals(0, Step.CLOSED.of("used").getCount());
        isRefused(input);
    }

    @Test
    void whatNobodyIsSentToAnyMoreIsClosedByItself() throws Exception {
        try (Plugins plugins = open(Duration.ZERO)) {
            PluginInput input = prepared(plugins, "left");
            whenGone.forEach(Runnable::run);
            Step.CLOSED.await("left");
            isRefused(input);
        }
    }

    @Test
    void whoWasSentToItBeforeItWentIsServedAndTheEndOfTheServerWaitsForNothing() throws Exception {
        Plugins plugins = open(Duration.ofHours(1));
        PluginInput input = prepared(plugins, "kept");
        whenGone.forEach(Runnable::run);
        Step.MAY_APPLY.of("kept").countDown();
        assertEquals(List.of(), apply(input));
        assertEquals(1, Step.CLOSED.of("kept").getCount(), "others may come");
        plugins.close();
        assertEquals(0, Step.CLOSED.of("kept").getCount());
        isRefused(input);
    }

    @Test
    void whatNeverReturnsTakesNoMoreThreadsThanThereMayBe() throws Exception {
        try (Plugins plugins = open(Duration.ZERO);
                ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            CompletableFuture<Throwable> refused = new CompletableFuture<>();
            Supplier<PluginInput> hanging = () -> {
                try {
                    return preparing(plugins, "hanging");
                } catch (IllegalArgumentException tooMany) {
                    refused.complete(tooMany);
                    throw tooMany;
                }
            };
            List<CompletableFuture<PluginInput>> all = Stream.generate(
                            () -> CompletableFuture.supplyAsync(hanging, threads))
                    .limit(257)
                    .toList();
            String why = String.valueOf(refused.get(30, TimeUnit.SECONDS));
            assertTrue(why.contains("256 plug-ins have not returned from prepare"), why);
            Step.MAY_PREPARE.of("hanging").countDown();
            long made = all.stream()
                    .filter(each ->
                            each.handle((input, failure) -> failure == null).join())
                    .count();
            assertEquals(256, made);
            prepared(plugins, "hanging");
            whenGone.forEach(Runnable::run);
        }
    }
}
