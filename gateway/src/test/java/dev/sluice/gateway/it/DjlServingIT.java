package dev.sluice.gateway.it;

import java.io.IOException;
import java.nio.file.Path;

/** DJL Serving's clients get the answers that are recorded. */
class DjlServingIT extends RecordedProfile {

    DjlServingIT() {
        super("djl-serving", 40);
    }

    @Override
    Path models(Path root) throws IOException {
        return CompatModels.withDigits(root);
    }
}
