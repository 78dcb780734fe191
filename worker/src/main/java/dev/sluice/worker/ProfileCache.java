package dev.sluice.worker;

import dev.sluice.worker.batch.LatencyPoint;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps profiles of models from one start to the next, each in a file of its own.
 *
 * <p>A file is the text of its {@link ProfileKey}, how many points follow, and the points, one on each line. What is not
 * exactly that counts as not there. A file is written whole under another name and then renamed, so whoever starts at the
 * same time reads the old one, the new one or none.
 *
 * @thread the one that loads the models; other processes may use the directory at the same time
 * @bound a file of about a kilobyte for each key ever met, which nobody deletes; none above {@value #MOST_BYTES} is read
 * @errors none: what cannot be read is not there, and what cannot be written is not kept; the first of each is logged
 */
final class ProfileCache {

    private static final Logger LOG = LoggerFactory.getLogger(ProfileCache.class);
    private static final int MOST_BYTES = 64 * 1024;

    private final Path directory;
    private boolean saidUnreadable;
    private boolean saidUnwritable;

    ProfileCache(Path directory) {
        this.directory = directory;
    }

    /** What was measured under that key, in the order of measuring; empty when nothing is known. */
    List<LatencyPoint> read(ProfileKey key) {
        Path file = directory.resolve(key.fileName());
        try {
            if (Files.size(file) > MOST_BYTES) {
                throw new IOException("it is larger than " + MOST_BYTES + " bytes");
            }
            return parse(Files.readString(file, StandardCharsets.US_ASCII), key);
        } catch (NoSuchFileException notYet) {
            return List.of();
        } catch (IOException | NumberFormatException unreadable) {
            if (!saidUnreadable) {
                saidUnreadable = true;
                LOG.warn(
                        "the profile {} is of no use, and its model is measured again: {}",
                        file,
                        unreadable.toString());
            }
            return List.of();
        }
    }

    void write(ProfileKey key, List<LatencyPoint> profile) {
        try {
            Files.createDirectories(directory);
            Path draft = Files.createTempFile(directory, "draft", null);
            try {
                Files.writeString(draft, text(key, profile), StandardCharsets.US_ASCII);
                Files.move(draft, directory.resolve(key.fileName()), StandardCopyOption.ATOMIC_MOVE);
            } finally {
                Files.deleteIfExists(draft);
            }
        } catch (IOException unwritable) {
            if (!saidUnwritable) {
                saidUnwritable = true;
                LOG.warn("no profile can be kept, and models are measured at each start: {}", unwritable.toString());
            }
        }
    }

    private static String text(ProfileKey key, List<LatencyPoint> profile) {
        StringBuilder text = new StringBuilder(key.text());
        text.append("points ").append(profile.size()).append('\n');
        for (LatencyPoint point : profile) {
            text.append(point.rows()).append(' ').append(point.nanos()).append('\n');
        }
        return text.toString();
    }

    /** What it would not have written itself, it does not believe. */
    private static List<LatencyPoint> parse(String text, ProfileKey key) throws IOException {
        List<LatencyPoint> points = new ArrayList<>();
        long before = key.text().lines().count() + 1;
        for (String line : text.lines().skip(before).toList()) {
            int space = line.indexOf(' ');
            int rows = Integer.parseInt(line.substring(0, Math.max(0, space)));
            points.add(new LatencyPoint(rows, Long.parseLong(line.substring(space + 1))));
        }
        boolean possible = points.stream().allMatch(point -> point.rows() > 0 && point.nanos() > 0);
        if (!possible || points.isEmpty() || !text.equals(text(key, points))) {
            throw new IOException("it is not a whole profile of this model on this machine");
        }
        return points;
    }
}
