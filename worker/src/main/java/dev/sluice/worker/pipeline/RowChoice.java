package dev.sluice.worker.pipeline;

import dev.sluice.worker.contract.Shape;
import dev.sluice.worker.contract.Tensor;
import dev.sluice.worker.pipeline.PipelinePlan.Condition;
import dev.sluice.worker.pipeline.PipelinePlan.Feed;
import dev.sluice.worker.pipeline.PipelinePlan.Step;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What a stage is given of what there is: the rows for which all that it takes has a value, and which its test lets through.
 *
 * @param inputs in the order of the stage's feeds
 * @param places by input, which rows of it; null where it goes on as it is
 * @param rows those that it is about; null for all of them
 * @param count how many these are; 1 for what is no matter of rows
 * @thread any
 */
record RowChoice(
        List<Tensor> inputs,
        List<int @Nullable []> places,
        @Nullable Rows rows,
        int count) {

    /**
     * Null for a stage that does not run.
     *
     * @param values by slot
     */
    static @Nullable RowChoice of(Step step, @Nullable Value[] values) throws Unfit {
        List<Value> given = new ArrayList<>(step.feeds().size());
        List<Feed> feeds = new ArrayList<>(step.feeds().size());
        @Nullable Rows rows = null;
        for (Feed feed : step.feeds()) {
            Value value = values[feed.slot()];
            if (value != null && !fits(step, feed.spec().shape(), value.tensor().shape())) {
                throw new Unfit("it takes " + feed.spec() + ", and is given "
                        + value.tensor().shape());
            }
            if (value != null) {
                given.add(value);
                feeds.add(feed);
                rows = feed.spec().optional() ? rows : Rows.both(rows, value.rows());
            } else if (!feed.spec().optional()) {
                return null;
            }
        }
        Condition condition = step.condition();
        if (condition != null) {
            Value tested = values[condition.slot()];
            if (tested == null || (isOneNumber(tested) && !condition.test().passes(tested.tensor(), 0))) {
                return null;
            }
            rows = isOneNumber(tested) ? rows : Rows.both(rows, passing(step, condition, tested));
        }
        return rows != null && rows.isNone() && rows.of() > 0 ? null : choose(step, feeds, given, rows);
    }

    /** Of what has no rows, axes that its stage leaves open are 0: it has not run, and nobody knows them. */
    private static boolean fits(Step step, Shape wanted, Shape given) {
        boolean isNone = step.signature().batched() && given.rank() > 0 && given.dimension(0) == 0;
        Shape known = given;
        for (int axis = 1; isNone && axis < given.rank(); axis++) {
            known = given.dimension(axis) == 0 ? known.with(axis, Shape.VARIABLE) : known;
        }
        return isNone ? PipelinePlan.both(wanted, known) != null : wanted.accepts(given);
    }

    private static boolean isOneNumber(Value tested) {
        return tested.rows() == null && tested.tensor().shape().elementCount() == 1;
    }

    private static Rows passing(Step step, Condition condition, Value tested) throws Unfit {
        Tensor numbers = tested.tensor();
        if (!step.signature().batched() || numbers.shape().elementCount() != numbers.rows()) {
            throw new Unfit("it runs or not by one number"
                    + (step.signature().batched() ? " for each row" : "") + ", and is given " + numbers
                    + (step.signature().batched() ? "" : ": send one row at a time"));
        }
        return Rows.of(
                Math.toIntExact(tested.ofRows()),
                tested.rows(),
                place -> condition.test().passes(numbers, place));
    }

    private static RowChoice choose(Step step, List<Feed> feeds, List<Value> given, @Nullable Rows chosen)
            throws Unfit {
        if (!step.signature().batched()) {
            return whole(feeds, given, chosen);
        }
        long all = given.isEmpty() ? 1 : given.getFirst().ofRows();
        @Nullable Rows rows = chosen == null || chosen.areAll() ? null : chosen;
        List<Tensor> inputs = new ArrayList<>(given.size());
        List<int @Nullable []> places = new ArrayList<>(given.size());
        for (int i = 0; i < given.size(); i++) {
            Value value = given.get(i);
            if (value.ofRows() != all || (rows != null && rows.of() != all)) {
                throw new Unfit("its inputs have different numbers of rows: " + whole(feeds, given, null).inputs);
            }
            int @Nullable [] place = places(value, rows, feeds.get(i));
            if (place == null || place.length > 0 || all == 0) {
                inputs.add(named(feeds.get(i), value.tensor()));
                places.add(place);
            }
        }
        return new RowChoice(inputs, places, rows, rows == null ? Math.toIntExact(all) : rows.count());
    }

    /** For a model that takes all rows together, or knows none. */
    private static RowChoice whole(List<Feed> feeds, List<Value> given, @Nullable Rows chosen) throws Unfit {
        if (chosen != null && !chosen.areAll()) {
            throw new Unfit("it takes all rows together, and some of them have gone another way");
        }
        List<Tensor> inputs = new ArrayList<>(given.size());
        List<int @Nullable []> places = new ArrayList<>(given.size());
        for (int i = 0; i < given.size(); i++) {
            inputs.add(named(feeds.get(i), given.get(i).tensor()));
            places.add(null);
        }
        return new RowChoice(inputs, places, null, 1);
    }

    private static Tensor named(Feed feed, Tensor tensor) {
        return new Tensor(feed.spec().name(), tensor.dataType(), tensor.shape(), tensor.data());
    }

    /** Where in it the rows stand; null for all of it as it is, empty where it has none of them. */
    private static int @Nullable [] places(Value value, @Nullable Rows rows, Feed feed) throws Unfit {
        Rows own = value.rows();
        if (rows == null ? own == null || own.areAll() : rows.equals(own)) {
            return null;
        }
        int[] places = rows == null ? new int[0] : rows.placesIn(own);
        long wanted = rows == null ? value.ofRows() : rows.count();
        long there = rows == null && own != null
                ? own.count()
                : Arrays.stream(places).filter(place -> place >= 0).count();
        if (there > 0 && there < wanted) {
            throw new Unfit(
                    "some rows have a value for " + feed.spec().name() + " and some have none: send these apart");
        }
        return there == 0 ? new int[0] : places;
    }

    /** Whether there is anything to be run. */
    boolean isEmpty() {
        return count == 0;
    }

    /** Whether all goes on as it is, without a copy. */
    boolean isWhole() {
        return places.stream().noneMatch(Objects::nonNull);
    }

    /** How much is read or written, about: to find a row of BYTES is to read those before it. */
    long copiedBytes() {
        long bytes = 0;
        for (int i = 0; i < inputs.size(); i++) {
            int @Nullable [] chosen = places.get(i);
            if (chosen != null) {
                Tensor input = inputs.get(i);
                bytes += input.dataType().isVariableSize()
                        ? input.byteCount()
                        : (long) input.byteCount() * chosen.length / Math.max(1, input.rows());
            }
        }
        return bytes;
    }

    /** The inputs of the chosen rows alone. */
    List<Tensor> picked(Room room) {
        return pickedBut(Set.of(), room);
    }

    /** The inputs of the chosen rows alone, but for those of these names, which stay as they are. */
    List<Tensor> pickedBut(Set<String> whole, Room room) {
        List<Tensor> picked = new ArrayList<>(inputs.size());
        for (int i = 0; i < inputs.size(); i++) {
            Tensor input = inputs.get(i);
            int @Nullable [] chosen = places.get(i);
            picked.add(chosen == null || whole.contains(input.name()) ? input : RowCopy.pick(input, chosen, room));
        }
        return picked;
    }
}
