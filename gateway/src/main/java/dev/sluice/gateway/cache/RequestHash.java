package dev.sluice.gateway.cache;

import dev.sluice.worker.contract.InferenceRequest;
import dev.sluice.worker.contract.Tensor;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/**
 * Hashes what a request asks of a model: its inputs with their names, types, shapes and elements, and the outputs that it wants in
 * their order. Each part says how long it is, so that no two requests make the same bytes.
 *
 * <p>SHA-256, because whoever can make two requests of one hash gives others the answer to one for the other: with a fast hash
 * that is an afternoon's work, and with this one nobody has done it. The JDK computes it with the processor's own instructions.
 *
 * @thread confined to one front loop
 */
public final class RequestHash {

    private static final int LARGEST_HEAD = 1 << 10;

    private final MessageDigest digest;
    private ByteBuffer head = ByteBuffer.allocate(LARGEST_HEAD);

    public RequestHash() {
        try {
            digest = MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException everyJdkHasIt) {
            throw new IllegalStateException(everyJdkHasIt);
        }
    }

    /** @param loading names one loading of the version */
    public CacheKey of(InferenceRequest request, String loading) {
        digest.reset(); // and what one that failed left behind
        head.clear();
        number(request.outputs().size());
        request.outputs().forEach(this::text);
        number(request.inputs().size());
        for (Tensor input : request.inputs()) {
            text(input.name());
            text(input.dataType().name());
            number(input.shape().rank());
            for (long dimension : input.shape().dimensions()) {
                number(dimension);
            }
            number(input.byteCount());
            digest.update(head.flip());
            head.clear();
            digest.update(input.data().duplicate());
        }
        digest.update(head.flip());
        head.clear();
        ByteBuffer hash = ByteBuffer.wrap(digest.digest());
        return new CacheKey(request.model(), loading, hash.getLong(), hash.getLong(), hash.getLong(), hash.getLong());
    }

    private void number(long value) {
        room(Long.BYTES);
        head.putLong(value);
    }

    private void text(String text) {
        byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
        number(utf8.length);
        room(utf8.length);
        head.put(utf8);
    }

    private void room(int bytes) {
        if (head.remaining() < bytes) {
            digest.update(head.flip());
            head = head.capacity() < bytes ? ByteBuffer.allocate(bytes) : head.clear();
        }
    }
}
