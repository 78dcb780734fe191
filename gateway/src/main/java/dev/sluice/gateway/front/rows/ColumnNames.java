package dev.sluice.gateway.front.rows;

import dev.sluice.worker.contract.InferenceException;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * The names of a table's columns, while they are read and in their order. They are held outside the budget of bytes,
 * so one that cannot be right is refused before the next is looked at.
 *
 * @thread confined to one front loop; one for each list of names
 * @bound as many as the model knows, or {@value Columns#MOST_NAMED} where it knows none, and {@value #MOST_EXTRA} that
 *     an error tells of
 * @errors InvalidRequest for a name that comes twice, and for too many
 */
public final class ColumnNames {

    private static final int MOST_EXTRA = 64;

    private final Set<String> names = new LinkedHashSet<>();
    private final String where;
    private final int most;

    /** @param where they stand, for errors */
    ColumnNames(Columns columns, String where) {
        this.where = where;
        this.most = columns.mostNamed() + MOST_EXTRA;
    }

    /** Adds the next one. */
    public void add(String name) {
        if (!names.add(name)) {
            throw InferenceException.invalid(
                    where, "column '" + InferenceException.shortened(name) + "' is given twice");
        }
        if (names.size() > most) {
            throw InferenceException.invalid(
                    where, "more than " + most + " columns have names, and the model does not take so many");
        }
    }

    String where() {
        return where;
    }

    List<String> all() {
        return List.copyOf(names);
    }
}
