package dev.sluice.worker;

import dev.sluice.worker.batch.LatencyPoint;
import dev.sluice.worker.contract.CircuitReport.Fallback;
import dev.sluice.worker.contract.InferenceError;
import dev.sluice.worker.contract.InferenceException;
import dev.sluice.worker.contract.ModelId;
import dev.sluice.worker.contract.ModelReport;
import dev.sluice.worker.contract.ModelReport.Description;
import dev.sluice.worker.contract.ModelSource;
import dev.sluice.worker.contract.ModelState;
import dev.sluice.worker.memory.NoRoomException;
import dev.sluice.worker.memory.Resident;
import dev.sluice.worker.repository.Fingerprint;
import dev.sluice.worker.repository.ModelLifecycle;
import dev.sluice.worker.repository.ModelLocation;
import dev.sluice.worker.repository.Reconciliation.Standing;
import dev.sluice.worker.source.ModelSources;
import dev.sluice.worker.tokenizer.Tokenizers;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A version that is in memory, was, is asleep, or is on its way.
 *
 * @thread the control thread
 */
final class KeptVersion {

    final ModelLifecycle life = new ModelLifecycle();
    ModelLocation tried;

    @Nullable
    ServedModel serving;

    boolean replacing;
    boolean again;
    String reason = "";

    /** Whether that is that it takes more memory than there is for models. */
    private boolean tooLarge;

    /** Who answers while its circuit is open. */
    @Nullable
    Fallback fallback;

    /** Of memory, as it was reckoned when it was loaded last. */
    long bytes;

    /** As it was when it fell asleep; null if it has not since it failed. */
    @Nullable
    Description sleeping;

    /** By group, what was measured of it, so that nobody waits for it to be measured again. */
    Map<String, List<LatencyPoint>> profiles = Map.of();

    ModelServing.Rest rest = new ModelServing.Rest(false, Duration.ZERO);

    /** How often it could not be woken since it could. */
    int failedWakes;

    /** Until then it is not tried again. */
    long notBeforeNanos;

    /** Of what does not lie in the repository; they stay where they are, asleep or not, so that it can be woken. */
    private ModelSources.@Nullable Fetched files;

    private @Nullable Promise<Description> waking;

    /** While it cannot be woken: requests are read before they are refused, and each would make one of its own. */
    private Tokenizers.@Nullable Hold tokenizer;

    KeptVersion(ModelLocation location) {
        this.tried = location;
    }

    ModelId model() {
        return tried.model();
    }

    /** It is about to be loaded. What was asleep goes on taking requests; what failed has to show first what it can. */
    void begins(ModelLocation location) {
        if (life.state() != ModelState.ASLEEP) {
            sleeping = null;
        }
        hold(null);
        tried = location;
        again = false;
        life.enter(ModelState.LOADING);
    }

    boolean hasFilesOf(ModelSource source) {
        return files != null && files.source().equals(source);
    }

    /** What served from others needs them until it is gone. */
    void keep(ModelSources.Fetched brought) {
        ModelSources.Fetched before = files;
        files = brought;
        if (before != null && serving != null) {
            serving.onClose(() -> {
                before.close();
                return Future.succeededFuture();
            });
        } else if (before != null) {
            before.close();
        }
    }

    /** In place of the one that is held, if any; null to hold none. */
    void hold(Tokenizers.@Nullable Hold another) {
        if (tokenizer != null) {
            tokenizer.close();
        }
        tokenizer = another;
    }

    /** Where its files can be read, once they have been brought here. */
    ModelLocation here() {
        return files == null || tried.source() == null ? tried : tried.at(files.modelFile());
    }

    Standing standing() {
        return new Standing(life.state(), again ? Fingerprint.NONE : tried.fingerprint(), replacing);
    }

    /** When it was tried last, whether or not it serves from before that. */
    boolean hasFailed() {
        boolean serves = life.state() == ModelState.READY && !replacing;
        boolean isNotWoken = life.state() == ModelState.ASLEEP && failedWakes > 0;
        return life.state() == ModelState.FAILED || isNotWoken || (serves && !reason.isEmpty());
    }

    /** It cannot be loaded for that; in words for its owner. */
    String failsFor(Throwable broken) {
        tooLarge = broken instanceof NoRoomException;
        return String.valueOf(broken.getMessage());
    }

    /** What operators are told of one that {@link #hasFailed}. */
    InferenceError failure() {
        return new InferenceError.ModelNotReady(model(), reason, InferenceError.NO_RETRY, tooLarge);
    }

    ModelReport report() {
        return new ModelReport(model(), life.state(), description(), reason);
    }

    private @Nullable Description description() {
        return switch (life.state()) {
            case READY, DRAINING -> serving == null ? null : serving.description();
            case ASLEEP, LOADING, WARMING -> sleeping;
            case UNLOADED, FAILED -> null;
        };
    }

    /** Whether it takes requests. */
    boolean serves() {
        return report().takesRequests();
    }

    /** Nothing of it is left in memory, and nothing keeps its files. */
    void close() {
        hold(null);
        if (serving != null) {
            serving.close();
            serving = null;
        }
        if (files != null) {
            files.close();
            files = null;
        }
    }

    boolean isBeingWoken() {
        return waking != null;
    }

    /** Complete when it is ready again; fails with an {@link InferenceException}. */
    Future<Description> awakening() {
        if (waking == null) {
            waking = Promise.promise();
        }
        return waking.future();
    }

    /** Whatever it has come to, those hear it who wait for it to be ready. */
    void tellWakers(InferenceError otherwise) {
        if (waking != null) {
            Promise<Description> over = waking;
            waking = null;
            Description now = life.state() == ModelState.READY ? description() : null;
            if (now == null) {
                over.fail(new InferenceException(otherwise));
            } else {
                over.complete(now);
            }
        }
    }

    /** The memory that it takes; null if that is none. */
    @Nullable
    Resident resident(boolean pinned) {
        if (replacing) {
            return moving(Resident.Stage.COMING); // it stays, but only for a while
        }
        return switch (life.state()) {
            case READY -> serving == null ? null : resident(serving, pinned);
            case LOADING, WARMING -> moving(Resident.Stage.COMING);
            case FAILED -> serving == null ? null : resident(serving, true); // who knows when its instances are back
            case DRAINING -> moving(Resident.Stage.LEAVING);
            case ASLEEP, UNLOADED -> null;
        };
    }

    private Resident resident(ServedModel served, boolean pinned) {
        long since = served.readyNanos();
        boolean isOfUse = served.usage().everAsked() || sleeping != null;
        return new Resident(
                model(),
                bytes,
                Resident.Stage.HERE,
                pinned,
                served.usage().isBusy(),
                since,
                isOfUse ? served.loadNanos() : 0,
                served.usage().askedNanos(since),
                rest.idleAfter().toNanos());
    }

    private Resident moving(Resident.Stage stage) {
        return new Resident(model(), bytes, stage, false, true, 0, 0, 0, 0);
    }
}
