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
import java.util.function.BiConsumer;
import java.util.function.UnaryOperator;

/**
 * The inputs and outputs of what serves, by which a version that comes is measured: clients that ask a model without a
 * version meet it unasked. Those that versions are held to are kept, so that a restart or a pause is no way around them.
 *
 * @thread the control thread
 * @bound the versions in memory
 */
final class Signatures {

    private static final String OPTIONAL = " (optional)";

    private final Map<Incarnation, Known> serving = new HashMap<>();
    private final UnaryOperator<String> kept;
    private final BiConsumer<String, String> keep;

    /**
     * @param kept by the name of a model, what versions of it are held to, as text; empty for nothing
     * @param keep the same, to be kept
     */
    Signatures(UnaryOperator<String> kept, BiConsumer<String, String> keep) {
        this.kept = kept;
        this.keep = keep;
    }

    /**
     * A version, and its inputs and outputs, each as people read it.
     *
     * <p>As text, a line for each: {@code 3}, {@code input x FP32[-1,4]}, {@code output y INT64[-1]}.
     */
    private record Known(long version, List<String> tensors) {

        static Known of(long version, Signature signature) {
            List<String> tensors = new ArrayList<>();
            signature.inputs().forEach(input -> tensors.add("input " + shown(input)));
            signature.outputs().forEach(output -> tensors.add("output " + shown(output)));
            return new Known(version, tensors);
        }

        private static String shown(TensorSpec tensor) {
            return (tensor + (tensor.optional() ? OPTIONAL : "")).replaceAll("\\p{Cntrl}", "?");
        }

        static Optional<Known> parse(String text) {
            if (text.isEmpty()) {
                return Optional.empty();
            }
            List<String> lines = text.lines().toList();
            return Optional.of(new Known(Long.parseLong(lines.getFirst()), lines.subList(1, lines.size())));
        }

        String text() {
            return version + "\n" + String.join("\n", tensors);
        }

        /** By kind and name. */
        Map<String, String> byName() {
            Map<String, String> byName = new LinkedHashMap<>();
            for (String tensor : tensors) {
                String required =
                        tensor.endsWith(OPTIONAL) ? tensor.substring(0, tensor.length() - OPTIONAL.length()) : tensor;
                byName.put(required.substring(0, required.lastIndexOf(' ')), tensor);
            }
            return byName;
        }
    }

    /** @param isKept whether those that come are held to it, even after a restart */
    void serves(Incarnation incarnation, Signature signature, boolean isKept) {
        Known known = Known.of(incarnation.model().version(), signature);
        serving.put(incarnation, known);
        String name = incarnation.model().name();
        Optional<Known> before = Known.parse(kept.apply(name));
        boolean isKnown = before.isPresent() && before.get().tensors.equals(known.tensors);
        if (!isKept || !isKnown) { // or who wakes would wait for the registry each time
            keep.accept(name, isKept ? known.text() : "");
        }
    }

    Future<Void> isGone(Incarnation incarnation) {
        serving.remove(incarnation);
        return Future.succeededFuture();
    }

    /**
     * How that differs from what the newest version in memory has, or the one that was kept, for people; nothing if it does
     * not, or is the first.
     */
    Optional<String> change(ModelId coming, Signature signature) {
        return newest(coming.name())
                .or(() -> Known.parse(kept.apply(coming.name())))
                .flatMap(before -> {
                    List<String> changes = changes(
                            before.byName(),
                            Known.of(coming.version(), signature).byName());
                    return changes.isEmpty()
                            ? Optional.empty()
                            : Optional.of("it takes or gives other than version " + before.version
                                    + ", which served before it: " + String.join(", ", changes));
                });
    }

    private Optional<Known> newest(String name) {
        return serving.entrySet().stream()
                .filter(entry -> entry.getKey().model().name().equals(name))
                .map(Map.Entry::getValue)
                .max(Comparator.comparingLong(Known::version));
    }

    private static List<String> changes(Map<String, String> before, Map<String, String> now) {
        List<String> changes = new ArrayList<>();
        Map<String, String> gone = new LinkedHashMap<>(before);
        now.forEach((name, tensor) -> {
            String was = gone.remove(name);
            if (was == null) {
                changes.add(tensor + " is new");
            } else if (!was.equals(tensor)) {
                changes.add(tensor + " was " + was.substring(was.indexOf(' ') + 1));
            }
        });
        gone.values().forEach(tensor -> changes.add(tensor + " is gone"));
        return changes;
    }
}
