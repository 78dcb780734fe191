package dev.sluice.worker.repository;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Several repositories as one: the models of all of them, as far as nobody is writing them.
 *
 * <p>A name that two of them have is an error of theirs and stays where it was found first: in the repository that had it
 * at the last look, and at the start in the one that is named first. So nothing that serves is disturbed by a folder
 * that somebody puts elsewhere, and when the one goes, the other takes its place.
 *
 * @thread one at a time, and none that must not wait: touches files
 * @errors a repository that cannot be read is as it was, and the others are looked at all the same
 */
public final class ModelRoots {

    private static final Logger LOG = LoggerFactory.getLogger(ModelRoots.class);

    private final List<Root> roots;

    /** By name, the folder that counts. */
    private Map<String, Path> places = Map.of();

    private Set<String> complaints = Set.of();

    /** @param settle how long files must not have changed */
    public ModelRoots(List<Path> directories, Duration settle, InstantSource clock) {
        this.roots = directories.stream()
                .distinct()
                .map(directory -> new Root(new ModelRepository(directory), new SettledFolders(settle, clock)))
                .toList();
    }

    /** Why none of these directories can be looked at, if that is so, for people. */
    public static Optional<String> fault(List<Path> directories) {
        List<String> faults = directories.stream()
                .flatMap(root -> ModelRepository.fault(root).stream())
                .toList();
        return faults.size() < directories.size() ? Optional.empty() : Optional.of(together(faults));
    }

    private static String together(List<String> faults) {
        return faults.isEmpty() ? "no directory is named as the model repository" : String.join("; ", faults);
    }

    /**
     * What is there before anything else was looked at, taken as it is.
     *
     * @throws IOException when none of the directories can be read, with a message for people
     */
    public List<ModelFolder> first() throws IOException {
        roots.forEach(root -> root.look(root.settled::first));
        if (roots.stream().noneMatch(root -> root.fault.isEmpty())) {
            throw new IOException(
                    together(roots.stream().map(root -> root.fault).toList()));
        }
        return together();
    }

    /** What there is now. */
    public List<ModelFolder> look() {
        roots.forEach(root -> root.look(root.settled::after));
        return together();
    }

    /** The models of repositories that could not be read for a while, and can since the last time this was asked. */
    public Set<String> returned() {
        Set<String> names = new HashSet<>();
        for (Root root : roots) {
            if (root.hasReturned) {
                root.hasReturned = false;
                root.whole.forEach(folder -> names.add(folder.name()));
            }
        }
        return names;
    }

    /** What there is now of that model, and of all others what there was. */
    public List<ModelFolder> take(String name) {
        roots.forEach(root -> root.look(folders -> root.settled.take(name, folders)));
        return together();
    }

    private List<ModelFolder> together() {
        Map<String, ModelFolder> counts = new TreeMap<>();
        List<ModelFolder> all =
                roots.stream().flatMap(root -> root.whole.stream()).toList();
        for (ModelFolder folder : all) {
            if (folder.folder().equals(places.get(folder.name()))) {
                counts.put(folder.name(), folder);
            } else {
                counts.putIfAbsent(folder.name(), folder);
            }
        }
        complain(counts, all);
        places = counts.values().stream().collect(Collectors.toMap(ModelFolder::name, ModelFolder::folder));
        return List.copyOf(counts.values());
    }

    private void complain(Map<String, ModelFolder> counts, List<ModelFolder> all) {
        Set<String> now = new HashSet<>();
        for (ModelFolder folder : all) {
            Path other = Objects.requireNonNull(counts.get(folder.name())).folder();
            if (!folder.folder().equals(other)) {
                now.add("model " + folder.name() + " lies in two directories of the repository: " + other
                        + " is served, and " + folder.folder() + " is not looked at until that is gone");
            }
        }
        now.stream().filter(complaint -> !complaints.contains(complaint)).forEach(LOG::error);
        complaints = now;
    }

    /**
     * One of them.
     *
     * @thread as the outer one
     */
    private static final class Root {

        private final ModelRepository repository;
        private final SettledFolders settled;
        private List<ModelFolder> whole = List.of();
        private String fault = "";
        private boolean hasReturned;

        Root(ModelRepository repository, SettledFolders settled) {
            this.repository = repository;
            this.settled = settled;
        }

        /** @param settling takes of what there is what counts */
        void look(UnaryOperator<List<ModelFolder>> settling) {
            try {
                whole = settling.apply(repository.scan());
                hasReturned |= !fault.isEmpty();
                fault = "";
            } catch (IOException | UncheckedIOException unreadable) {
                String said = String.valueOf(unreadable.getMessage());
                if (!said.equals(fault)) {
                    LOG.error("{}; what was known of it stays as it is", said);
                }
                fault = said;
            }
        }
    }
}
