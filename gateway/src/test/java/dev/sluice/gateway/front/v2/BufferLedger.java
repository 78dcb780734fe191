package dev.sluice.gateway.front.v2;

import dev.sluice.gateway.front.TensorBuffers;
import java.nio.ByteBuffer;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.Set;

/** Tensor memory that knows each of its buffers, and so how many a decoder has kept, lost, or given back twice. */
public final class BufferLedger {

    private static final int SMALLEST = 256;
    private static final int LARGEST = 1 << 15;

    /** More than any request of the tests has inputs. */
    private static final int OF_EACH_SIZE = 16;

    public final TensorBuffers buffers = new TensorBuffers();
    private final Set<ByteBuffer> all = takeAll();

    public BufferLedger() {
        all.forEach(buffers::giveBack);
    }

    private Set<ByteBuffer> takeAll() {
        Set<ByteBuffer> taken = Collections.newSetFromMap(new IdentityHashMap<>());
        for (int bytes = SMALLEST; bytes <= LARGEST; bytes *= 2) {
            for (int i = 0; i < OF_EACH_SIZE; i++) {
                taken.add(buffers.take(bytes));
            }
        }
        return taken;
    }

    /** How many do not lie there. One that lies there twice stands in the way of another, which is missing then. */
    public int missing() {
        Set<ByteBuffer> found = takeAll();
        found.retainAll(all);
        found.forEach(buffers::giveBack);
        return all.size() - found.size();
    }
}
