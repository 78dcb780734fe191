package dev.sluice.worker.source;

import dev.sluice.worker.contract.ModelSource;
import dev.sluice.worker.contract.Ticker;
import dev.sluice.worker.digest.FileDigests;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * One try to get what a source has into a folder: download, digest, unpack.
 *
 * @thread the fetch's
 * @errors SourceException; what has come stays in the draft, unless it is known to be of no use
 */
final class Delivery {

    static final String MODEL_FILE = "model.onnx";

    private final ModelSource source;
    private final SourceOptions options;
    private final ModelCache cache;
    private final Transfer transfer;
    private final Ticker ticker;
    private boolean resumed;

    Delivery(ModelSource source, SourceOptions options, ModelCache cache, Transfer transfer, Ticker ticker) {
        this.source = source;
        this.options = options;
        this.cache = cache;
        this.transfer = transfer;
        this.ticker = ticker;
    }

    /**
     * What came, as a version has it.
     *
     * @param digest of the file, or of the list of several
     * @param folder with {@link #MODEL_FILE} in it
     */
    record Delivered(String digest, Path folder) {}

    /**
     * Returns when all of it is there.
     *
     * @param draft where it may be done
     * @param expected the digest that it must have; empty for any
     */
    Delivered run(Remote remote, Path draft, String expected) throws IOException {
        Path unpacked = draft.resolve("unpacked");
        Trees.delete(unpacked); // of a try that was killed
        SortedMap<String, Path> files = download(remote, draft, !expected.isEmpty());
        String digest = digest(files);
        if (!expected.isEmpty() && !expected.equals(digest)) {
            Trees.delete(draft);
            throw mismatch(expected, digest);
        }
        try {
            Files.createDirectories(unpacked);
            arrange(files, unpacked);
            cache.makeRoom(0);
            return new Delivered(digest, root(unpacked));
        } catch (SourceException refused) {
            Trees.delete(refused.again() == SourceException.Again.NEVER ? draft : unpacked);
            throw refused;
        } catch (IOException full) {
            Trees.delete(unpacked);
            throw full;
        }
    }

    /** By name; a single file has none. */
    private SortedMap<String, Path> download(Remote remote, Path draft, boolean digestIsKnown) throws IOException {
        EntryNames names = new EntryNames(source.shown());
        SortedMap<String, Path> files = new TreeMap<>();
        long left = options.maxDownload();
        for (Remote.Part part : remote.parts()) {
            String name = part.name().isEmpty() ? "" : names.taken(part.name(), false);
            Path file = draft.resolve(FileDigests.of(name));
            Download.Terms terms =
                    new Download.Terms(left, options.idleTimeout(), ticker, cache::makeRoom, digestIsKnown);
            resumed |= new Download(file, terms, transfer).run(part, source.shown());
            files.put(name, file);
            left -= Files.size(file);
        }
        return files;
    }

    private String digest(SortedMap<String, Path> files) throws IOException {
        transfer.doing("checking");
        SortedMap<String, String> digests = new TreeMap<>();
        for (Map.Entry<String, Path> file : files.entrySet()) {
            digests.put(file.getKey(), FileDigests.read(file.getValue(), transfer::goOn));
        }
        @Nullable String single = digests.get("");
        return single == null ? ofAll(digests) : single;
    }

    /** Of several files: that of the lines that {@code sha256sum} has for them, sorted by name. */
    private static String ofAll(SortedMap<String, String> byName) {
        StringBuilder lines = new StringBuilder();
        for (Map.Entry<String, String> file : byName.entrySet()) {
            lines.append(file.getValue()).append("  ").append(file.getKey()).append('\n');
        }
        return FileDigests.of(lines.toString());
    }

    private SourceException mismatch(String expected, String digest) {
        String said = source.shown() + " has the sha256 " + digest + " and not " + expected;
        if (resumed) { // perhaps of two halves that do not belong together
            return SourceException.soon(said + "; it is read again from its beginning", null);
        }
        return SourceException.never(
                source.sha256().isEmpty()
                        ? said + ", as when it was first read: a version does not change; if that is meant, give sha256"
                        : said);
    }

    private void arrange(SortedMap<String, Path> files, Path unpacked) throws IOException {
        @Nullable Path single = files.get("");
        if (single != null) {
            Form form = Form.of(single, source.shown());
            if (form == Form.MODEL) {
                Files.move(single, unpacked.resolve(MODEL_FILE));
            } else {
                Growth growth = new Growth(unpacked, cache::makeRoom);
                new Unpacking(unpacked, source.shown(), options, transfer, growth).run(single, form);
            }
            return;
        }
        for (Map.Entry<String, Path> file : files.entrySet()) {
            Path target = unpacked.resolve(file.getKey());
            Files.createDirectories(target.resolveSibling(""));
            Files.move(file.getValue(), target);
        }
    }

    /** The folder with the model in it, or the only one in that, as most archives have it. */
    private Path root(Path unpacked) throws IOException {
        if (Files.isRegularFile(unpacked.resolve(MODEL_FILE))) {
            return unpacked;
        }
        List<Path> inside = Trees.in(unpacked);
        if (inside.size() == 1 && Files.isRegularFile(inside.getFirst().resolve(MODEL_FILE))) {
            return inside.getFirst();
        }
        List<String> names = inside.stream()
                .map(path -> path.getFileName().toString())
                .limit(10)
                .toList();
        throw SourceException.never(source.shown() + " has no " + MODEL_FILE + "; it has " + names);
    }
}
