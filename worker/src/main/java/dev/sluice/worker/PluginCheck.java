package dev.sluice.worker;

import dev.sluice.worker.contract.InputTransform;
import dev.sluice.worker.contract.ModelId;
import dev.sluice.worker.contract.OutputTransform;
import dev.sluice.worker.contract.Signature;
import dev.sluice.worker.plugin.Plugins;
import dev.sluice.worker.repository.TransformConfig;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * What a model.yaml says of plug-ins, which are prepared as it says.
 *
 * @param whenGone is given what closes them
 * @thread that on which the model's transform is read: does what its user's class does
 * @errors problems by the key that they are about
 */
record PluginCheck(
        Plugins plugins,
        ModelId model,
        Signature signature,
        Map<String, String> problems,
        Consumer<Runnable> whenGone) {

    private static final String INPUT = "transform.input.";
    private static final String OUTPUT = "transform.output.";

    /** What goes in; null when that is impossible, and then there are problems. */
    @Nullable
    InputTransform input(TransformConfig.Input config) {
        return prepared(INPUT, config.options(), asking -> plugins.input(config.plugin(), asking));
    }

    /** What comes out, likewise. */
    @Nullable
    OutputTransform output(TransformConfig.Output config) {
        return prepared(OUTPUT, config.options(), asking -> plugins.output(config.plugin(), asking));
    }

    private <T> @Nullable T prepared(String section, List<String> said, Function<Plugins.Asking, T> preparing) {
        Map<String, String> options = new LinkedHashMap<>();
        for (String option : said) {
            int equals = option.indexOf('=');
            if (equals < 1 || options.putIfAbsent(option.substring(0, equals), option.substring(equals + 1)) != null) {
                problems.put(section + "options", "are KEY=VALUE, each key once");
                return null;
            }
        }
        try {
            return preparing.apply(
                    new Plugins.Asking(model, signature, Collections.unmodifiableMap(options), whenGone));
        } catch (IllegalArgumentException refused) {
            problems.put(section + "plugin", String.valueOf(refused.getMessage()));
            return null;
        }
    }
}
