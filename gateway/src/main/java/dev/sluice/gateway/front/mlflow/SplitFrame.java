package dev.sluice.gateway.front.mlflow;

import dev.sluice.gateway.front.rows.ColumnNames;
import dev.sluice.gateway.front.rows.RowTable;
import dev.sluice.gateway.front.v2.JsonCursor;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Reads {@code {"columns": [...], "index": [...], "data": [[...]]}}. Cells that come before the names of their columns
 * are read when those are known.
 *
 * @thread confined to one front loop; one use
 * @source pandas, {@code DataFrame.to_dict(orient="split")}
 */
final class SplitFrame {

    private static final int NOT_SEEN = -1;
    private static final Set<String> KEYS = Set.of("columns", "data", "index");

    private final JsonCursor cursor;
    private final RowTable table;
    private final Set<String> keys = new TreeSet<>();
    private @Nullable ColumnNames names;
    private int dataAt = NOT_SEEN;
    private boolean read;

    SplitFrame(JsonCursor cursor, RowTable table) {
        this.cursor = cursor;
        this.table = table;
    }

    void read() {
        cursor.read('{');
        boolean more = !cursor.tryRead('}');
        while (more) {
            readMember(cursor.readName());
            more = cursor.readCommaOr('}');
        }
        if (!keys.contains("data")) {
            throw unexpectedKeys();
        }
        if (!read) {
            int behind = cursor.position();
            cursor.goTo(dataAt);
            readData();
            cursor.goTo(behind);
        }
    }

    private FrameException unexpectedKeys() {
        return new FrameException("Invalid input. Dataframe split format must have 'data' field and optionally"
                + " 'columns' and 'index' fields. Got " + FrameDecoder.list(List.copyOf(keys)) + ".");
    }

    private void readMember(String key) {
        if (!keys.add(key)) {
            throw new FrameException("Invalid input. '" + key + "' is given twice in dataframe_split.");
        }
        if (!KEYS.contains(key)) {
            throw unexpectedKeys();
        }
        switch (key) {
            case "columns" -> readNames();
            case "data" -> {
                if (keys.contains("columns")) {
                    readData();
                } else {
                    cursor.peek();
                    dataAt = cursor.position();
                    cursor.skipValue();
                }
            }
            default -> cursor.skipValue();
        }
    }

    /** They may be numbers; null says that there are none. */
    private void readNames() {
        if (cursor.peek() != '[') {
            cursor.skipValue();
            return;
        }
        ColumnNames found = table.names(FrameDecoder.SPLIT + ".columns");
        cursor.read('[');
        if (cursor.tryRead(']')) {
            return;
        }
        boolean more = true;
        while (more) {
            if (cursor.peek() == '"') {
                found.add(cursor.readString());
            } else {
                int start = cursor.position();
                cursor.skipValue();
                found.add(cursor.excerptFrom(start));
            }
            more = cursor.readCommaOr(']');
        }
        names = found;
    }

    private void readData() {
        read = true;
        ColumnNames given = names;
        String where = FrameDecoder.SPLIT + ".data";
        if (given == null) {
            table.readLists(where);
        } else {
            table.readLists(where, given);
        }
    }
}
