package dev.sluice.gateway.front.multimodel;

import dev.sluice.worker.contract.ModelCommand;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * What an order of an operator comes to.
 *
 * @thread immutable
 */
public sealed interface Reply {

    /**
     * Something is to be done, and answered when it has been.
     *
     * @param then what is to be done after it, each asked when its turn has come
     * @param status of the answer
     * @param text of it
     */
    record Order(ModelCommand command, List<Supplier<Optional<ModelCommand>>> then, int status, Supplier<String> text)
            implements Reply {

        public Order {
            then = List.copyOf(then);
        }

        /** Of one command. */
        public Order(ModelCommand command, int status, String text) {
            this(command, List.of(), status, () -> text);
        }
    }

    /**
     * A model is to come, and who ordered it does not wait: told at once, unless it is known at once that it cannot.
     *
     * @param then as of an {@link Order}
     * @param text of the answer
     */
    record Scheduled(ModelCommand.Source command, List<Supplier<Optional<ModelCommand>>> then, String text)
            implements Reply {

        public Scheduled {
            then = List.copyOf(then);
        }
    }

    /** All is as it should be. */
    record Done(int status, String text) implements Reply {}

    /**
     * Something that only the other server refuses.
     *
     * @param type its name for that
     */
    record Refused(int status, String type, String text) implements Reply {}
}
