package dev.sluice.gateway.it;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.StringWriter;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.jar.JarOutputStream;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import javax.tools.JavaCompiler;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.ToolProvider;

/**
 * Makes jars of users' own transforms from their Java.
 *
 * @param folder that they are put in
 */
record PluginJars(Path folder) {

    private static final Pattern CLASS =
            Pattern.compile("public final class (\\w+) implements (InputPlugin|OutputPlugin)");

    private static final Pattern PACKAGE = Pattern.compile("package ([\\w.]+);");

    /** One public class in each source, registered as what it implements. */
    PluginJars with(String jar, String... sources) throws IOException {
        Path classes = Files.createTempDirectory(folder.getParent(), "classes");
        List<JavaFileObject> files = new ArrayList<>();
        for (String source : sources) {
            Matcher declared = found(CLASS, source);
            String name = found(PACKAGE, source).group(1) + "." + declared.group(1);
            files.add(new Source(name, source));
            register(classes, declared.group(2), name);
        }
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        StringWriter said = new StringWriter();
        List<String> options = List.of("-d", classes.toString(), "-cp", System.getProperty("java.class.path"));
        if (files.isEmpty()) {
            return packed(jar, classes);
        }
        assertTrue(compiler.getTask(said, null, null, options, null, files).call(), said.toString());
        return packed(jar, classes);
    }

    /** One that says it has a class which it has not. */
    PluginJars lacking(String jar, String name) throws IOException {
        Path classes = Files.createTempDirectory(folder.getParent(), "classes");
        register(classes, "InputPlugin", name);
        return packed(jar, classes);
    }

    private static void register(Path classes, String type, String name) throws IOException {
        Path services = Files.createDirectories(classes.resolve("META-INF/services"));
        Path file = services.resolve("dev.sluice.worker.transform." + type);
        String before = Files.exists(file) ? Files.readString(file) : "";
        Files.writeString(file, before + name + "\n");
    }

    private PluginJars packed(String jar, Path classes) throws IOException {
        Files.createDirectories(folder);
        try (JarOutputStream out = new JarOutputStream(Files.newOutputStream(folder.resolve(jar)));
                Stream<Path> all = Files.walk(classes)) {
            for (Path file : all.filter(Files::isRegularFile).toList()) {
                out.putNextEntry(new ZipEntry(classes.relativize(file).toString()));
                Files.copy(file, out);
            }
        }
        return this;
    }

    private static Matcher found(Pattern pattern, String source) {
        Matcher matcher = pattern.matcher(source);
        assertTrue(matcher.find(), source);
        return matcher;
    }

    private static final class Source extends SimpleJavaFileObject {

        private final String text;

        Source(String name, String text) {
            super(URI.create("string:///" + name.replace('.', '/') + ".java"), Kind.SOURCE);
            this.text = text;
        }

        @Override
        public CharSequence getCharContent(boolean ignoreErrors) {
            return text;
        }
    }
}
