package dev.sluice.worker.source;

import dev.sluice.worker.contract.ModelSource;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;

/**
 * A file that this machine can read, as one on a volume that others share.
 *
 * @thread as the interface says
 */
final class FileRemote implements Remote.Lone {

    private final ModelSource source;
    private final SourceRules rules;

    FileRemote(ModelSource source, SourceRules rules) {
        this.source = source;
        this.rules = rules;
    }

    @Override
    public Opened open(long from, String validator) throws IOException {
        Path file = rules.checkFile(source);
        BasicFileAttributes of = Files.readAttributes(file, BasicFileAttributes.class);
        String now = of.size() + " " + of.lastModifiedTime() + " " + of.fileKey();
        long start = now.equals(validator) ? from : 0;
        InputStream body = Files.newInputStream(file);
        body.skipNBytes(start);
        return new Opened(body, start, of.size(), now, true);
    }
}
