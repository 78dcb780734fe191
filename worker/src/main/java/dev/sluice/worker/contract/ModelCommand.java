package dev.sluice.worker.contract;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What an operator wants done with a model; answered with an {@link Outcome} when it has been done.
 *
 * @thread immutable
 */
public sealed interface ModelCommand {

    /** The event-bus address that commands are sent to. */
    String ADDRESS = "sluice.model-commands";

    /** The model. */
    String name();

    /** Have it in memory; versions that had failed are tried again. */
    record Load(String name) implements ModelCommand {}

    /** Have none of its versions in memory. */
    record Unload(String name) implements ModelCommand {}

    /**
     * Serve these of its versions and no others, until told otherwise.
     *
     * @param versions as in a model.yaml; empty for what that says
     */
    record Serve(String name, List<String> versions) implements ModelCommand {

        public Serve {
            versions = List.copyOf(versions);
        }
    }

    /** Serve the version before the newest that is served now, and no other, until told otherwise. */
    record Rollback(String name) implements ModelCommand {}

    /**
     * Lets clients call a version by another name.
     *
     * @param version one that is ready; 0 to take the name away
     */
    record Label(String name, String label, long version) implements ModelCommand {}

    /** Forget what operators said of it: its files say what is served, and by which names. */
    record Reset(String name) implements ModelCommand {}

    /**
     * What became of a command.
     *
     * @param refusal why it has not been done; null when it has
     * @param message what has been done, for people
     */
    record Outcome(@Nullable InferenceError refusal, String message) {}
}
