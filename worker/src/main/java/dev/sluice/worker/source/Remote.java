package dev.sluice.worker.source;

import java.io.IOException;
import java.io.InputStream;
import java.util.List;

/**
 * What is at the other end of a source: one file, or the objects below a prefix.
 *
 * @thread one at a time, which waits
 * @errors SourceException, with messages for people that have no secrets in them
 */
interface Remote {

    /** What is to be got; a single file has no name. */
    List<Part> parts() throws IOException;

    /**
     * One file.
     *
     * @thread as the one around it
     */
    interface Part {

        /** Where it belongs below the version's folder; empty where it is all that there is. */
        String name();

        /**
         * Its bytes from there on, or from the beginning if it is not any more what it was.
         *
         * @param validator what it was said to be then; empty if nothing was
         */
        Opened open(long from, String validator) throws IOException;
    }

    /**
     * A source that is one file.
     *
     * @thread as the one around it
     */
    interface Lone extends Remote, Part {

        @Override
        default List<Part> parts() {
            return List.of(this);
        }

        @Override
        default String name() {
            return "";
        }
    }

    /**
     * Bytes on their way.
     *
     * @param from the first of them
     * @param total of the whole file; -1 if that is not known
     * @param validator by which it can be told from what it may become; empty if there is none that is good enough
     * @param ends whether the end of the stream is the end of the file, and not of a connection that was cut
     */
    record Opened(InputStream body, long from, long total, String validator, boolean ends) implements AutoCloseable {

        @Override
        public void close() throws IOException {
            body.close();
        }
    }
}
