package dev.sluice.worker;

import dev.sluice.worker.batch.LatencyPoint;
import dev.sluice.worker.contract.ModelReport.Description;
import io.vertx.core.Future;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A model version in memory, with all that serves it, and how that is taken apart.
 *
 * @thread the control thread
 * @owns what was told to {@link #onClose}: deployments, the loaded model
 */
final class ServedModel {

    /** A thread that hangs in an engine call ends when it likes; what is left to do is done then. */
    private static final long CLOSE_PATIENCE_SECONDS = 10;

    private final Incarnation incarnation;
    private final Announcements announcements;
    private final Deque<Supplier<Future<?>>> undo = new ArrayDeque<>();
    private final Usage usage = new Usage();
    private @Nullable Description description;
    private Map<String, List<LatencyPoint>> profiles = Map.of();
    private ModelServing.Rest rest = new ModelServing.Rest(false, Duration.ZERO);
    private long readyNanos;
    private long loadNanos;

    ServedModel(Incarnation incarnation, Announcements announcements) {
        this.incarnation = incarnation;
        this.announcements = announcements;
    }

    Incarnation incarnation() {
        return incarnation;
    }

    /** What is to be done at the end, the last first and one after the other, whether or not those before succeed. */
    void onClose(Supplier<Future<?>> step) {
        undo.push(step);
    }

    /** @param measured by group, how long its batches took before it took requests */
    void describe(Description complete, ModelServing.Rest mayRest, Map<String, List<LatencyPoint>> measured) {
        description = complete;
        rest = mayRest;
        profiles = Map.copyOf(measured);
    }

    void loaded(long sinceNanos, long nowNanos) {
        readyNanos = nowNanos;
        loadNanos = nowNanos - sinceNanos;
    }

    Usage usage() {
        return usage;
    }

    ModelServing.Rest rest() {
        return rest;
    }

    /** By group, how long its batches took before it took requests. */
    Map<String, List<LatencyPoint>> profiles() {
        return profiles;
    }

    long readyNanos() {
        return readyNanos;
    }

    /** How long it took until it was ready. */
    long loadNanos() {
        return loadNanos;
    }

    /** As the front is to know it; null until it is complete. */
    @Nullable
    Description description() {
        return description;
    }

    /** Has so many instances in that group from now on; fails with why it has fewer. */
    void resize(String group, int instances) {
        announcements.resize(incarnation, group, instances);
        description = description == null ? null : description.with(group, instances);
    }

    /** Whether it has no instances of its own, for its stages have them. */
    boolean isPipeline() {
        return description != null && description.isPipeline();
    }

    /** The groups that it has, and how many instances there are in each. */
    List<Description.Group> groups() {
        return description == null ? List.of() : description.groups();
    }

    /** Lets it finish what it has; to be called when nobody is sent to it any more. */
    void drain(Duration patience) {
        announcements.drain(incarnation, patience);
    }

    /** Ends what serves it and frees its memory; what waits for it still is refused. */
    void close() {
        Future<?> ended = Future.succeededFuture();
        while (!undo.isEmpty()) {
            Supplier<Future<?>> step = undo.pop();
            ended = ended.transform(before -> step.get().mapEmpty());
        }
        ended.timeout(CLOSE_PATIENCE_SECONDS, TimeUnit.SECONDS).otherwiseEmpty().await();
    }
}
