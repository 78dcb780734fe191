package dev.sluice.worker.fake;

import dev.sluice.worker.contract.Signature;
import dev.sluice.worker.contract.Tensor;
import dev.sluice.worker.transform.InputPlugin;
import dev.sluice.worker.transform.PluginBody;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.jar.JarOutputStream;
import java.util.zip.ZipEntry;

/**
 * A user's own transform that does each step when its test lets it. In its jar it is another class than here, so both find
 * each other's latches where all classes look.
 */
public final class LatchedPlugin implements InputPlugin {

    /** What it waits for, or says. */
    public enum Step {
        MAY_PREPARE,
        APPLIES,
        MAY_APPLY,
        CLOSED;

        /** Its latch for that key, the same for all who ask. */
        public CountDownLatch of(String key) {
            Object latch = System.getProperties()
                    .computeIfAbsent(LatchedPlugin.class.getName() + key + name(), first -> new CountDownLatch(1));
            return (CountDownLatch) latch;
        }

        /** Waits for it. */
        public void await(String key) {
            try {
                if (!of(key).await(30, TimeUnit.SECONDS)) {
                    throw new IllegalStateException("not " + this);
                }
            } catch (InterruptedException stop) {
                throw new IllegalStateException(stop);
            }
        }
    }

    /** On which thread that was. */
    public static String preparedOn(String key) {
        return System.getProperty(LatchedPlugin.class.getName() + key, "none");
    }

    @Override
    public String name() {
        return "latched";
    }

    @Override
    public Prepared prepare(Signature signature, Map<String, String> options) {
        String key = Objects.requireNonNull(options.get("key"));
        System.setProperty(
                LatchedPlugin.class.getName() + key, Thread.currentThread().toString());
        Step.MAY_PREPARE.await(key);
        return new Held(key);
    }

    private record Held(String key) implements Prepared {

        @Override
        public List<Tensor> apply(PluginBody body) {
            Step.APPLIES.of(key).countDown();
            Step.MAY_APPLY.await(key);
            return List.of();
        }

        @Override
        public void close() {
            Step.CLOSED.of(key).countDown();
        }
    }

    /** A jar of it in that folder, which is made. */
    public static void jar(Path folder) throws IOException {
        Files.createDirectories(folder);
        try (JarOutputStream jar = new JarOutputStream(Files.newOutputStream(folder.resolve("latched.jar")))) {
            for (Class<?> each : List.of(LatchedPlugin.class, Step.class, Held.class)) {
                String name = each.getName().replace('.', '/') + ".class";
                jar.putNextEntry(new ZipEntry(name));
                try (InputStream code = Objects.requireNonNull(each.getResourceAsStream("/" + name))) {
                    code.transferTo(jar);
                }
            }
            jar.putNextEntry(new ZipEntry("META-INF/services/" + InputPlugin.class.getName()));
            jar.write(LatchedPlugin.class.getName().getBytes(StandardCharsets.UTF_8));
        }
    }
}
