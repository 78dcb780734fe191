package dev.sluice.loadtest.report;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * A table as a file: names in the first line, then rows, values without commas.
 *
 * @thread one at a time
 */
final class Csv {

    private final List<String> names;
    private final List<List<String>> rows = new ArrayList<>();

    Csv(List<String> names) {
        this.names = names;
    }

    void add(List<String> row) {
        if (row.size() != names.size()) {
            throw new IllegalArgumentException(row + " does not fit " + names);
        }
        rows.add(row);
    }

    void write(Path file) throws IOException {
        List<String> lines = new ArrayList<>();
        lines.add(String.join(",", names));
        rows.forEach(row -> lines.add(String.join(",", row)));
        Files.write(file, lines);
    }

    static Csv read(Path file) throws IOException {
        List<String> lines = Files.readAllLines(file);
        if (lines.isEmpty()) {
            throw new IllegalArgumentException(file + " is empty");
        }
        Csv table = new Csv(List.of(lines.getFirst().split(",", -1)));
        lines.stream().skip(1).forEach(line -> table.add(List.of(line.split(",", -1))));
        return table;
    }

    /** The rows whose value under that name is this one. */
    Csv where(String name, String value) {
        Csv some = new Csv(names);
        int column = column(name);
        rows.stream().filter(row -> row.get(column).equals(value)).forEach(some::add);
        return some;
    }

    List<String> texts(String name) {
        int column = column(name);
        return rows.stream().map(row -> row.get(column)).toList();
    }

    double[] numbers(String name) {
        return texts(name).stream().mapToDouble(Double::parseDouble).toArray();
    }

    private int column(String name) {
        int column = names.indexOf(name);
        if (column < 0) {
            throw new IllegalArgumentException("no column " + name + " among " + names);
        }
        return column;
    }
}
