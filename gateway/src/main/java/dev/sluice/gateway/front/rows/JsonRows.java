package dev.sluice.gateway.front.rows;

import dev.sluice.gateway.front.v2.BadJson;
import dev.sluice.gateway.front.v2.GrowingTensor;
import dev.sluice.gateway.front.v2.JsonCursor;
import dev.sluice.worker.contract.InferenceException;
import dev.sluice.worker.contract.Shape;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.IntConsumer;

/**
 * Reads the rows of a table that are JSON: objects of cells by name, or lists of cells.
 *
 * <p>Cells that stand in the model's order are read where they are found. In a row of another order they are found
 * first, and read then.
 *
 * @thread confined to one front loop; one for each table
 * @bound for a row nothing is allocated, if its names come as those of the row before
 * @errors InvalidRequest whose field is the place of the row, and which names the column; without a field for what is
 *     no table; {@link BadJson} for what is no JSON
 */
final class JsonRows {

    private static final int ABSENT = -1;
    private static final int READ = -2;

    private final JsonCursor cursor;
    private final Columns columns;
    private final RowTensors tensors;
    private final String where;

    /** Of each column, in the model's order, where the cell of the row stands. */
    private int[] starts = {};

    private int rows;

    /** @param where the rows stand, for errors */
    JsonRows(JsonCursor cursor, Columns columns, RowTensors tensors, String where) {
        this.cursor = cursor;
        this.columns = columns;
        this.tensors = tensors;
        this.where = where;
    }

    int rows() {
        return rows;
    }

    /** Reads a list of objects, whose names are those of the columns. */
    void readRecords() {
        requireList(where);
        cursor.read('[');
        if (cursor.tryRead(']')) {
            return;
        }
        defineByRecord();
        starts = new int[columns.count()];
        do {
            readRecord();
            rows++;
        } while (cursor.readCommaOr(']'));
    }

    private void requireList(String what) {
        if (cursor.peek() != '[') {
            int start = cursor.position();
            cursor.skipValue();
            throw malformed("must be a list and is " + cursor.excerptFrom(start), what);
        }
    }

    /** The first record tells which columns there are. */
    private void defineByRecord() {
        cursor.peek();
        int start = cursor.position();
        ColumnNames names = new ColumnNames(columns, place());
        requireObject();
        cursor.read('{');
        if (!cursor.tryRead('}')) {
            do {
                names.add(cursor.readName());
                cursor.skipValue();
            } while (cursor.readCommaOr('}'));
        }
        columns.places(names);
        if (columns.count() == Columns.OPEN) {
            throw InferenceException.invalid(place(), "has no columns");
        }
        cursor.goTo(start);
    }

    private void requireObject() {
        if (cursor.peek() != '{') {
            int start = cursor.position();
            cursor.skipValue();
            throw malformed("must be an object and is " + cursor.excerptFrom(start), place());
        }
    }

    private void readRecord() {
        Arrays.fill(starts, ABSENT);
        requireObject();
        cursor.read('{');
        int next = 0;
        boolean more = !cursor.tryRead('}');
        while (more) {
            int place = readName(next);
            if (starts[place] != ABSENT) {
                throw InferenceException.invalid(place(), "column '" + columns.name(place) + "' is given twice");
            }
            if (place == next || !columns.areTogether()) {
                readCell(place);
                next = place + 1;
            } else {
                cursor.peek();
                starts[place] = cursor.position();
                cursor.skipValue();
            }
            more = cursor.readCommaOr('}');
        }
        readRest();
    }

    /** Reads the name of a column. */
    private int readName(int expected) {
        if (expected < starts.length
                && columns.quotable(expected).length > 0
                && cursor.tryReadName(columns.quotable(expected))) {
            return expected;
        }
        String name = cursor.readName();
        int place = columns.placeOf(name);
        if (place < 0) {
            refuse(name);
        }
        return place;
    }

    /** The rest of the record is looked at for what it has, and has not. */
    private void refuse(String unknown) {
        ColumnNames given = new ColumnNames(columns, place());
        present().forEach(given::add);
        given.add(unknown);
        cursor.skipValue();
        while (cursor.readCommaOr('}')) {
            given.add(cursor.readName());
            cursor.skipValue();
        }
        columns.requireAll(given.all(), place());
    }

    /** What was found and not read, in the model's order; nothing may be missing. */
    private void readRest() {
        int behind = cursor.position();
        boolean sought = false;
        for (int place = 0; place < starts.length; place++) {
            if (starts[place] == ABSENT && (columns.isNeeded(place) || tensors.rows(place) > 0)) {
                columns.requireAll(present(), place());
                throw InferenceException.invalid(place(), "column '" + columns.name(place) + "' is missing");
            }
            if (starts[place] >= 0) {
                cursor.goTo(starts[place]);
                readCell(place);
                sought = true;
            }
        }
        if (sought) {
            cursor.goTo(behind);
        }
    }

    private List<String> present() {
        List<String> names = new ArrayList<>();
        for (int place = 0; place < starts.length; place++) {
            if (starts[place] != ABSENT) {
                names.add(columns.name(place));
            }
        }
        return names;
    }

    private void readCell(int place) {
        if (!columns.areTogether() && tensors.rows(place) != rows) {
            throw InferenceException.invalid(
                    place(), "column '" + columns.name(place) + "' is missing in the rows before");
        }
        try {
            tensors.readCell(place);
        } catch (BadJson misfit) {
            throw misfit(place, misfit.reason());
        } catch (InferenceException misfit) {
            throw misfit(place, String.valueOf(misfit.getMessage()));
        }
        starts[place] = READ;
    }

    private InferenceException misfit(int place, String reason) {
        return InferenceException.invalid(
                place(), "Incompatible input types for column " + columns.name(place) + ": " + reason);
    }

    private String place() {
        return where + "[" + rows + "]";
    }

    /**
     * Reads a list of lists, whose cells are in that order.
     *
     * @param places of the columns, for each cell of a row
     */
    void readLists(int[] places) {
        if (columns.areTogether() && Columns.areInOrder(places)) {
            readLists(places.length, this::readWhole);
        } else {
            starts = new int[Math.max(places.length, columns.count())];
            readLists(places.length, width -> readByPlaces(places));
        }
    }

    private void readLists(int width, IntConsumer row) {
        requireList(where);
        cursor.read('[');
        if (cursor.tryRead(']')) {
            return;
        }
        do {
            if (cursor.peek() != '[') {
                requireList(place());
            }
            row.accept(width);
            rows++;
        } while (cursor.readCommaOr(']'));
    }

    /** The same where nothing is said of columns: they are the model's. Returns how many there are. */
    int readListsInOrder() {
        int count = columns.count();
        if (count == Columns.OPEN) {
            count = countOfFirst();
            columns.requireCount(count, where + "[0]");
        }
        if (columns.areTogether()) {
            readLists(count, this::readWhole);
        } else {
            int[] places = new int[count];
            Arrays.setAll(places, place -> place);
            readLists(places);
        }
        return count;
    }

    private int countOfFirst() {
        requireList(where);
        int start = cursor.position();
        cursor.read('[');
        int count = cursor.peek() == ']' ? 0 : countCells();
        cursor.goTo(start);
        return count;
    }

    private int countCells() {
        requireList(place());
        return cursor.skipList();
    }

    /** The cells as they come, at the speed of a tensor's. */
    private void readWhole(int width) {
        GrowingTensor tensor = tensors.whole();
        int start = cursor.position();
        int before = tensor.elements();
        try {
            tensor.readFlat();
        } catch (BadJson misfit) {
            int at = tensor.elements() - before;
            requireWidth(start, width);
            throw misfit(Math.min(at, width - 1), misfit.reason());
        }
        if (rows == 0 && !tensor.form().equals(new Shape(width))) {
            requireWidth(start, width);
        }
    }

    private void requireWidth(int start, int width) {
        cursor.goTo(start);
        int found = countCells();
        if (found != width) {
            throw malformed(width + " columns passed, passed data had " + found + " columns", place());
        }
    }

    /** It is no table at all, whatever the model takes. */
    private static InferenceException malformed(String reason, String where) {
        return InferenceException.invalid("", reason + " (at " + where + ")");
    }

    private void readByPlaces(int[] places) {
        Arrays.fill(starts, ABSENT);
        int start = cursor.position();
        cursor.read('[');
        int found = 0;
        boolean more = !cursor.tryRead(']');
        while (more) {
            if (found == places.length) {
                requireWidth(start, places.length);
            }
            int place = places[found];
            if (columns.areTogether()) {
                cursor.peek();
                starts[place] = cursor.position();
                cursor.skipValue();
            } else {
                readCell(place);
            }
            found++;
            more = cursor.readCommaOr(']');
        }
        if (found < places.length) {
            requireWidth(start, places.length);
        }
        readRest();
    }
}
