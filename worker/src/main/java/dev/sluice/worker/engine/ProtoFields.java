package dev.sluice.worker.engine;

import com.google.protobuf.CodedInputStream;
import java.io.IOException;

/**
 * Walks the fields of a protobuf message, so that a few fields of a model can be read without generated classes.
 *
 * @thread any; holds nothing
 * @source Protocol Buffers, "Encoding"
 */
final class ProtoFields {

    /** Reads one field, or leaves it. */
    @FunctionalInterface
    interface Visitor {

        /** Reads the value that stands next, or returns false without reading, to have it skipped. */
        boolean visit(int tag) throws IOException;
    }

    private ProtoFields() {}

    /** Visits every field up to the end of the input, or of the message that is being read. */
    static void forEach(CodedInputStream in, Visitor visitor) throws IOException {
        while (!in.isAtEnd()) {
            int tag = in.readTag();
            if (!visitor.visit(tag)) {
                in.skipField(tag);
            }
        }
    }

    /**
     * Visits the fields of the message that stands next.
     *
     * @return the size of that message in bytes
     */
    static int forEachInMessage(CodedInputStream in, Visitor visitor) throws IOException {
        int bytes = in.readRawVarint32();
        int outer = in.pushLimit(bytes);
        forEach(in, visitor);
        in.popLimit(outer);
        return bytes;
    }
}
