package dev.sluice.worker;

import dev.sluice.worker.contract.InferenceError;
import dev.sluice.worker.contract.ModelId;
import dev.sluice.worker.contract.ModelState;
import dev.sluice.worker.repository.ModelLocation;
import dev.sluice.worker.repository.Reconciliation.Standing;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The versions that are in memory, were, are asleep, or are on their way; all others are unloaded.
 *
 * @thread the control thread
 * @owns what each of them has in memory
 */
final class KeptVersions {

    private final Map<ModelId, KeptVersion> versions = new LinkedHashMap<>();

    /** Those that there are now. */
    List<KeptVersion> all() {
        return List.copyOf(versions.values());
    }

    @Nullable
    KeptVersion find(ModelId model) {
        return versions.get(model);
    }

    /** One that is there. */
    KeptVersion get(ModelId model) {
        return Objects.requireNonNull(versions.get(model));
    }

    /** That version; a new one if it is not there. */
    KeptVersion of(ModelLocation location) {
        return versions.computeIfAbsent(location.model(), first -> new KeptVersion(location));
    }

    void remove(ModelId model) {
        versions.remove(model);
    }

    boolean contains(ModelId model) {
        return versions.containsKey(model);
    }

    /** Whether it has not left, nor another of the same model come in its place. */
    boolean stillHas(KeptVersion version) {
        return version.equals(versions.get(version.model()));
    }

    /** Whether there is nothing that is, was or is to be in memory. */
    boolean isEmpty() {
        return versions.isEmpty();
    }

    Map<ModelId, Standing> standing() {
        Map<ModelId, Standing> standing = new LinkedHashMap<>();
        versions.forEach((model, version) -> standing.put(model, version.standing()));
        return standing;
    }

    /** Where that version stands. */
    ModelState state(ModelId model) {
        KeptVersion version = versions.get(model);
        return version == null ? ModelState.UNLOADED : version.life.state();
    }

    /** Whether it takes requests, although it may have to be loaded first. */
    boolean serves(ModelId model) {
        KeptVersion version = versions.get(model);
        return version != null && version.serves();
    }

    /** Whether it could not be loaded when it was tried last. */
    boolean hasFailed(ModelId model) {
        KeptVersion version = versions.get(model);
        return version != null && version.hasFailed();
    }

    /** Why, of one that {@link #hasFailed}. */
    Optional<InferenceError> failure(ModelId model) {
        return hasFailed(model) ? Optional.of(get(model).failure()) : Optional.empty();
    }

    /** Frees the memory of all. */
    void close() {
        all().forEach(KeptVersion::close);
    }
}
