package dev.sluice.worker;

import dev.sluice.worker.contract.CircuitReport.Fallback;
import dev.sluice.worker.contract.ModelId;
import dev.sluice.worker.repository.ModelConfig;
import dev.sluice.worker.repository.ModelLocation;
import java.util.Collection;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Who answers for whom, as the models' own files say. One step only: a chain would take a client further and further
 * from what it asked for, and a circle for ever.
 *
 * @param served every model that is going to be loaded
 * @thread the control thread
 * @errors IllegalArgumentException that names both models
 */
record Fallbacks(Collection<ModelLocation> served) {

    private static final Pattern FORM = Pattern.compile("([^/]+)(?:/([1-9][0-9]{0,17}))?");

    /** Who answers for that model while its circuit is open; null if nobody does. */
    @Nullable
    Fallback of(ModelLocation asked) {
        String written = ModelConfig.read(asked.configFile()).fallback();
        if (written.isEmpty()) {
            return null;
        }
        Matcher form = FORM.matcher(written);
        if (!form.matches()) {
            throw refused(asked, written, "is neither a model nor a model/version");
        }
        long version = form.group(2) == null ? Fallback.NEWEST : Long.parseLong(form.group(2));
        Fallback fallback = new Fallback(form.group(1), version);
        check(asked, fallback);
        return fallback;
    }

    private void check(ModelLocation asked, Fallback fallback) {
        ModelLocation answering = served.stream()
                .filter(location -> isNamed(location.model(), fallback))
                .findFirst()
                .orElseThrow(
                        () -> refused(asked, fallback, "is not in the repository, or not the version that serves"));
        if (answering.equals(asked)) {
            throw refused(asked, fallback, "is the model itself");
        }
        String next = ModelConfig.read(answering.configFile()).fallback();
        if (!next.isEmpty()) {
            throw refused(asked, fallback, "has a fallback itself, " + next + ": only one may stand in for another");
        }
    }

    private static boolean isNamed(ModelId model, Fallback fallback) {
        boolean anyVersion = fallback.version() == Fallback.NEWEST;
        return model.name().equals(fallback.name()) && (anyVersion || model.version() == fallback.version());
    }

    private static IllegalArgumentException refused(ModelLocation asked, Object fallback, String why) {
        return new IllegalArgumentException("the fallback of model " + asked.model() + ", " + fallback + ", " + why);
    }
}
