package dev.sluice.gateway.front.rows;

import dev.sluice.worker.contract.DataType;
import dev.sluice.worker.contract.InferenceError;
import dev.sluice.worker.contract.InferenceException;
import dev.sluice.worker.contract.Shape;
import dev.sluice.worker.contract.Signature;
import dev.sluice.worker.contract.TensorSpec;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The columns of a table that a model takes, in the order of its own: each is an input with one element in a row, or
 * all of them are the one input, which has as many.
 *
 * <p>Where nobody has declared what the columns of the one input are called, they are those of the table that comes, in
 * its order.
 *
 * @thread confined to one front loop; one for each table
 * @shape inputs of a column are {@code [N]} or {@code [N,1]}; that of all columns is {@code [N,C]}, or the same
 * @errors InvalidRequest for columns that the model has not, that it misses, and that come twice
 */
final class Columns {

    /** Of a table whose columns have no names. */
    static final int OPEN = -1;

    /** Columns that may have names where the model says nothing of how many there are. */
    static final int MOST_NAMED = 1 << 16;

    private final Signature signature;
    private final boolean together;
    private final Map<String, Integer> places = new HashMap<>();
    private List<String> names = List.of();
    private byte[][] quotable = {};

    /**
     * Those of that model.
     *
     * @param declared what its owner calls them, in their order; empty where nothing is said
     * @throws InferenceException InvalidRequest for one that takes no tables, Unimplemented for types that no cell has
     */
    Columns(Signature signature, List<String> declared) {
        this.signature = signature;
        this.together = signature.inputs().size() == 1;
        for (TensorSpec spec : signature.inputs()) {
            requireCells(spec);
        }
        call(
                together || !declared.isEmpty()
                        ? declared
                        : signature.inputs().stream().map(TensorSpec::name).toList());
    }

    private void requireCells(TensorSpec spec) {
        Shape shape = spec.shape();
        boolean one = shape.rank() == 1 || (shape.rank() == 2 && Math.abs(shape.dimension(1)) == 1);
        if (!one && !(together && shape.rank() == 2)) {
            throw InferenceException.invalid(
                    "rows",
                    "a row has no place for input \"" + spec.name() + "\", which is " + spec.shape()
                            + " (-1 is any); send instances or inputs");
        }
        if (spec.dataType() == DataType.FP16 || spec.dataType() == DataType.BF16) {
            throw new InferenceException(new InferenceError.Unimplemented("input \"" + spec.name() + "\" is "
                    + spec.dataType() + ", which no cell of a row holds; it can be sent as binary data to /v2"));
        }
    }

    private void call(List<String> columns) {
        names = List.copyOf(columns);
        quotable = new byte[names.size()][];
        for (int place = 0; place < quotable.length; place++) {
            String name = names.get(place);
            places.put(name, place);
            boolean plain = name.chars().allMatch(each -> each >= ' ' && each != '"' && each != '\\');
            quotable[place] = plain ? name.getBytes(StandardCharsets.UTF_8) : new byte[0];
        }
    }

    boolean areTogether() {
        return together;
    }

    Signature signature() {
        return signature;
    }

    /** How many there are; {@link #OPEN} where the table has yet to tell. */
    int count() {
        return names.isEmpty() ? OPEN : names.size();
    }

    /** The name of the one at that place, as errors have it. */
    String name(int place) {
        return place < names.size() ? names.get(place) : Integer.toString(place);
    }

    /** The same as it stands in JSON; empty where it would have escapes. */
    byte[] quotable(int place) {
        return quotable[place];
    }

    /** The input that holds that column. */
    TensorSpec spec(int place) {
        return signature.inputs().get(together ? 0 : place);
    }

    /** Where that one is; {@link #OPEN} where the model has none of the name. */
    int placeOf(String name) {
        return places.getOrDefault(name, OPEN);
    }

    /** The places of a table's columns, in its order. Where the model's have no names yet, they are these. */
    int[] places(ColumnNames table) {
        List<String> given = table.all();
        String where = table.where();
        if (together && names.isEmpty()) {
            requireCount(given.size(), where);
            call(given);
        }
        requireAll(given, where);
        return given.stream().mapToInt(this::placeOf).toArray();
    }

    /** How many columns of a table the model may know by name. */
    int mostNamed() {
        if (!names.isEmpty()) {
            return names.size();
        }
        long declared = declaredWidth();
        return declared == Shape.VARIABLE ? MOST_NAMED : (int) Math.min(MOST_NAMED, declared);
    }

    private long declaredWidth() {
        Shape shape = signature.inputs().getFirst().shape();
        return shape.rank() == 1 ? 1 : shape.dimension(1);
    }

    /** Whether the one input has room for so many. */
    void requireCount(int given, String where) {
        long wanted = declaredWidth();
        if (wanted != Shape.VARIABLE && wanted != given) {
            throw InferenceException.invalid(where, "the model takes " + wanted + " columns, and these are " + given);
        }
    }

    /** Whether those places are the model's, from its first column on. */
    static boolean areInOrder(int[] places) {
        for (int at = 0; at < places.length; at++) {
            if (places[at] != at) {
                return false;
            }
        }
        return true;
    }

    /** Whether each row must have a cell of that column: one of several that are one input cannot be left out. */
    boolean isNeeded(int place) {
        return together || !spec(place).optional();
    }

    /** Nothing the model needs is missing, and nothing is there that it does not know. */
    void requireAll(List<String> given, String where) {
        Set<String> there = new HashSet<>(given);
        List<String> missing = new ArrayList<>();
        for (int place = 0; place < names.size(); place++) {
            if (isNeeded(place) && !there.contains(names.get(place))) {
                missing.add(names.get(place));
            }
        }
        List<String> extra =
                given.stream().filter(name -> !places.containsKey(name)).toList();
        @Nullable String problem = problem(missing, extra);
        if (problem != null) {
            throw InferenceException.invalid(where, problem);
        }
    }

    private static @Nullable String problem(List<String> missing, List<String> extra) {
        if (missing.isEmpty()) {
            return extra.isEmpty()
                    ? null
                    : "Found extra inputs in the model input that are not defined in the model signature: "
                            + list(extra);
        }
        String lacks = "Model is missing inputs " + list(missing) + ".";
        return extra.isEmpty() ? lacks : lacks + " Note that there were extra inputs: " + list(extra) + ".";
    }

    /** As Python writes it. */
    private static String list(List<String> names) {
        return InferenceException.shortened(
                names.stream().map(name -> "'" + name + "'").toList().toString());
    }
}
