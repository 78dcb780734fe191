package dev.sluice.gateway.front.djl;

import dev.sluice.gateway.front.multimodel.ModelOrders;
import dev.sluice.worker.contract.InferenceException;
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
        DjlWorkers workers = new DjlWorkers(number(said.apply("min_worker")), number(said.apply("max_worker")));
        if (workers.least >= 0) {
            ModelOrders.requireWorkers(workers.least);
        }
        if (workers.most >= 0) {
            ModelOrders.requireWorkers(workers.most);
        }
        return workers;
    }

    private static int number(@Nullable String text) {
        try {
            return text == null || text.isEmpty() ? UNSAID : Math.max(UNSAID, Integer.parseInt(text));
        } catch (NumberFormatException none) {
            throw InferenceException.invalid("", "parameter is invalid number." + none.getMessage());
        }
    }

    /** Who has as many as are asked for keeps them; said alone, the fewest are the most too, as its pages have it. */
    int of(int now) {
        if (least < 0) {
            return most < 0 ? now : Math.min(now, most);
        }
        return Math.clamp(now, least, Math.max(least, most));
    }
}
