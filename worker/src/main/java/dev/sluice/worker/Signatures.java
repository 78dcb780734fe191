package dev.sluice.worker;

import dev.sluice.worker.contract.ModelId;
import dev.sluice.worker.contract.Signature;
import dev.sluice.worker.contract.TensorSpec;
import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The inputs and outputs of what serves, by which a version that comes is measured: clients that ask a model without a
 * version meet it unasked.
 *
 * @thread the control thread
 * @bound the versions in memory
 */
final class Signatures {

    private final Map<Incarnation, Signature> serving = new HashMap<>();

    void serves(Incarnation incarnation, Signature signature) {
        serving.put(incarnation, signature);
    }

    Future<Void> isGone(Incarnation incarnation) {
        serving.remove(incarnation);
        return Future.succeededFuture();
    }

    /** How that differs from what the newest version in memory has, for people; nothing if it does not, or is the first. */
    Optional<String> change(ModelId coming, Signature signature) {
        return newest(coming.name()).flatMap(newest -> {
            List<String> changes = new ArrayList<>();
            changes("input", newest.getValue().inputs(), signature.inputs(), changes);
            changes("output", newest.getValue().outputs(), signature.outputs(), changes);
            long version = newest.getKey().model().version();
            return changes.isEmpty()
                    ? Optional.empty()
                    : Optional.of("it takes or gives other than version " + version + ", which served before it: "
                            + String.join(", ", changes));
        });
    }

    private Optional<Map.Entry<Incarnation, Signature>> newest(String name) {
        return serving.entrySet().stream()
                .filter(entry -> entry.getKey().model().name().equals(name))
                .max(Comparator.comparingLong(entry -> entry.getKey().model().version()));
    }

    private static void changes(String kind, List<TensorSpec> before, List<TensorSpec> now, List<String> changes) {
        Map<String, TensorSpec> gone = new LinkedHashMap<>();
        before.forEach(tensor -> gone.put(tensor.name(), tensor));
        for (TensorSpec tensor : now) {
            TensorSpec was = gone.remove(tensor.name());
            if (was == null) {
                changes.add(kind + " " + tensor + " is new");
            } else if (!was.toString().equals(tensor.toString()) || was.optional() != tensor.optional()) {
                changes.add(kind + " " + shown(tensor) + " was " + shown(was));
            }
        }
        gone.values().forEach(tensor -> changes.add(kind + " " + tensor + " is gone"));
    }

    private static String shown(TensorSpec tensor) {
        return tensor + (tensor.optional() ? " (optional)" : "");
    }
}
