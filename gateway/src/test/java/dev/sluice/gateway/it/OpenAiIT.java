package dev.sluice.gateway.it;

import java.nio.file.Path;

/** OpenAI's embeddings answer as recorded. */
class OpenAiIT extends RecordedProfile {

    OpenAiIT() {
        super("openai", 15);
    }

    @Override
    Path models(Path root) {
        return Places.TEXT_MODELS;
    }
}
