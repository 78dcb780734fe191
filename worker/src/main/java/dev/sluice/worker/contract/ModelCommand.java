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

    /** Have it in memory, and where it is a pipeline its stages' models; versions that had failed are tried again. */
    record Load(String name) implements ModelCommand {}

    /**
     * Have none of its versions in memory.
     *
     * @param withStages where it is a pipeline, whether none of the models of its stages either that no other pipeline asks
     */
    record Unload(String name, boolean withStages) implements ModelCommand {

        public Unload(String name) {
            this(name, false);
        }
    }

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

    /**
     * Send away the version that is on trial; where none is, serve the version before the newest that is served now, and no
     * other, until told otherwise.
     */
    record Rollback(String name) implements ModelCommand {}

    /**
     * Lets clients call a version by another name.
     *
     * @param version one that is ready; 0 to take the name away
     */
    record Label(String name, String label, long version) implements ModelCommand {}

    /**
     * Run each of its versions by so many worker threads, until told otherwise.
     *
     * @param group on which device, as {@link ModelReport.Description.Group} names it; empty for each that it has
     * @param instances 0 for what its files or the settings say
     */
    record Instances(String name, String group, int instances) implements ModelCommand {

        /** On each of its devices. */
        public Instances(String name, int instances) {
            this(name, "", instances);
        }

        /** As many as model.yaml may say. */
        public static final int MOST = 256;
    }

    /**
     * Has a version come from elsewhere than the repository.
     *
     * @param source null to take that back
     * @param anew whether of a file of this machine what lies there now is meant, whatever lay there before
     */
    record Source(String name, long version, @Nullable ModelSource source, boolean anew) implements ModelCommand {

        public Source(String name, long version, @Nullable ModelSource source) {
            this(name, version, source, false);
        }
    }

    /**
     * Say what is known to be wrong with an order before anybody is asked, or anything is loaded, for it; change nothing.
     */
    record Vet(Source order) implements ModelCommand {

        @Override
        public String name() {
            return order.name();
        }
    }

    /** Forget what operators said of it: its files say what is served, and by which names. */
    record Reset(String name) implements ModelCommand {}

    /**
     * Tries a version on a part of the model's traffic.
     *
     * @param policy as the section {@code traffic} of a model.yaml has it, or as JSON, which is the same; null for what that
     *     file says
     * @param isToCome whether the version may be one that is not there yet
     */
    record Traffic(String name, @Nullable String policy, boolean isToCome) implements ModelCommand {

        public Traffic(String name, @Nullable String policy) {
            this(name, policy, false);
        }
    }

    /**
     * Has the version on trial serve alone from now on.
     *
     * @param version which must be it; {@link TrafficPlan#NOBODY} for whichever is
     * @param reason for people
     */
    record Promote(String name, long version, String reason) implements ModelCommand {}

    /**
     * Sends the version on trial away; the stable one goes on alone, until there is a newer one or an operator says otherwise.
     *
     * @param version which must be it; {@link TrafficPlan#NOBODY} for whichever is
     * @param reason for people
     */
    record Reject(String name, long version, String reason) implements ModelCommand {}

    /**
     * Keeps with a version what its outputs are to look like.
     *
     * @param outputs what they have looked like until now
     */
    record KeepBaseline(String name, long version, List<OutputSample> outputs) implements ModelCommand {

        public KeepBaseline {
            outputs = List.copyOf(outputs);
        }

        @Override
        public String toString() {
            return "KeepBaseline[name=" + name + ", version=" + version + "]";
        }
    }

    /**
     * What became of a command.
     *
     * @param refusal why it has not been done; null when it has
     * @param message what has been done, for people
     */
    record Outcome(@Nullable InferenceError refusal, String message) {}
}
