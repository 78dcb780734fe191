package dev.sluice.gateway.front.rows;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.sluice.worker.contract.DataType;
import dev.sluice.worker.contract.InferenceError;
import dev.sluice.worker.contract.InferenceException;
import dev.sluice.worker.contract.ModelReport.Description;
import dev.sluice.worker.contract.RowsInput;
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
 * <p>Names take a while to be made for many columns, so those that a model declares are kept as long as the description
 * of that loading is known.
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

    /** By identity, for two that are equal would be compared through and through. */
    private static final Cache<Description, Names> DECLARED =
            Caffeine.newBuilder().weakKeys().build();

    private final Signature signature;
    private final boolean together;
    private Names names;

    /**
     * What they are called.
     *
     * @param all in their order
     * @param places of each
     * @param quotable each as it stands in JSON; empty where it would have escapes
     * @thread immutable
     */
    private record Names(List<String> all, Map<String, Integer> places, List<byte[]> quotable) {

        static Names of(List<String> columns) {
            Map<String, Integer> places = new HashMap<>();
            List<byte[]> quotable = new ArrayList<>(columns.size());
            for (String name : columns) {
                places.put(name, quotable.size());
                boolean plain = name.chars().allMatch(each -> each >= ' ' && each != '"' && each != '\\');
                quotable.add(plain ? name.getBytes(StandardCharsets.UTF_8) : new byte[0]);
            }
            return new Names(List.copyOf(columns), places, quotable);
        }
    }

    private Columns(Signature signature, Names names) {
        this.signature = signature;
        this.together = signature.inputs().size() == 1;
        this.names = names;
    }

    /**
     * Those of that model.
     *
     * @throws InferenceException InvalidRequest for one that takes no tables, Unimplemented for types that no cell has
     */
    static Columns of(Description model) {
        return new Columns(model.signature(), DECLARED.get(model, Columns::declared));
    }

    private static Names declared(Description model) {
        List<TensorSpec> inputs = model.signature().inputs();
        boolean together = inputs.size() == 1;
        inputs.forEach(spec -> requireCells(spec, together));
        List<String> said = model.transform().input() instanceof RowsInput(List<String> columns) ? columns : List.of();
        return Names.of(
                together || !said.isEmpty()
                        ? said
                        : inputs.stream().map(TensorSpec::name).toList());
    }

    private static void requireCells(TensorSpec spec, boolean together) {
        Shape shape = spec.shape();
        boolean one = shape.rank() == 1 || (shape.rank() == 2 && Math.abs(shape.dimension(1)) == 1);
        if (!one && !(together && shape.rank() == 2)) {
            throw InferenceException.invalid(
                    RowTable.WHOLE,
                    "a row has no place for input \"" + spec.name() + "\", which is " + spec.shape()
                            + " (-1 is any); send instances or inputs");
        }
        if (spec.dataType() == DataType.FP16 || spec.dataType() == DataType.BF16) {
            throw new InferenceException(new InferenceError.Unimplemented("input \"" + spec.name() + "\" is "
                    + spec.dataType() + ", which no cell of a row holds; it can be sent as"
                    + " binary data to /v2 on http.port"));
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
        return names.all.isEmpty() ? OPEN : names.all.size();
    }

    /** The name of the one at that place, as errors have it. */
    String name(int place) {
        return place < names.all.size() ? names.all.get(place) : Integer.toString(place);
    }

    /** The same as it stands in JSON; empty where it would have escapes. */
    byte[] quotable(int place) {
        return names.quotable.get(place);
    }

    /** The input that holds that column. */
    TensorSpec spec(int place) {
        return signature.inputs().get(together ? 0 : place);
    }

    /** Where that one is; {@link #OPEN} where the model has none of the name. */
    int placeOf(String name) {
        return names.places.getOrDefault(name, OPEN);
    }

    /** The places of a table's columns, in its order. Where the model's have no names yet, they are these. */
    int[] places(ColumnNames table) {
        List<String> given = table.all();
        String where = table.where();
        if (together && names.all.isEmpty()) {
            requireCount(given.size(), where);
            names = Names.of(given);
        }
        requireAll(given, where);
        return given.stream().mapToInt(this::placeOf).toArray();
    }

    /** How many columns of a table the model may know by name. */
    int mostNamed() {
        if (!names.all.isEmpty()) {
            return names.all.size();
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
        for (int place = 0; place < names.all.size(); place++) {
            if (isNeeded(place) && !there.contains(names.all.get(place))) {
                missing.add(names.all.get(place));
            }
        }
        List<String> extra =
                given.stream().filter(name -> !names.places.containsKey(name)).toList();
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
