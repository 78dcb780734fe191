package dev.sluice.worker.contract;

import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.LongPredicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * Which of a model's versions are served: the newest few, all, or these.
 *
 * @thread immutable
 * @source Triton Inference Server, version policy
 */
public sealed interface VersionPolicy {

    /** One version, the newest. */
    VersionPolicy NEWEST = new Latest(1);

    /** As a model.yaml has it, and how each item of it is written. */
    Pattern LATEST = Pattern.compile("latest(?: +([1-9][0-9]{0,3}))?");

    Pattern NUMBER = Pattern.compile("[1-9][0-9]{0,17}");

    /**
     * Those of the present versions that are to be served.
     *
     * @param broken whether a version cannot be served; the newest that can takes its place
     */
    Set<Long> of(Collection<Long> present, LongPredicate broken);

    /** Versions that it names, and that are not among these. */
    Set<Long> missingFrom(Collection<Long> present);

    /** The newest of them, and those newer still that turned out to be broken. */
    record Latest(int count) implements VersionPolicy {

        @Override
        public Set<Long> of(Collection<Long> present, LongPredicate broken) {
            Set<Long> wanted = new TreeSet<>();
            int whole = 0;
            for (long version : new TreeSet<>(present).descendingSet()) {
                if (whole < count) {
                    wanted.add(version);
                    whole += broken.test(version) ? 0 : 1;
                }
            }
            return wanted;
        }

        @Override
        public Set<Long> missingFrom(Collection<Long> present) {
            return Set.of();
        }

        @Override
        public String toString() {
            return count == 1 ? "latest" : "latest " + count;
        }
    }

    /** Every one. */
    record All() implements VersionPolicy {

        @Override
        public Set<Long> of(Collection<Long> present, LongPredicate broken) {
            return new TreeSet<>(present);
        }

        @Override
        public Set<Long> missingFrom(Collection<Long> present) {
            return Set.of();
        }

        @Override
        public String toString() {
            return "all";
        }
    }

    /** These, as far as they are there. */
    record Specific(Set<Long> versions) implements VersionPolicy {

        public Specific {
            versions = Set.copyOf(versions);
        }

        @Override
        public Set<Long> of(Collection<Long> present, LongPredicate broken) {
            Set<Long> both = new TreeSet<>(present);
            both.retainAll(versions);
            return both;
        }

        @Override
        public Set<Long> missingFrom(Collection<Long> present) {
            Set<Long> missing = new TreeSet<>(versions);
            missing.removeAll(present);
            return missing;
        }

        @Override
        public String toString() {
            return new TreeSet<>(versions).stream().map(Object::toString).collect(Collectors.joining(", "));
        }
    }

    /** What is wrong with one item of such a list, if anything is. */
    static Optional<String> fault(String item) {
        return item.equals("all")
                        || LATEST.matcher(item).matches()
                        || NUMBER.matcher(item).matches()
                ? Optional.empty()
                : Optional.of("is neither latest, latest N, all nor the number of a version (got " + item + ")");
    }

    /**
     * The policy that a list says: {@code latest}, {@code latest 2}, {@code all} alone, or numbers of versions.
     *
     * @throws IllegalArgumentException when it says nothing that can be done, with a message for people
     */
    static VersionPolicy parse(List<String> items) {
        if (items.isEmpty()) {
            return NEWEST;
        }
        for (String item : items) {
            fault(item).ifPresent(fault -> {
                throw new IllegalArgumentException("versions: " + fault);
            });
        }
        if (items.stream().allMatch(item -> NUMBER.matcher(item).matches())) {
            return new Specific(items.stream().map(Long::valueOf).collect(Collectors.toSet()));
        }
        if (items.size() > 1) {
            throw new IllegalArgumentException("versions: latest and all stand alone (got " + items + ")");
        }
        return parse(items.getFirst());
    }

    private static VersionPolicy parse(String word) {
        Matcher latest = LATEST.matcher(word);
        if (!latest.matches()) {
            return new All();
        }
        return latest.group(1) == null ? NEWEST : new Latest(Integer.parseInt(latest.group(1)));
    }
}
