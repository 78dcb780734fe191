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
     * Something is to be done.
     *
     * @param then what is to be done after it, each asked when its turn has come
     * @param waits whether it is answered when all of that has been done, or at once
     * @param status of the answer
     * @param text of it
     */
    record Order(
            ModelCommand command,
            List<Supplier<Optional<ModelCommand>>> then,
            boolean waits,
            int status,
            Supplier<String> text)
            implements Reply {

        public Order {
            then = List.copyOf(then);
        }

        /** Of one command, which is waited for. */
        public Order(ModelCommand command, int status, String text) {
            this(command, List.of(), true, status, () -> text);
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
