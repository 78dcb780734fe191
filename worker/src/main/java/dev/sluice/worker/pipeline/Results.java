package dev.sluice.worker.pipeline;

import dev.sluice.worker.contract.InferenceException;
import dev.sluice.worker.contract.Tensor;
import dev.sluice.worker.pipeline.PipelinePlan.Result;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The outputs of a request, made of what its stages have given.
 *
 * @param values by slot
 * @thread any, once its stages are over
 * @bound what {@link Room} gives, for what is not there as it is
 * @errors InvalidRequest where there is no value, or the values do not go together
 */
record Results(
        PipelinePlan plan, List<String> wanted, @Nullable Value[] values) {

    /** As they are now. */
    static Results of(PipelinePlan plan, List<String> wanted, @Nullable Value[] values) {
        return new Results(plan, wanted, Arrays.copyOf(values, values.length));
    }

    private Result result(String name) {
        return plan.results().get(plan.indexOfOutput(name));
    }

    private List<Value> given(Result result) {
        return result.slots().stream()
                .map(slot -> values[slot])
                .filter(Objects::nonNull)
                .toList();
    }

    /** How much must be computed for them, and is not there as it is. */
    long computedBytes() {
        long bytes = 0;
        for (String name : wanted) {
            List<Value> given = given(result(name));
            boolean isThere = given.isEmpty() || isWhole(result(name), given);
            bytes += isThere
                    ? 0
                    : given.stream()
                            .mapToLong(value -> value.tensor().byteCount())
                            .sum();
        }
        return bytes;
    }

    private static boolean isWhole(Result result, List<Value> given) {
        boolean areNone = given.stream().allMatch(value -> value.ofRows() == 0);
        return areNone
                || ((result.combination() == Combination.FIRST || given.size() == 1)
                        && given.getFirst().rows() == null);
    }

    List<Tensor> all(Room room) {
        List<Tensor> outputs = new ArrayList<>(wanted.size());
        for (String name : wanted) {
            Result result = result(name);
            Tensor value = value(name, result, given(result), room);
            outputs.add(new Tensor(name, value.dataType(), value.shape(), value.data()));
        }
        return outputs;
    }

    private static Tensor value(String name, Result result, List<Value> given, Room room) {
        boolean isFirst = result.combination() == Combination.FIRST;
        if (given.isEmpty() || (!isFirst && given.size() < result.slots().size())) {
            throw InferenceException.invalid(
                    "outputs", "no stage that gives " + name + " has run, for want of an input that was left out");
        }
        if (isWhole(result, given)) {
            return given.getFirst().tensor();
        }
        if (isFirst) {
            return RowCopy.join(name, given, room);
        }
        List<Tensor> all = given.stream().map(Value::tensor).toList();
        if (!all.stream()
                .allMatch(tensor -> tensor.shape().equals(all.getFirst().shape()))) {
            throw InferenceException.invalid(
                    "outputs", name + " cannot be made of tensors of different shapes: " + all);
        }
        room.take(all.getFirst().byteCount());
        return result.combination().of(all);
    }
}
