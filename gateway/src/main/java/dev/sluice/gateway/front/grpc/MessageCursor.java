package dev.sluice.gateway.front.grpc;

import com.google.protobuf.CodedInputStream;
import dev.sluice.worker.contract.InferenceException;
import java.io.IOException;

/**
 * Walks a protobuf message that lies in an array, and knows where it is.
 *
 * @thread confined to one front loop
 * @errors InvalidRequest, from {@link #broken}, for what is no such message
 * @source Protocol Buffers, "Encoding"
 */
final class MessageCursor {

    /**
     * Where the bytes of a field lie.
     *
     * @param from index of the first in the message's array
     * @param to index behind the last
     */
    record Span(int from, int to) {

        int length() {
            return to - from;
        }
    }

    private final byte[] array;
    private final int origin;
    private final CodedInputStream in;

    MessageCursor(byte[] array, Span message) {
        this.array = array;
        this.origin = message.from();
        this.in = CodedInputStream.newInstance(array, message.from(), message.length());
    }

    byte[] array() {
        return array;
    }

    /** For a single value. */
    CodedInputStream in() {
        return in;
    }

    /** 0 at the end of the message. */
    int readTag() throws IOException {
        return in.readTag();
    }

    int position() {
        return origin + in.getTotalBytesRead();
    }

    void skip(int tag) throws IOException {
        if (!in.skipField(tag)) {
            throw new IOException("a group ends that has not begun");
        }
    }

    /** The bytes of a field of which the tag has been read; whatever stands in them is skipped. */
    Span readSpan() throws IOException {
        int length = in.readRawVarint32();
        int from = position();
        in.skipRawBytes(length); // refuses a negative length, and one beyond the message
        return new Span(from, from + length);
    }

    String readString() throws IOException {
        return in.readStringRequireUtf8();
    }

    /** What a message that cannot be read is refused with. */
    static InferenceException broken(String field, IOException cause) {
        return InferenceException.invalid(field, "is not well-formed protobuf: " + cause.getMessage());
    }
}
