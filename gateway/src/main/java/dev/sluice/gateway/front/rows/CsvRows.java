package dev.sluice.gateway.front.rows;

import dev.sluice.gateway.front.v2.BadJson;
import dev.sluice.worker.contract.InferenceException;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * Reads the rows of a table that is CSV.
 *
 * @thread confined to one front loop; one for each table
 * @bound for a row nothing is allocated, but a word for each truth and for each value that is missing
 * @errors InvalidRequest whose field is the line, and which names the column; without a field for what is no table
 */
final class CsvRows {

    private static final int NOT_YET = -1;

    private final byte[] bytes;
    private final CsvCursor cursor;
    private final Columns columns;
    private final RowTensors tensors;

    /** Of each cell of a row, which column it is; none where they come in the model's order, however many. */
    private int[] places = {};

    /** Of each column, in the model's order, where the cell of the row begins and ends; none if it is read at once. */
    private int[] from = {};

    private int[] to = {};
    private int width = NOT_YET;
    private int rows;

    CsvRows(byte[] bytes, CsvCursor cursor, Columns columns, RowTensors tensors) {
        this.bytes = bytes;
        this.cursor = cursor;
        this.columns = columns;
        this.tensors = tensors;
    }

    int rows() {
        return rows;
    }

    /** How many cells each row has. */
    int width() {
        return width;
    }

    /** @param header whether the first line says what the columns are called */
    void read(boolean header) {
        if (header) {
            readHeader();
        } else if (columns.count() != Columns.OPEN) {
            width = columns.count();
        }
        while (cursor.nextRecord()) {
            int line = cursor.line();
            if (width == NOT_YET) {
                readFirst(line);
            } else {
                readRecord(line);
            }
            rows++;
        }
    }

    private void readHeader() {
        if (!cursor.nextRecord()) {
            throw InferenceException.invalid("", "No columns to parse from file");
        }
        ColumnNames names = new ColumnNames(columns, "line " + cursor.line());
        while (cursor.nextCell()) {
            names.add(new String(bytes, cursor.from(), cursor.to() - cursor.from(), StandardCharsets.UTF_8));
        }
        take(columns.places(names));
    }

    private void take(int[] given) {
        width = given.length;
        if (!Columns.areInOrder(given)) {
            places = given;
            if (columns.areTogether()) {
                from = new int[width];
                to = new int[width];
            }
        }
    }

    /** Without names and without a number that the model declares, the first row tells how many cells there are. */
    private void readFirst(int line) {
        int found = 0;
        while (cursor.nextCell()) {
            readCell(found, cursor.from(), cursor.to(), line);
            found++;
        }
        columns.requireCount(found, "line " + line);
        width = found;
    }

    private void readRecord(int line) {
        int found = 0;
        while (cursor.nextCell()) {
            if (found < width) {
                int place = places.length == 0 ? found : places[found];
                if (from.length == 0) {
                    readCell(place, cursor.from(), cursor.to(), line);
                } else {
                    from[place] = cursor.from();
                    to[place] = cursor.to();
                }
            }
            found++;
        }
        if (found != width) {
            throw InferenceException.invalid(
                    "", "Error tokenizing data. Expected " + width + " fields in line " + line + ", saw " + found);
        }
        for (int place = 0; place < from.length; place++) {
            readCell(place, from[place], to[place], line);
        }
    }

    private void readCell(int place, int start, int behind, int line) {
        @Nullable String misfit = null;
        try {
            tensors.readText(place, start, behind);
        } catch (BadJson bad) {
            misfit = bad.reason();
        }
        if (misfit != null) {
            throw InferenceException.invalid(
                    "line " + line, "Incompatible input types for column " + columns.name(place) + ": " + misfit);
        }
    }
}
