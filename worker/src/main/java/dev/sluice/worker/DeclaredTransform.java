package dev.sluice.worker;

import dev.sluice.worker.contract.InputTransform;
import dev.sluice.worker.contract.OutputTransform;
import dev.sluice.worker.contract.Signature;
import dev.sluice.worker.contract.ThreadRank;
import dev.sluice.worker.contract.Transform;
import dev.sluice.worker.plugin.Plugins;
import dev.sluice.worker.repository.ModelConfig;
import dev.sluice.worker.repository.ModelLocation;
import dev.sluice.worker.repository.TransformConfig;
import dev.sluice.worker.repository.TransformConfig.Kind;
import dev.sluice.worker.repository.TransformConfig.OutputKind;
import dev.sluice.worker.settings.SettingsException;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * What a model.yaml says of what goes in and what comes out, held against the model's signature.
 *
 * @param values as the gateway applies them
 * @param fileLabels the classes' names where a file has them; empty where none is named
 * @param whenGone gives back what it needs as long as it is served
 */
record DeclaredTransform(Transform values, List<String> fileLabels, List<Runnable> whenGone) implements AutoCloseable {

    /** How long a user's own class may take to prepare. */
    static final Duration PREPARING = Duration.ofMinutes(1);

    private static final DeclaredTransform NONE = new DeclaredTransform(Transform.NONE, List.of(), List.of());

    /**
     * That of a version.
     *
     * @throws SettingsException with file and line for each item that the model contradicts
     */
    static DeclaredTransform read(ModelLocation location, Signature signature, Plugins plugins) {
        List<Runnable> whenGone = new ArrayList<>();
        try {
            return read(location, signature, plugins, whenGone);
        } catch (Throwable broken) {
            whenGone.reversed().forEach(Runnable::run);
            throw broken;
        }
    }

    /**
     * The same, read on a platform thread of its own, for a user's own class may never return from it: no other work waits
     * for that thread, nor, where such a class computes without end, for one that carries virtual ones. What it prepares
     * too late is given back at once.
     *
     * @param patience how long that may take
     */
    static DeclaredTransform within(Duration patience, ModelLocation location, Signature signature, Plugins plugins) {
        Promise<DeclaredTransform> promise = Promise.promise();
        ThreadRank.USUAL
                .thread("sluice-prepare", () -> {
                    try {
                        promise.complete(read(location, signature, plugins));
                    } catch (Throwable broken) {
                        promise.fail(broken);
                    }
                })
                .start();
        Future<DeclaredTransform> reading = promise.future();
        return GroupLoader.orGiveUp(
                reading, patience, "preparing its transform", () -> reading.onSuccess(DeclaredTransform::close));
    }

    private static DeclaredTransform read(
            ModelLocation location, Signature signature, Plugins plugins, List<Runnable> whenGone) {
        Path file = location.configFile();
        TransformConfig config = ModelConfig.read(file).transform();
        if (config.input().kind() == Kind.NONE && config.output().kind() == OutputKind.NONE) {
            return NONE;
        }
        Map<String, String> problems = new HashMap<>();
        PluginCheck ofUsers = new PluginCheck(plugins, location.model(), signature, problems, whenGone::add);
        @Nullable
        InputTransform input =
                switch (config.input().kind()) {
                    case NONE -> null;
                    case IMAGE -> ImageCheck.read(config.input(), signature, problems);
                    case TEXT ->
                        new TextCheck(config.input(), signature, problems, hold -> whenGone.add(hold::close))
                                .read(location);
                    case ROWS -> RowsCheck.read(config.input(), signature, problems);
                    case AUDIO -> new AudioCheck(config.input(), signature, problems).read();
                    case PLUGIN -> ofUsers.input(config.input());
                };
        OutputCheck check = new OutputCheck(config.output(), location, signature, problems);
        @Nullable
        OutputTransform output = config.output().kind() == OutputKind.PLUGIN
                ? ofUsers.output(config.output())
                : check.read(config.input().kind());
        List<String> all = placed(file, problems, strange(config));
        if (!all.isEmpty()) {
            throw new SettingsException(all);
        }
        return new DeclaredTransform(new Transform(input, output), check.labels(), whenGone);
    }

    /** What is said of other kinds than those that there are, which would do nothing. */
    private static Map<String, String> strange(TransformConfig config) {
        Map<String, String> strange = new HashMap<>();
        for (Kind other : Kind.values()) {
            TransformConfig.keys(other)
                    .forEach(key -> strange.merge(
                            "transform.input." + key,
                            "is for kind: " + lower(other),
                            (before, next) -> before + " or " + lower(other)));
        }
        for (OutputKind other : OutputKind.values()) {
            TransformConfig.keys(other)
                    .forEach(key -> strange.put("transform.output." + key, "is for kind: " + lower(other)));
        }
        TransformConfig.keys(config.input().kind()).forEach(key -> strange.remove("transform.input." + key));
        TransformConfig.keys(config.output().kind()).forEach(key -> strange.remove("transform.output." + key));
        return strange;
    }

    private static String lower(Enum<?> kind) {
        return kind.name().toLowerCase(Locale.ROOT);
    }

    /** Each with the line that it is about, where the file has one. */
    private static List<String> placed(Path file, Map<String, String> problems, Map<String, String> strange) {
        Map<String, String> said = said(file, problems.keySet());
        Set<String> known = new HashSet<>();
        Map<String, Function<String, Optional<String>>> checks = new HashMap<>();
        strange.forEach((key, problem) -> checks.put(key, value -> Optional.of(problem)));
        problems.forEach((key, problem) -> checks.put(
                key,
                item -> known.add(key) // a list is asked about item by item, and its problem is one
                        ? Optional.of(problem + " (got " + said.getOrDefault(key, item) + ")")
                        : Optional.empty()));
        List<String> all = new ArrayList<>();
        try {
            ModelConfig.read(file, checks);
        } catch (SettingsException faulty) {
            all.addAll(faulty.problems());
        }
        problems.forEach((key, problem) -> {
            if (!known.contains(key)) {
                all.add(file + ": " + key + ": " + problem);
            }
        });
        return all;
    }

    /** What the file says under those keys, of a list all items. */
    private static Map<String, String> said(Path file, Set<String> keys) {
        Map<String, String> said = new HashMap<>();
        Map<String, Function<String, Optional<String>>> listening = new HashMap<>();
        keys.forEach(key -> listening.put(key, item -> {
            said.merge(key, item, (before, next) -> before + ", " + next);
            return Optional.empty();
        }));
        ModelConfig.read(file, listening);
        return said;
    }

    /** When nobody is sent to it any more; who is still at it keeps what he needs. */
    @Override
    public void close() {
        whenGone.reversed().forEach(Runnable::run);
    }

    /** Those of its file, where it names one. */
    List<String> labels(List<String> others) {
        return fileLabels.isEmpty() ? others : fileLabels;
    }
}
