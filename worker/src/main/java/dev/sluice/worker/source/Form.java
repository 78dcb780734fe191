package dev.sluice.worker.source;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** What a file is, by its first bytes: its name may be anything, or a query. */
enum Form {
    MODEL,
    ZIP,
    TAR,
    GZIPPED_TAR;

    private static final int HEAD_BYTES = 512;
    private static final int MAGIC_OF_TAR = 257;

    /** @param from for people */
    static Form of(Path file, String from) throws IOException {
        byte[] head;
        try (InputStream content = Files.newInputStream(file)) {
            head = content.readNBytes(HEAD_BYTES);
        }
        String text = new String(head, StandardCharsets.ISO_8859_1);
        if (text.isEmpty()) {
            throw SourceException.never(from + " is empty");
        }
        if (text.stripLeading().startsWith("<")) {
            throw SourceException.never(from + " is a page of HTML or XML, and no model");
        }
        if (text.startsWith("PK")) {
            return ZIP;
        }
        if (text.startsWith("\u001f\u008b")) {
            return GZIPPED_TAR;
        }
        return text.startsWith("ustar", MAGIC_OF_TAR) ? TAR : MODEL;
    }
}
