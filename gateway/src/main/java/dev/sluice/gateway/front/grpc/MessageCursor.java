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
public final class MessageCursor {

    /**
     * Where the bytes of a field lie.
     *
     * @param from index of the first in the message's array
     * @param to index behind the last
     */
    public record Span(int from, int to) {

        /** How many they are. */
        public int length() {
            return to - from;
        }
    }

    /** What is wrong with a message that cannot be read. */
    public static final String BROKEN =
            "not well-formed protobuf: it is cut short, has text that is not UTF-8, or is no message of this kind";

    private final byte[] array;
    private final int origin;
    private final CodedInputStream in;

    /** At the beginning of that message. */
    public MessageCursor(byte[] array, Span message) {
        this.array = array;
        this.origin = message.from();
        this.in = CodedInputStream.newInstance(array, message.from(), message.length());
    }

    /** Where the message lies, among other bytes. */
    public byte[] array() {
        return array;
    }

    /** For a single value. */
    public CodedInputStream in() {
        return in;
    }

    /** 0 at the end of the message. */
    public int readTag() throws IOException {
        return in.readTag();
    }

    /** Index, in the array, of what is read next. */
    public int position() {
        return origin + in.getTotalBytesRead();
    }

    /** Skips the field of that tag. */
    public void skip(int tag) throws IOException {
        if (!in.skipField(tag)) {
            throw new IOException("a group ends that has not begun");
        }
    }

    /** The bytes of a field of which the tag has been read; whatever stands in them is skipped. */
    public Span readSpan() throws IOException {
        int length = in.readRawVarint32();
        int from = position();
        in.skipRawBytes(length); // refuses a negative length, and one beyond the message
        return new Span(from, from + length);
    }

    /** A field of text of which the tag has been read. */
    public String readString() throws IOException {
        return in.readStringRequireUtf8();
    }

    /** What a message that cannot be read is refused with; what its reader says of it is of no use to clients. */
    public static InferenceException broken(String field) {
        return InferenceException.invalid(field, "is " + BROKEN);
    }
}
