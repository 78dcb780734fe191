package dev.sluice.gateway.front.ws;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The places of one connection's requests: how many may be in flight, and in which order their answers leave.
 *
 * <p>Each message that wants an answer opens a place and closes it with that answer, whether it is let in or not. A place
 * that was let in takes part of the window until its answer leaves. Whoever keeps to the announced window is never kept
 * out; a message beyond it is, and then nothing more should be read until there is room, so that a client that does not
 * count costs one refusal for each answer and no memory.
 *
 * @param <A> what answers are made of
 * @thread confined to the front loop of its connection
 * @bound {@code maxMessages} places let in, {@code maxBytes} of their messages; one message alone may be longer; the
 *     reader adds one place kept out for each that it reads beyond the window
 */
final class Window<A> {

    private final int maxMessages;
    private final long maxBytes;
    private final boolean inOrder;
    private final Consumer<A> out;
    private final Map<String, Place> byId = new HashMap<>();
    private final ArrayDeque<Place> line = new ArrayDeque<>();
    private int messages;
    private long bytes;
    private boolean overrun;

    /**
     * @param inOrder whether answers leave in the order of their requests, rather than as they are ready
     * @param out takes each answer when it is its turn
     */
    Window(int maxMessages, long maxBytes, boolean inOrder, Consumer<A> out) {
        this.maxMessages = maxMessages;
        this.maxBytes = maxBytes;
        this.inOrder = inOrder;
        this.out = out;
    }

    /** What became of a message that wanted a place. */
    enum Entry {
        LET_IN,
        /** More than the window. */
        OVERRUN,
        /** Its id is in flight already, and two answers could not be told apart. */
        TAKEN
    }

    /** Opens the place of a message. */
    Place open(@Nullable String id, int messageBytes) {
        Entry entry = entry(id, messageBytes);
        Place place = new Place(id, messageBytes, entry);
        if (entry == Entry.LET_IN) {
            messages++;
            bytes += messageBytes;
            if (id != null) {
                byId.put(id, place);
            }
        }
        overrun |= entry == Entry.OVERRUN;
        if (inOrder) {
            line.addLast(place);
        }
        return place;
    }

    private Entry entry(@Nullable String id, int messageBytes) {
        if (messages == maxMessages || (messages > 0 && bytes + messageBytes > maxBytes)) {
            return Entry.OVERRUN;
        }
        return id != null && byId.containsKey(id) ? Entry.TAKEN : Entry.LET_IN;
    }

    /** The place in flight of that id. */
    @Nullable
    Place find(String id) {
        return byId.get(id);
    }

    /** Whether a message had to be kept out since the last answer left: then reading on would only keep out more. */
    boolean isOverrun() {
        return overrun;
    }

    /** How many places have been let in and not been answered. */
    int inFlight() {
        return messages;
    }

    private void leave(Place place, A answer) {
        if (place.entry == Entry.LET_IN) {
            messages--;
            bytes -= place.bytes;
            overrun = false;
        }
        out.accept(answer);
    }

    /**
     * A message and the one answer it gets, perhaps behind parts of it.
     *
     * @thread confined to the front loop of its connection
     */
    final class Place {

        private final @Nullable String id;
        private final int bytes;
        private final Entry entry;
        private @Nullable A answer;

        /** Those that wait for the turn of this place. */
        private List<A> parts = List.of();

        private Place(@Nullable String id, int bytes, Entry entry) {
            this.id = id;
            this.bytes = bytes;
            this.entry = entry;
        }

        Entry entry() {
            return entry;
        }

        @Nullable
        String id() {
            return id;
        }

        /** A part of the answer, which leaves now or in its turn, and gives back no place. */
        void add(A part) {
            assert answer == null : "a part behind the answer";
            if (!inOrder || equals(line.peekFirst())) {
                out.accept(part);
            } else {
                parts = parts.isEmpty() ? new ArrayList<>() : parts;
                parts.add(part);
            }
        }

        private void leaveParts() {
            parts.forEach(out);
            parts = List.of();
        }

        /** To be called once; the answer leaves now, or behind those before it. */
        void close(A given) {
            assert answer == null : "answered twice";
            answer = given;
            if (entry == Entry.LET_IN && id != null) {
                byId.remove(id);
            }
            if (!inOrder) {
                leave(this, given);
                return;
            }
            for (Place first = line.peekFirst(); first != null; first = line.peekFirst()) {
                first.leaveParts();
                if (first.answer == null) {
                    return;
                }
                line.removeFirst();
                leave(first, first.answer);
            }
        }
    }
}
