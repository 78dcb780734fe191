package dev.sluice.worker;

import dev.sluice.worker.contract.InferenceError;
import dev.sluice.worker.contract.InferenceException;
import dev.sluice.worker.contract.ModelCommand;
import dev.sluice.worker.contract.ModelCommand.Outcome;
import dev.sluice.worker.contract.ModelId;
import dev.sluice.worker.contract.ModelNews;
import dev.sluice.worker.contract.ModelWish;
import dev.sluice.worker.repository.ModelFolder;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * Other names for versions: those of the models' own files, and over them those of operators.
 *
 * <p>A label that is moved points to where it did until its new version is ready. One whose version has left the memory, or
 * the repository, stays and answers nobody: by itself no label ever moves.
 *
 * @thread the control thread
 * @bound what is published of a model that has gone goes with it
 */
final class VersionLabels {

    /** In place of a version: there is no such label. */
    static final long TAKEN_AWAY = 0;

    private final Announcements announcements;
    private final KeptVersions kept;
    private final Wishes wishes;
    private final Map<String, Map<String, Long>> published = new HashMap<>();

    VersionLabels(Announcements announcements, KeptVersions kept, Wishes wishes) {
        this.announcements = announcements;
        this.kept = kept;
        this.wishes = wishes;
    }

    /** Tells the gateway side what is new. */
    void publish(List<ModelFolder> folders) {
        Set<String> gone = new HashSet<>(published.keySet());
        for (ModelFolder folder : folders) {
            gone.remove(folder.name());
            publish(folder.name(), wanted(folder));
        }
        for (String name : gone) {
            publish(name, Map.of());
        }
    }

    /** Those of that model, as its files and that wish say. */
    static Map<String, Long> said(ModelFolder folder, ModelWish wish) {
        Map<String, Long> all = new HashMap<>(folder.labels());
        all.putAll(wish.labels());
        all.values().removeIf(version -> version == TAKEN_AWAY);
        return all;
    }

    /** Keeps what an operator says. */
    Outcome obey(ModelFolder folder, ModelCommand.Label said) {
        String label = said.label();
        long version = said.version();
        Optional<InferenceError> refusal = refusal(folder, label, version);
        if (refusal.isPresent()) {
            return new Outcome(refusal.get(), "");
        }
        boolean nothingIsLeft = version == TAKEN_AWAY && !folder.labels().containsKey(label);
        wishes.change(folder.name(), wish -> nothingIsLeft ? wish.unlabelled(label) : wish.labelled(label, version));
        return new Outcome(
                null, version == TAKEN_AWAY ? label + " is no label any more" : label + " is version " + version);
    }

    /** Why that label cannot point to that version, or be taken away, if it cannot. */
    private Optional<InferenceError> refusal(ModelFolder folder, String label, long version) {
        if (version != TAKEN_AWAY) {
            return isReady(folder.name(), version)
                    ? Optional.empty()
                    : Optional.of(new InferenceError.InvalidRequest(
                            "version",
                            "a label may point to a version that is ready only, and " + version + " is not"));
        }
        Set<String> known = new TreeSet<>(said(folder, wishes.of(folder.name())).keySet());
        return known.contains(label)
                ? Optional.empty()
                : Optional.of(new InferenceError.UnknownModel("model " + InferenceException.quoted(folder.name())
                        + " has no label " + InferenceException.quoted(label) + "; it has " + known));
    }

    private Map<String, Long> wanted(ModelFolder folder) {
        Map<String, Long> all = said(folder, wishes.of(folder.name()));
        Map<String, Long> before = published.getOrDefault(folder.name(), Map.of());
        all.replaceAll((label, version) -> {
            long last = before.getOrDefault(label, version);
            return isReady(folder.name(), last) && !isReady(folder.name(), version) ? last : version;
        });
        return all;
    }

    private boolean isReady(String name, long version) {
        return kept.serves(new ModelId(name, version));
    }

    private void publish(String name, Map<String, Long> labels) {
        Map<String, Long> before = labels.isEmpty() ? published.remove(name) : published.put(name, labels);
        if (!labels.equals(before == null ? Map.of() : before)) {
            announcements.tell(new ModelNews.Labels(name, labels));
        }
    }
}
