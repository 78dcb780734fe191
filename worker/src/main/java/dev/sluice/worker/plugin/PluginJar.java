package dev.sluice.worker.plugin;

import dev.sluice.worker.transform.InputPlugin;
import dev.sluice.worker.transform.OutputPlugin;
import java.io.IOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.ServiceLoader;
import java.util.function.Function;
import java.util.jar.JarFile;

/**
 * One jar, and what it has registered.
 *
 * @param inputs by name
 * @param outputs by name
 * @owns the jar's classes, which are there until it is closed
 */
record PluginJar(Path file, URLClassLoader classes, Map<String, InputPlugin> inputs, Map<String, OutputPlugin> outputs)
        implements AutoCloseable {

    /**
     * Opens it.
     *
     * @throws IllegalArgumentException for what is wrong with it, without its name
     */
    static PluginJar open(Path file) {
        try {
            new JarFile(file.toFile()).close(); // a class loader takes anything for an empty one
            URL url = file.toUri().toURL();
            URLClassLoader classes =
                    new URLClassLoader("plugin " + file.getFileName(), new URL[] {url}, new PromisedClasses());
            try {
                Map<String, InputPlugin> inputs = registered(InputPlugin.class, InputPlugin::name, classes);
                Map<String, OutputPlugin> outputs = registered(OutputPlugin.class, OutputPlugin::name, classes);
                if (inputs.isEmpty() && outputs.isEmpty()) {
                    throw new IllegalArgumentException("registers no plug-in; expected META-INF/services/"
                            + InputPlugin.class.getName() + ", or the same with " + OutputPlugin.class.getSimpleName());
                }
                return new PluginJar(file, classes, inputs, outputs);
            } catch (Throwable broken) {
                classes.close();
                throw broken;
            }
        } catch (IOException none) {
            throw new IllegalArgumentException("is no jar that can be read: " + none);
        }
    }

    /** A user's classes may throw whatever they like; so may linking them. */
    private static <P> Map<String, P> registered(Class<P> type, Function<P, String> naming, URLClassLoader classes) {
        Map<String, P> found = new LinkedHashMap<>();
        try {
            InUse.within(classes, () -> {
                for (P plugin : ServiceLoader.load(type, classes)) {
                    add(plugin, naming.apply(plugin), found);
                }
                return found;
            });
        } catch (IllegalArgumentException told) {
            throw told;
        } catch (Throwable broken) {
            throw new IllegalArgumentException("does not work here: " + broken);
        }
        return found;
    }

    private static <P> void add(P plugin, String name, Map<String, P> found) {
        if (!name.matches("[A-Za-z0-9][A-Za-z0-9._-]{0,63}")) {
            throw new IllegalArgumentException(
                    plugin.getClass().getName() + " has a name that is none (expected letters, digits, ., - and _)");
        }
        if (found.putIfAbsent(name, plugin) != null) {
            throw new IllegalArgumentException("has two plug-ins of the name " + name);
        }
    }

    @Override
    public void close() throws IOException {
        classes.close();
    }
}
