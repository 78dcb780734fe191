package dev.sluice.worker.source;

import java.util.HashSet;
import java.util.Locale;
import java.util.Set;

/**
 * What the files of an archive, or of a bucket, may be called: nothing that leads out of the folder they are put in, or
 * that two of them have.
 *
 * @thread owned by its caller
 */
final class EntryNames {

    private static final int LONGEST = 1000;
    private static final int LONGEST_STEP = 255;
    private static final int DEEPEST = 16;

    private final String from;
    private final Set<String> files = new HashSet<>();
    private final Set<String> folders = new HashSet<>();

    /** @param from what they are in, for people */
    EntryNames(String from) {
        this.from = from;
    }

    /**
     * Where that belongs, with slashes; empty for the folder itself.
     *
     * @throws SourceException where it belongs nowhere
     */
    String taken(String name, boolean folder) throws SourceException {
        if (name.startsWith("/") || name.contains("\\") || name.matches("[A-Za-z]:.*")) {
            throw refused(name, "is no name below the folder of a version");
        }
        StringBuilder path = new StringBuilder();
        int steps = 0;
        for (String step : name.split("/", -1)) {
            if (step.isEmpty() || step.equals(".")) {
                continue;
            }
            if (step.equals("..") || step.chars().anyMatch(character -> character < ' ' || character == 0x7f)) {
                throw refused(name, "is no name below the folder of a version");
            }
            if (step.length() > LONGEST_STEP || ++steps > DEEPEST || name.length() > LONGEST) {
                throw refused(name, "is too long or too deep");
            }
            if (!path.isEmpty()) {
                parent(path.toString(), name);
                path.append('/');
            }
            path.append(step);
        }
        String clean = path.toString();
        if (folder) {
            parent(clean, name);
        } else if (clean.isEmpty() || folders.contains(folded(clean)) || !files.add(folded(clean))) {
            throw refused(name, "is there twice, or is no name of a file");
        }
        return clean;
    }

    private void parent(String path, String name) throws SourceException {
        if (files.contains(folded(path))) {
            throw refused(name, "is below a file");
        }
        folders.add(folded(path));
    }

    /** On some disks these are one. */
    private static String folded(String path) {
        return path.toLowerCase(Locale.ROOT);
    }

    private SourceException refused(String name, String why) {
        String shown = name.length() > 100 ? name.substring(0, 100) + "..." : name;
        return SourceException.never(from + ": the entry \"" + shown.replaceAll("\\p{Cntrl}", "?") + "\" " + why);
    }
}
