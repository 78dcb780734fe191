package dev.sluice.worker.source;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.util.zip.GZIPOutputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.apache.commons.compress.archivers.zip.ZipArchiveEntry;
import org.apache.commons.compress.archivers.zip.ZipArchiveOutputStream;

/** Makes archives, good ones and such as nobody should open. */
final class Archives {

    private Archives() {}

    /** Fills a tar. */
    interface Filling<T> {
        void fill(T archive) throws IOException;
    }

    static byte[] tar(Filling<TarArchiveOutputStream> filling) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (TarArchiveOutputStream tar = new TarArchiveOutputStream(bytes)) {
            tar.setLongFileMode(TarArchiveOutputStream.LONGFILE_POSIX);
            filling.fill(tar);
        }
        return bytes.toByteArray();
    }

    static byte[] gzip(byte[] content) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (OutputStream gzip = new GZIPOutputStream(bytes)) {
            gzip.write(content);
        }
        return bytes.toByteArray();
    }

    static void file(TarArchiveOutputStream tar, String name, byte[] content) throws IOException {
        TarArchiveEntry entry = new TarArchiveEntry(name, true);
        entry.setSize(content.length);
        tar.putArchiveEntry(entry);
        tar.write(content);
        tar.closeArchiveEntry();
    }

    /** @param kind a constant of {@code TarConstants}, such as a symbolic link */
    static void odd(TarArchiveOutputStream tar, String name, byte kind, String target) throws IOException {
        TarArchiveEntry entry = new TarArchiveEntry(name, kind, true);
        entry.setLinkName(target);
        tar.putArchiveEntry(entry);
        tar.closeArchiveEntry();
    }

    /** Content that is no file's. */
    static void of(TarArchiveOutputStream tar, String name, byte kind, byte[] content) throws IOException {
        TarArchiveEntry entry = new TarArchiveEntry(name, kind, true);
        entry.setSize(content.length);
        tar.putArchiveEntry(entry);
        tar.write(content);
        tar.closeArchiveEntry();
    }

    static byte[] zip(Filling<ZipArchiveOutputStream> filling) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ZipArchiveOutputStream zip = new ZipArchiveOutputStream(bytes)) {
            filling.fill(zip);
        }
        return bytes.toByteArray();
    }

    static void file(ZipArchiveOutputStream zip, String name, byte[] content) throws IOException {
        file(zip, name, content, 0);
    }

    /** @param unixMode with the type of the file; 0 for none */
    static void file(ZipArchiveOutputStream zip, String name, byte[] content, int unixMode) throws IOException {
        ZipArchiveEntry entry = new ZipArchiveEntry(name);
        if (unixMode != 0) {
            entry.setUnixMode(unixMode);
        }
        zip.putArchiveEntry(entry);
        zip.write(content);
        zip.closeArchiveEntry();
    }
}
