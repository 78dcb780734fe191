package dev.sluice.worker.settings;

import java.util.List;

/** Says all that is wrong with a set of settings, one problem a line; for operators, who need no stack trace. */
public final class SettingsException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final transient List<String> problems;

    public SettingsException(List<String> problems) {
        super(null, null, false, false);
        this.problems = List.copyOf(problems);
    }

    /** One line each, as {@code FILE:LINE: key: what is wrong (got X; expected Y)}; never empty. */
    public List<String> problems() {
        return problems;
    }

    /** All problems, one a line. */
    @Override
    public String getMessage() {
        return String.join("\n", problems);
    }
}
