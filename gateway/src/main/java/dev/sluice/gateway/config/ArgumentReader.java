package dev.sluice.gateway.config;

import dev.sluice.worker.settings.Assignment;
import dev.sluice.worker.settings.SettingsException;
import dev.sluice.worker.settings.Spelling;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Goes through the arguments of a command line once, from left to right.
 *
 * @thread confined to the caller of {@link #read}
 */
final class ArgumentReader {

    /** SageMaker names it to the container, whatever its entry point is called. */
    private static final String COMMAND = "serve";

    private static final List<String> OPTIONS = List.of("--config", "--host", "--port", "--models", "--set", "--help");

    private final Deque<String> arguments;
    private final List<Assignment> overrides = new ArrayList<>();
    private final List<String> models = new ArrayList<>();
    private final List<String> problems = new ArrayList<>();
    private @Nullable Path config;
    private boolean help;

    ArgumentReader(List<String> arguments) {
        this.arguments = new ArrayDeque<>(arguments);
        if (COMMAND.equals(this.arguments.peek())) {
            this.arguments.remove();
        }
    }

    CommandLine read() {
        while (!arguments.isEmpty()) {
            argument(arguments.remove());
        }
        if (!problems.isEmpty() && !help) {
            throw new SettingsException(problems);
        }
        return new CommandLine(config, List.copyOf(overrides), help);
    }

    private void argument(String argument) {
        int equals = argument.indexOf('=');
        String name = equals < 0 ? argument : argument.substring(0, equals);
        if (!OPTIONS.contains(name)) {
            problems.add(argument + ": is not an option" + Spelling.hint(name, OPTIONS) + " (expected one of "
                    + String.join(", ", OPTIONS) + ")");
        } else if (name.equals("--help")) {
            help(equals);
        } else {
            Optional<String> value = equals < 0 ? nextValue() : Optional.of(argument.substring(equals + 1));
            value.ifPresentOrElse(text -> option(name, text), () -> problems.add(name + ": needs a value behind it"));
        }
    }

    private void help(int equals) {
        if (equals < 0) {
            help = true;
        } else {
            problems.add("--help: takes no value");
        }
    }

    /** The next argument, unless it is an option itself: then the value was forgotten. */
    private Optional<String> nextValue() {
        return Optional.ofNullable(arguments.peek())
                .filter(next -> !next.startsWith("--"))
                .map(next -> arguments.remove());
    }

    private void option(String name, String value) {
        switch (name) {
            case "--config" -> config(value);
            case "--host" -> overrides.add(new Assignment(name, "http.host", value));
            case "--port" -> overrides.add(new Assignment(name, "http.port", value));
            case "--models" -> models(name, value);
            default -> set(value);
        }
    }

    /** Each adds a directory to those before it. */
    private void models(String name, String value) {
        models.add(value);
        overrides.removeIf(assignment -> assignment.place().equals(name));
        String quoted =
                models.stream().map(each -> "'" + each.replace("'", "''") + "'").collect(Collectors.joining(", "));
        boolean plain = models.size() == 1 && !value.contains(",") && !value.startsWith("[");
        overrides.add(new Assignment(name, "worker.models", plain ? value : "[" + quoted + "]"));
    }

    private void config(String value) {
        if (value.isEmpty()) {
            problems.add("--config: needs the name of a file");
            return;
        }
        try {
            config = Path.of(value);
        } catch (InvalidPathException e) {
            problems.add("--config: is not a path (got " + value + ")");
        }
    }

    private void set(String value) {
        int equals = value.indexOf('=');
        if (equals < 1) {
            problems.add("--set: is no assignment (got " + value + "; expected KEY=VALUE, as in http.port=8080)");
        } else {
            overrides.add(new Assignment("--set", value.substring(0, equals), value.substring(equals + 1)));
        }
    }
}
