package dev.sluice.worker;

import dev.sluice.worker.contract.Signature;
import dev.sluice.worker.contract.TensorSpec;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Which of a model's inputs take what is made of a text or a recording: those that its model.yaml names, or that have
 * the usual names.
 *
 * @thread the control thread that loads the model
 * @errors problems by the key that they are about
 */
final class InputChoice {

    private static final String SECTION = "transform.input.";

    private final String thing;
    private final Signature signature;
    private final Map<String, String> problems;
    private final List<TensorSpec> chosen = new ArrayList<>();

    /** @param thing that the inputs are made of, as people call it */
    InputChoice(String thing, Signature signature, Map<String, String> problems) {
        this.thing = thing;
        this.signature = signature;
        this.problems = problems;
    }

    /**
     * Chooses the input of that name; each takes one thing.
     *
     * @param key that may name it
     * @param usual its name where {@code said}, what stands there, is empty
     * @return null if there is none, which is a problem where it is named
     */
    @Nullable
    TensorSpec choose(String key, String usual, String said) {
        int place = signature.indexOfInput(said.isEmpty() ? usual : said);
        if (place < 0) {
            refuse(key, said, "must be one of the model's inputs, " + signature.inputs());
            return null;
        }
        TensorSpec tensor = signature.inputs().get(place);
        if (chosen.contains(tensor)) {
            refuse(key, said, "takes something else of " + thing + " already: " + tensor);
            return null;
        }
        chosen.add(tensor);
        return tensor;
    }

    private void refuse(String key, String said, String problem) {
        if (!said.isEmpty()) {
            problems.put(SECTION + key, problem);
        }
    }

    /** An input that a request cannot leave out must have been chosen. */
    void requireAll() {
        for (TensorSpec input : signature.inputs()) {
            if (!input.optional() && !chosen.contains(input)) {
                problems.put(SECTION + "kind", "of " + thing + " nothing becomes the input " + input);
            }
        }
    }
}
