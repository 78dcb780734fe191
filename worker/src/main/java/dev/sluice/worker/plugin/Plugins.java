package dev.sluice.worker.plugin;

import dev.sluice.worker.contract.InferenceException;
import dev.sluice.worker.contract.ModelId;
import dev.sluice.worker.contract.PluginException;
import dev.sluice.worker.contract.PluginInput;
import dev.sluice.worker.contract.PluginOutput;
import dev.sluice.worker.contract.Signature;
import dev.sluice.worker.contract.ThreadRank;
import dev.sluice.worker.settings.SettingsException;
import dev.sluice.worker.transform.PluginBody;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The users' own transforms of this server.
 *
 * @thread opened and closed on the control thread; prepares on a thread for each version
 * @bound the jars of one folder, {@value #MOST_JARS} at most; {@value #MOST_PREPARING} that prepare, those that never return
 *     included
 * @owns the jars and their classes
 */
public final class Plugins implements AutoCloseable {

    /** Of a server without any. */
    public static final Plugins NONE = new Plugins(List.of(), Duration.ZERO);

    private static final Logger LOG = LoggerFactory.getLogger(Plugins.class);
    private static final int MOST_JARS = 1000;

    /** Who loads what hangs again and again has no more threads at it than these. */
    private static final int MOST_PREPARING = 256;

    private static final String SETTING = "worker.plugins";

    private final List<PluginJar> jars;
    private final Duration grace;
    private final Semaphore preparing = new Semaphore(MOST_PREPARING);

    /** Of versions that have gone, and whose last requests may still be read, or answered. */
    private final Set<InUse<?>> leaving = ConcurrentHashMap.newKeySet();

    private Plugins(List<PluginJar> jars, Duration grace) {
        this.jars = List.copyOf(jars);
        this.grace = grace;
    }

    /**
     * A version that asks for one.
     *
     * @param options by name
     * @param whenGone is given what is to be done when the version goes
     */
    public record Asking(
            ModelId model, Signature signature, Map<String, String> options, Consumer<Runnable> whenGone) {}

    /**
     * Those of the jars in that folder, in the order of their names.
     *
     * @param folder {@code none} for no folder
     * @param grace how long what was prepared for a version outlives it, for those who were sent to it before
     * @throws SettingsException with all that is wrong with any
     */
    public static Plugins in(Path folder, Duration grace) {
        if (folder.equals(Path.of("none"))) {
            return NONE;
        }
        List<PluginJar> jars = new ArrayList<>();
        List<String> problems = new ArrayList<>();
        for (Path file : files(folder)) {
            try {
                jars.add(PluginJar.open(file));
            } catch (IllegalArgumentException broken) {
                problems.add(SETTING + ": " + file + " " + broken.getMessage());
            }
        }
        twice(jars, "input", jar -> jar.inputs().keySet().stream(), problems);
        twice(jars, "output", jar -> jar.outputs().keySet().stream(), problems);
        Plugins plugins = new Plugins(jars, grace);
        if (!problems.isEmpty()) {
            plugins.close();
            throw new SettingsException(problems);
        }
        jars.forEach(jar -> LOG.info(
                "plug-ins of {}: inputs {}, outputs {}",
                jar.file().getFileName(),
                jar.inputs().keySet(),
                jar.outputs().keySet()));
        return plugins;
    }

    private static List<Path> files(Path folder) {
        List<Path> files = new ArrayList<>();
        try (DirectoryStream<Path> all = Files.newDirectoryStream(folder, "*.jar")) {
            all.forEach(files::add);
        } catch (IOException unreadable) {
            throw new SettingsException(List.of(SETTING + ": the folder cannot be read: " + unreadable));
        }
        if (files.isEmpty() || files.size() > MOST_JARS) {
            throw new SettingsException(List.of(SETTING + ": " + folder + " has " + files.size()
                    + " files of the name *.jar (expected 1 to " + MOST_JARS + "; none for no plug-ins)"));
        }
        return files.stream().sorted().toList();
    }

    private static void twice(
            List<PluginJar> jars, String side, Function<PluginJar, Stream<String>> names, List<String> problems) {
        Map<String, Path> first = new HashMap<>();
        for (PluginJar jar : jars) {
            names.apply(jar).forEach(name -> {
                Path other = first.putIfAbsent(name, jar.file());
                if (other != null) {
                    problems.add(SETTING + ": " + jar.file() + " has an " + side + " plug-in of the name " + name
                            + ", as has " + other);
                }
            });
        }
    }

    /**
     * That input plug-in, prepared.
     *
     * @throws IllegalArgumentException for people, without the name, when there is none or it refuses
     */
    public PluginInput input(String name, Asking asking) {
        var in = prepared(name, PluginJar::inputs, plugin -> plugin.prepare(asking.signature, asking.options), asking);
        return new PluginInput(
                name,
                (body, type, givenUp) -> in.apply(plugin -> {
                    try {
                        return List.copyOf(plugin.apply(new PluginBody(body, type, givenUp)));
                    } catch (IllegalArgumentException refused) {
                        throw InferenceException.invalid("body", sentence(refused));
                    } catch (Throwable failure) {
                        throw told(name, failure);
                    }
                }));
    }

    /** The same of an output. */
    public PluginOutput output(String name, Asking asking) {
        var out =
                prepared(name, PluginJar::outputs, plugin -> plugin.prepare(asking.signature, asking.options), asking);
        return new PluginOutput(
                name,
                asking.signature.outputNames(),
                (outputs, rows) -> out.apply(plugin -> {
                            try {
                                return Optional.ofNullable(plugin.apply(outputs, rows));
                            } catch (Throwable failure) {
                                throw told(name, failure);
                            }
                        })
                        .orElse(null));
    }

    /** As others are to hear of what a user's class has thrown, which may say itself what a client is told. */
    private static RuntimeException told(String name, Throwable failure) {
        return switch (failure) {
            case InferenceException refused -> refused;
            case OutOfMemoryError full -> throw full;
            default -> new PluginException(name, failure);
        };
    }

    private <P, T extends AutoCloseable> InUse<T> prepared(
            String name, Function<PluginJar, Map<String, P>> side, Function<P, T> preparing, Asking asking) {
        for (PluginJar jar : jars) {
            P plugin = side.apply(jar).get(name);
            if (plugin != null) {
                InUse<T> prepared =
                        new InUse<>(prepare(jar, () -> preparing.apply(plugin)), asking.model, jar.classes());
                asking.whenGone.accept(() -> endLater(prepared));
                return prepared;
            }
        }
        TreeSet<String> names = new TreeSet<>();
        jars.forEach(jar -> names.addAll(side.apply(jar).keySet()));
        throw new IllegalArgumentException(
                jars.isEmpty()
                        ? "this server has no plug-ins (" + SETTING + ")"
                        : "no jar has such a plug-in; there are " + names);
    }

    /** On a thread of its own, for a user's class may never return from its end either. */
    private void endLater(InUse<?> prepared) {
        leaving.add(prepared);
        CompletableFuture.delayedExecutor(grace.toMillis(), TimeUnit.MILLISECONDS, Plugins::onItsOwnThread)
                .execute(() -> end(prepared));
    }

    private static void onItsOwnThread(Runnable end) {
        ThreadRank.USUAL.thread("sluice-plugin-end", end).start();
    }

    private void end(InUse<?> prepared) {
        if (leaving.remove(prepared)) {
            prepared.close();
        }
    }

    private <T> T prepare(PluginJar jar, InUse.Work<T> work) {
        if (!preparing.tryAcquire()) {
            throw new IllegalArgumentException(MOST_PREPARING
                    + " plug-ins have not returned from prepare: load it again later, or start anew if they never do");
        }
        try {
            return Objects.requireNonNull(InUse.within(jar.classes(), work), "prepare has returned null");
        } catch (IllegalArgumentException refused) {
            throw new IllegalArgumentException(sentence(refused), refused);
        } catch (Throwable failure) { // a class that is missing is an error, and fails this version alone
            LOG.warn("a plug-in of {} failed when it was prepared", jar.file(), failure);
            throw new IllegalArgumentException(
                    "the plug-in of " + jar.file().getFileName() + " failed: " + failure, failure);
        } finally {
            preparing.release();
        }
    }

    private static String sentence(IllegalArgumentException refused) {
        String message = refused.getMessage();
        return message == null ? "is refused by the plug-in, which does not say why" : message;
    }

    /** After the last version has gone. */
    @Override
    public void close() {
        leaving.forEach(this::end);
        for (PluginJar jar : jars) {
            try {
                jar.close();
            } catch (IOException failure) {
                LOG.warn("{} could not be closed", jar.file(), failure);
            }
        }
    }
}
