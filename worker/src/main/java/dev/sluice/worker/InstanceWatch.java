package dev.sluice.worker;

import dev.sluice.worker.contract.ModelState;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Hears what becomes of the instances of a version as it was loaded once.
 *
 * @thread the control thread
 */
final class InstanceWatch implements InstanceDeployer.Serving {

    private final KeptVersion version;
    private final Consumer<String> whenChanged;

    @Nullable
    ServedModel served;

    /** @param whenChanged given the reason for the state that it is in since */
    InstanceWatch(KeptVersion version, Consumer<String> whenChanged) {
        this.version = version;
        this.whenChanged = whenChanged;
    }

    @Override
    public void failed(String why) {
        changed(ModelState.READY, ModelState.FAILED, why);
    }

    @Override
    public void restored() {
        changed(ModelState.FAILED, ModelState.READY, "");
    }

    /** Of one that has been replaced meanwhile, nobody wants to know. */
    private void changed(ModelState from, ModelState to, String reason) {
        if (served != null && version.serving == served && version.life.state() == from) {
            version.life.enter(to);
            whenChanged.accept(reason);
        }
    }
}
