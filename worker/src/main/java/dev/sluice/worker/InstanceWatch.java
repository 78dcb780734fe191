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
    private final Consumer<String> changed;
    private @Nullable ServedModel served;

    /** @param changed called with the reason, empty if there is none, when the version's state is another */
    InstanceWatch(KeptVersion version, Consumer<String> changed) {
        this.version = version;
        this.changed = changed;
    }

    /** It is loaded. */
    void begin(ServedModel loaded) {
        served = loaded;
    }

    @Override
    public void failed(String why) {
        enter(ModelState.READY, ModelState.FAILED, why);
    }

    @Override
    public void restored() {
        enter(ModelState.FAILED, ModelState.READY, "");
    }

    /** Of one that has been replaced meanwhile, nobody wants to know. */
    private void enter(ModelState from, ModelState to, String reason) {
        if (served != null && version.serving == served && version.life.state() == from) {
            version.life.enter(to);
            changed.accept(reason);
        }
    }
}
