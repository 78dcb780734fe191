package dev.sluice.worker.fake;

import dev.sluice.worker.batch.Completion;
import dev.sluice.worker.contract.InferenceError;
import dev.sluice.worker.contract.InferenceOutcome;
import dev.sluice.worker.contract.InferenceResponse;
import java.util.LinkedHashMap;
import java.util.Map;

/** Keeps the outcome of each request by a name that the test gives it, and refuses a second one. */
public final class Outcomes {

    private final Map<String, InferenceOutcome> byName = new LinkedHashMap<>();

    public Completion of(String name) {
        return outcome -> {
            if (byName.put(name, outcome) != null) {
                throw new AssertionError("completed twice: " + name);
            }
        };
    }

    public int count() {
        return byName.size();
    }

    public boolean has(String name) {
        return byName.containsKey(name);
    }

    public InferenceOutcome get(String name) {
        InferenceOutcome outcome = byName.get(name);
        if (outcome == null) {
            throw new AssertionError("not completed: " + name);
        }
        return outcome;
    }

    public InferenceResponse response(String name) {
        return switch (get(name)) {
            case InferenceResponse response -> response;
            case InferenceError error -> throw new AssertionError(name + " was refused: " + error);
        };
    }

    /** The elements of the first output. */
    public String ids(String name) {
        return Tensors.text(response(name).outputs().getFirst());
    }
}
