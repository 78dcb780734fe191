package dev.sluice.gateway.front.http;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/** A protocol of inference over HTTP: ours, or that of another server whose clients are to go on working. */
public enum Profile {
    V2,
    TENSORFLOW_SERVING,
    KSERVE_V1,
    TORCHSERVE,
    DJL_SERVING,
    OPENAI,
    MLFLOW,
    SAGEMAKER;

    /** As operators write it: {@code tensorflow-serving}. */
    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    static Optional<Profile> of(String word) {
        return Arrays.stream(values())
                .filter(each -> each.toString().equals(word))
                .findFirst();
    }
}
