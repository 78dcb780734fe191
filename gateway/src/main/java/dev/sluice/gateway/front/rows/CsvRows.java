package dev.sluice.gateway.front.rows;

import dev.sluice.gateway.front.v2.BadJson;
import dev.sluice.worker.contract.InferenceException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
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
    private int[] places = {};

    /** Of each column, in the model's order, where the cell of the row begins and ends. */
    private int[] from = {};

    private int[] to = {};
    private boolean inOrder;
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
        return places.length;
    }

    /** @param header whether the first line says what the columns are called */
    void read(boolean header) {
        if (header) {
            readHeader();
        }
        int width = header ? places.length : columns.count();
        while (cursor.nextRecord()) {
            int line = cursor.line();
            if (width == NOT_YET) {
                width = readFirst(line);
            } else {
                if (places.length != width) {
                    take(inOrder(width));
                }
                readRecord(line);
            }
            rows++;
        }
    }

    private void readHeader() {
        if (!cursor.nextRecord()) {
            throw InferenceException.invalid("", "No columns to parse from file");
        }
        String line = "line " + cursor.line();
        List<String> names = new ArrayList<>();
        while (cursor.nextCell()) {
            names.add(new String(bytes, cursor.from(), cursor.to() - cursor.from(), StandardCharsets.UTF_8));
        }
        take(columns.places(names, line));
    }

    private static int[] inOrder(int width) {
        int[] places = new int[width];
        Arrays.setAll(places, place -> place);
        return places;
    }

    private void take(int[] given) {
        places = given;
        from = new int[given.length];
        to = new int[given.length];
        inOrder = !columns.areTogether() || Arrays.equals(given, inOrder(given.length));
    }

    /** Without names and without a number that the model declares, the first row tells how many cells there are. */
    private int readFirst(int line) {
        int found = 0;
        while (cursor.nextCell()) {
            readCell(found, cursor.from(), cursor.to(), line);
            found++;
        }
        columns.requireCount(found, "line " + line);
        take(inOrder(found));
        return found;
    }

    private void readRecord(int line) {
        int found = 0;
        while (cursor.nextCell()) {
            if (found < places.length) {
                int place = places[found];
                if (inOrder) {
                    readCell(place, cursor.from(), cursor.to(), line);
                } else {
                    from[place] = cursor.from();
                    to[place] = cursor.to();
                }
            }
            found++;
        }
        if (found != places.length) {
            throw InferenceException.invalid(
                    "",
                    "Error tokenizing data. Expected " + places.length + " fields in line " + line + ", saw " + found);
        }
        if (!inOrder) {
            for (int place = 0; place < places.length; place++) {
                readCell(place, from[place], to[place], line);
            }
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
