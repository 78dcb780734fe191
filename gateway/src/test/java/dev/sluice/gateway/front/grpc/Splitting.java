package dev.sluice.gateway.front.grpc;

import com.google.protobuf.CodedInputStream;
import com.google.protobuf.CodedOutputStream;
import com.google.protobuf.WireFormat;
import dev.sluice.gateway.front.grpc.wire.InferTensorContents;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.Random;

/** Writes contents that a generated class has packed into one run as single elements and several runs. */
final class Splitting {

    private static final int LONGEST_RUN = 4;

    private Splitting() {}

    static byte[] split(InferTensorContents contents, Random random) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        CodedOutputStream out = CodedOutputStream.newInstance(bytes);
        CodedInputStream in = contents.toByteString().newCodedInput();
        int tag = in.readTag();
        if (tag == 0) {
            return new byte[0];
        }
        int number = WireFormat.getTagFieldNumber(tag);
        CodedInputStream elements = in.readBytes().newCodedInput();
        while (!elements.isAtEnd()) {
            int run = random.nextInt(LONGEST_RUN);
            if (run == 0) {
                out.writeUInt32NoTag(number << 3 | wireType(number));
                copy(number, elements, out, random);
            } else {
                ByteArrayOutputStream packed = new ByteArrayOutputStream();
                CodedOutputStream packedOut = CodedOutputStream.newInstance(packed);
                for (int i = 0; i < run && !elements.isAtEnd(); i++) {
                    copy(number, elements, packedOut, random);
                }
                packedOut.flush();
                out.writeByteArray(number, packed.toByteArray());
            }
        }
        out.flush();
        return bytes.toByteArray();
    }

    private static int wireType(int number) {
        return switch (number) {
            case 6 -> WireFormat.WIRETYPE_FIXED32;
            case 7 -> WireFormat.WIRETYPE_FIXED64;
            default -> WireFormat.WIRETYPE_VARINT;
        };
    }

    /** One element; a varint sometimes in more bytes than it needs. */
    private static void copy(int number, CodedInputStream from, CodedOutputStream to, Random random)
            throws IOException {
        switch (number) {
            case 6 -> to.writeFixed32NoTag(from.readFixed32());
            case 7 -> to.writeFixed64NoTag(from.readFixed64());
            default -> {
                long value = from.readRawVarint64();
                if (value >= 0 && value < 0x80 && random.nextInt(LONGEST_RUN) == 0) {
                    to.writeRawByte((byte) (value | 0x80));
                    to.writeRawByte((byte) 0);
                } else {
                    to.writeUInt64NoTag(value);
                }
            }
        }
    }
}
