package dev.sluice.gateway.front.v2;

import dev.sluice.gateway.front.TensorBuffers;
import dev.sluice.worker.contract.DataType;
import dev.sluice.worker.contract.Shape;
import dev.sluice.worker.contract.Tensor;
import dev.sluice.worker.contract.TensorSpec;
import java.nio.ByteBuffer;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Reads values whose form nobody has announced, numbers or nested lists of them, one behind the other straight into the
 * memory of one tensor. The first one shows the form, and all others must have it.
 *
 * <p>Memory is taken for one value of the form that the model declares, and doubled when that is not enough.
 *
 * @thread confined to one front loop
 * @shape each value has {@link #form}; the tensor has it too, or it with the number of values before it
 * @bound {@value SignatureCheck#MAX_RANK} levels; memory for no more elements than the rest of the body could hold, and for
 *     those that are repeated
 * @errors {@link BadJson} for a value of another form or type; who wants to say more of it looks at it again
 * @owns the memory until a tensor is made of it, or {@link #giveBack}
 */
public final class GrowingTensor {

    private static final int UNKNOWN = -1;

    /** Even {@code 0,} takes two bytes, so no body of n bytes holds more than n / 2 + 1 elements. */
    private static final int SMALLEST_ELEMENT_BYTES = 2;

    private static final int EXPECTED_STRING_BYTES = 16;

    private final JsonCursor cursor;
    private final TensorBuffers buffers;
    private final TensorSpec spec;
    private final ElementReader elements;
    private final int[] sizes = new int[SignatureCheck.MAX_RANK];
    private @Nullable TextElements texts;
    private int rank = UNKNOWN;
    private final int[] at = new int[SignatureCheck.MAX_RANK];
    private int level;
    private int cellsFrom = UNKNOWN;
    private int values;
    private int keptFrom = UNKNOWN;
    private int keptBytes;

    public GrowingTensor(JsonCursor cursor, TensorBuffers buffers, TensorSpec spec) {
        this.cursor = cursor;
        this.buffers = buffers;
        this.spec = spec;
        this.elements = new ElementReader(cursor, spec.dataType(), this::larger);
        Arrays.fill(sizes, UNKNOWN);
    }

    /** How many values were read. */
    public int values() {
        return values;
    }

    /** How many elements were read; where one could not be, its index. */
    public int elements() {
        return elements.count();
    }

    /** Where in a value the one stands that could not be read, as in {@code [1][3]}; empty for a value without lists. */
    String place() {
        StringBuilder place = new StringBuilder();
        for (int i = 0; i < level; i++) {
            place.append('[').append(at[i]).append(']');
        }
        return cellsFrom == UNKNOWN
                ? place.toString()
                : place.append('[')
                        .append(elements.count() - cellsFrom)
                        .append(']')
                        .toString();
    }

    /** The form of a value, known when the first one has been read. */
    public Shape form() {
        return new Shape(
                Arrays.stream(sizes, 0, Math.max(0, rank)).asLongStream().toArray());
    }

    /** Reads the value that stands here; when it throws, the position is anywhere. */
    public void read() {
        readLevel(0);
        values++;
    }

    /** Reads one element that stands between those places as plain text, without what JSON would have around it. */
    public void readText(int from, int to) {
        rank = 0;
        TextElements reader = texts;
        if (reader == null) {
            reader = new TextElements(cursor, spec.dataType(), elements);
            texts = reader;
        }
        reader.read(from, to);
        values++;
    }

    /** Reads a flat list; an element alone is a list of one. */
    public void readFlat() {
        rank = 1;
        if (cursor.peek() == '[') {
            readLevel(0);
        } else {
            requireForm(sizes[0] == UNKNOWN || sizes[0] == 1);
            elements.readNext();
            sizes[0] = 1;
        }
        values++;
    }

    /**
     * Reads a flat list, and keeps in mind where it lies: for {@link #repeatKept}.
     *
     * @param times how often at the most that will be asked for
     * @param mostBytes that are made room for, whatever that comes to
     */
    public void readKept(int times, int mostBytes) {
        int from = elements.memory().position();
        readFlat();
        keptFrom = from;
        keptBytes = elements.memory().position() - from;
        elements.makeRoom((int) Math.min(mostBytes, (long) times * keptBytes));
    }

    /** Whether there is a value that can be repeated. */
    public boolean hasKept() {
        return keptFrom != UNKNOWN;
    }

    public int keptBytes() {
        return keptBytes;
    }

    /** Adds the value that was kept once more. */
    public void repeatKept() {
        elements.repeat(keptFrom, keptBytes);
        values++;
    }

    private void readLevel(int level) {
        this.level = level;
        if (cursor.peek() != '[') {
            if (rank == UNKNOWN) {
                rank = level;
            }
            requireForm(level == rank);
            elements.readNext();
            return;
        }
        requireForm(level < (rank == UNKNOWN ? SignatureCheck.MAX_RANK : rank));
        int most = sizes[level] == UNKNOWN ? Integer.MAX_VALUE : sizes[level];
        int found = isInnermost(level) ? readCells(most) : readLists(level, most);
        requireForm(sizes[level] == UNKNOWN || found == sizes[level]);
        sizes[level] = found;
    }

    /** The first list that has no list at its front shows how deep all are. */
    private boolean isInnermost(int level) {
        if (rank == UNKNOWN) {
            int start = cursor.position++;
            if (cursor.peek() != '[') {
                rank = level + 1;
            }
            cursor.position = start;
        }
        return level + 1 == rank;
    }

    private int readCells(int most) {
        cellsFrom = elements.count();
        int found = elements.readArray(most);
        cellsFrom = UNKNOWN;
        return found;
    }

    private int readLists(int level, int most) {
        cursor.read('[');
        if (cursor.tryRead(']')) {
            return 0;
        }
        int found = 0;
        do {
            requireForm(found < most);
            at[level] = found++;
            readLevel(level + 1);
            this.level = level;
        } while (cursor.readCommaOr(']'));
        return found;
    }

    private static void requireForm(boolean same) {
        if (!same) {
            throw new BadJson("not of the form of the values before it");
        }
    }

    private ByteBuffer larger(ByteBuffer full, int moreBytes) {
        long used = full.position();
        long expected = used == 0 ? expectedBytes() : 2 * used;
        long possible = hasKept() ? expected : used + possibleBytes(); // what repeats is not in the rest of the body
        long bytes = Math.max(used + moreBytes, Math.min(expected, possible));
        if (bytes > Integer.MAX_VALUE) {
            throw new BadJson("larger than 2 GiB");
        }
        ByteBuffer more = buffers.take((int) bytes);
        more.clear().put(full.flip());
        if (used > 0) {
            buffers.giveBack(full);
        }
        return more;
    }

    /** One value, or one row, as the model declares it. */
    private long expectedBytes() {
        long count = 1;
        for (long dimension : spec.shape().dimensions()) {
            count = Math.min(Integer.MAX_VALUE, count * Math.max(1, dimension));
        }
        return count
                * (spec.dataType().isVariableSize()
                        ? EXPECTED_STRING_BYTES
                        : spec.dataType().elementBytes());
    }

    /** What the rest of the body could need at the most. */
    private long possibleBytes() {
        int each = Math.max(spec.dataType().elementBytes(), DataType.LENGTH_PREFIX_BYTES);
        return ((cursor.end - cursor.position) / SMALLEST_ELEMENT_BYTES + 1L) * each;
    }

    /** All values as rows. */
    public Tensor rows() {
        Shape form = form();
        long[] dimensions = new long[form.rank() + 1];
        dimensions[0] = values;
        System.arraycopy(form.dimensions(), 0, dimensions, 1, form.rank());
        return tensor(new Shape(dimensions));
    }

    /** The one value. */
    public Tensor value() {
        return tensor(form());
    }

    /** All elements in that shape, which has as many. */
    public Tensor tensor(Shape shape) {
        return new Tensor(spec.name(), spec.dataType(), shape, elements.written());
    }

    public TensorSpec spec() {
        return spec;
    }

    public void giveBack() {
        buffers.giveBack(elements.memory());
    }
}
