package dev.sluice.worker.repository;

import dev.sluice.worker.contract.ModelState;
import java.util.EnumSet;
import java.util.Set;

/**
 * The steps that the life of a model version may take.
 *
 * <p>The table is drawn in ARCHITECTURE.md, and a test holds the two together.
 *
 * @thread owned by the control thread
 * @errors IllegalStateException for a step that is not in the table, which is a defect
 */
public final class ModelLifecycle {

    private ModelState state = ModelState.UNLOADED;

    public ModelState state() {
        return state;
    }

    /** Takes a step. */
    public void enter(ModelState next) {
        if (!after(state).contains(next)) {
            throw new IllegalStateException(state + " cannot be followed by " + next);
        }
        state = next;
    }

    /** What may follow that state. */
    public static Set<ModelState> after(ModelState state) {
        return switch (state) {
            case UNLOADED -> EnumSet.of(ModelState.LOADING);
            case LOADING -> EnumSet.of(ModelState.WARMING, ModelState.FAILED, ModelState.ASLEEP);
            case WARMING -> EnumSet.of(ModelState.READY, ModelState.FAILED, ModelState.ASLEEP);
            case READY -> EnumSet.of(ModelState.DRAINING, ModelState.FAILED, ModelState.ASLEEP);
            case ASLEEP -> EnumSet.of(ModelState.LOADING, ModelState.UNLOADED);
            case DRAINING -> EnumSet.of(ModelState.UNLOADED);
            case FAILED -> EnumSet.of(ModelState.LOADING, ModelState.READY, ModelState.UNLOADED);
        };
    }
}
