package dev.sluice.worker.tokenizer;

import dev.sluice.worker.contract.Tokenization;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * The tokenizers of this process, one for each description that somebody holds: a version that is in memory, or whoever
 * makes tokens. The last one to let go frees it.
 *
 * @thread any; the map under its own lock, in which nothing is made or freed; each is made once, whoever else waits for
 *     it, for a crowd of first requests would make one each
 * @bound the descriptions that are held
 */
public final class Tokenizers {

    private static final Map<Tokenization, Shared> HELD = new HashMap<>();
    private static final Lock LOCK = new ReentrantLock();

    private Tokenizers() {}

    /**
     * Somebody's use of one.
     *
     * @thread any; closed once, later times do nothing
     */
    public static final class Hold implements AutoCloseable {

        private final Shared shared;
        private final Tokenizer tokenizer;
        private final AtomicBoolean closed = new AtomicBoolean();

        private Hold(Shared shared, Tokenizer tokenizer) {
            this.shared = shared;
            this.tokenizer = tokenizer;
        }

        /** Not to be used any more once this is closed. */
        public Tokenizer tokenizer() {
            if (closed.get()) {
                throw new IllegalStateException("the tokenizer is not held any more");
            }
            return tokenizer;
        }

        @Override
        public void close() {
            if (!closed.getAndSet(true)) {
                letGo(shared);
            }
        }
    }

    /**
     * Holds that one.
     *
     * @throws IllegalArgumentException where its file is no tokenizer
     */
    public static Hold hold(Tokenization how) {
        return hold(how, null);
    }

    /** @param read has been made of its file already, and is nobody else's; closed if it is not needed */
    static Hold hold(Tokenization how, @Nullable Tokenizer read) {
        Shared shared = taken(how);
        try {
            return new Hold(shared, shared.tokenizer(read));
        } catch (Throwable broken) {
            letGo(shared);
            throw broken;
        }
    }

    private static Shared taken(Tokenization how) {
        LOCK.lock();
        try {
            Shared shared = HELD.computeIfAbsent(how, Shared::new);
            shared.holders++;
            return shared;
        } finally {
            LOCK.unlock();
        }
    }

    private static void letGo(Shared shared) {
        boolean last;
        LOCK.lock();
        try {
            shared.holders--;
            last = shared.holders == 0;
            if (last) {
                HELD.remove(shared.how);
            }
        } finally {
            LOCK.unlock();
        }
        if (last) {
            shared.free();
        }
    }

    /** How many there are. */
    public static int count() {
        LOCK.lock();
        try {
            return HELD.size();
        } finally {
            LOCK.unlock();
        }
    }

    /**
     * One, with how many hold it.
     *
     * @thread the count under the lock of all; made under its own; freed by the last holder, alone
     */
    private static final class Shared {

        private final Tokenization how;
        private final Lock making = new ReentrantLock();
        private int holders;
        private @Nullable Tokenizer made;

        Shared(Tokenization how) {
            this.how = how;
        }

        Tokenizer tokenizer(@Nullable Tokenizer read) {
            making.lock();
            try {
                if (made == null) {
                    made = (read == null ? new Tokenizer(how.file().json()) : read).as(how);
                } else if (read != null) {
                    read.close();
                }
                return made;
            } finally {
                making.unlock();
            }
        }

        void free() {
            making.lock(); // only to see what its maker has written
            try {
                if (made != null) {
                    made.close();
                }
            } finally {
                making.unlock();
            }
        }
    }
}
