package dev.sluice.gateway.front.grpc;

import dev.sluice.gateway.front.http.HttpBytes;
import dev.sluice.worker.contract.InferenceException;

/**
 * The five bytes that stand before each message of a stream: whether it is compressed, and its length.
 *
 * @thread stateless
 * @source gRPC over HTTP/2, "Length-Prefixed-Message"
 */
public final class GrpcFraming {

    /** How long it is. */
    public static final int PREFIX_BYTES = 5;

    private static final int COMPRESSED = 1;

    private GrpcFraming() {}

    /** Before a message of that many bytes. */
    public static void writePrefix(byte[] bytes, boolean compressed, int length) {
        bytes[0] = (byte) (compressed ? COMPRESSED : 0);
        bytes[1] = (byte) (length >>> 24);
        bytes[2] = (byte) (length >>> 16);
        bytes[3] = (byte) (length >>> 8);
        bytes[4] = (byte) length;
    }

    /**
     * One that is being read.
     *
     * @thread confined to its stream's loop
     */
    static final class Prefix {

        private long bits;
        private int count;

        /** Takes what it needs of that piece, and says where it stopped. */
        int read(HttpBytes piece) {
            int at = piece.from();
            while (count < PREFIX_BYTES && at < piece.to()) {
                bits = bits << Byte.SIZE | (piece.array()[at++] & 0xFF);
                count++;
            }
            return at;
        }

        boolean isBegun() {
            return count > 0;
        }

        boolean isWhole() {
            return count == PREFIX_BYTES;
        }

        boolean isCompressed() {
            long flag = bits >>> Integer.SIZE;
            if (flag > COMPRESSED) {
                throw InferenceException.invalid(
                        "message",
                        "begins with " + flag + "; a message of gRPC begins with 0, or with 1 if compressed");
            }
            return flag == COMPRESSED;
        }

        long length() {
            return bits & 0xFFFF_FFFFL;
        }

        void clear() {
            bits = 0;
            count = 0;
        }
    }
}
