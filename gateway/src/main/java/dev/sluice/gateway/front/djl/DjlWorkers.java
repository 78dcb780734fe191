package dev.sluice.gateway.front.djl;

import dev.sluice.worker.contract.InferenceException;
import dev.sluice.worker.contract.ModelCommand;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * How many workers a model is to have, as DJL Serving is told: there the fewest, and the most where many requests wait.
 *
 * @param least {@value #UNSAID} where nobody has said it
 * @param most the same
 */
record DjlWorkers(int least, int most) {

    /** As there, where it is shown. */
    private static final int UNSAID = -1;

    /** @param said the parameters of a request, by name */
    static DjlWorkers of(Function<String, @Nullable String> said) {
        DjlWorkers workers = new DjlWorkers(number(said, "min_worker"), number(said, "max_worker"));
        if (workers.most >= 0 && workers.most < workers.least) {
            throw InferenceException.invalid("", "max_worker cannot be less than min_worker.");
        }
        return workers;
    }

    /** Refused before anything is done: a model that cannot be scaled as it is asked for would be there without. */
    private static int number(Function<String, @Nullable String> said, String name) {
        int number = number(said.apply(name));
        if (number == 0) {
            throw InferenceException.invalid(name, "a model in memory has one at least; DELETE unloads it");
        }
        if (number > ModelCommand.Instances.MOST) {
            throw InferenceException.invalid(
                    name, "a model has " + ModelCommand.Instances.MOST + " at most (got " + number + ")");
        }
        return number;
    }

    private static int number(@Nullable String text) {
        try {
            return text == null || text.isEmpty() ? UNSAID : Math.max(UNSAID, Integer.parseInt(text));
        } catch (NumberFormatException none) {
            throw InferenceException.invalid("", "parameter is invalid number." + none.getMessage());
        }
    }

    /** Who has as many as are asked for keeps them. */
    int of(int now) {
        int enough = Math.max(now, least);
        return most < 0 ? enough : Math.min(enough, most);
    }
}
