package dev.sluice.gateway.it;

import java.io.IOException;
import java.nio.file.Path;

/** TorchServe's clients get the answers that are recorded. */
class TorchServeIT extends RecordedProfile {

    TorchServeIT() {
        super("torchserve", 50);
    }

    @Override
    Path models(Path root) throws IOException {
        return CompatModels.withDigits(root);
    }
}
