package dev.sluice.gateway.front.control;

import dev.sluice.worker.contract.ModelCommand.Outcome;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps who changed what and what became of it, in all places that there are for it: the registry, and a file.
 *
 * @thread any
 * @bound who adds an entry waits for it, so there are no more than changes under way
 * @errors a file that cannot be written stops the start; later no place stops a change: the log says so, once until it
 *     can be written again
 */
public final class AuditLog {

    /** In place of a file, for none. */
    public static final String NONE = "none";

    private static final Logger LOG = LoggerFactory.getLogger(AuditLog.class);

    /**
     * Where entries are kept.
     *
     * @thread any
     */
    private record Place(String name, Function<AuditEntry, Future<Void>> keep, AtomicBoolean failing) {

        Place(String name, Function<AuditEntry, Future<Void>> keep) {
            this(name, keep, new AtomicBoolean());
        }

        /** Complete when it is there, or could not be. */
        Future<Void> add(AuditEntry entry) {
            return keep.apply(entry)
                    .onSuccess(kept -> works())
                    .onFailure(this::fails)
                    .transform(over -> Future.succeededFuture());
        }

        private void works() {
            if (failing.getAndSet(false)) {
                LOG.info("the audit log can be written again: {}", name);
            }
        }

        private void fails(Throwable cause) {
            if (!failing.getAndSet(true)) {
                LOG.error(
                        "the audit log cannot be written, and changes are made without: {}: {}",
                        name,
                        cause.toString());
            }
        }
    }

    private final List<Place> places;
    private final Optional<ChangeHistory> history;
    private final InstantSource clock;

    private AuditLog(List<Place> places, Optional<ChangeHistory> history, InstantSource clock) {
        this.places = places;
        this.history = history;
        this.clock = clock;
    }

    /**
     * Makes one; fails with an IOException that says why when its file cannot be written.
     *
     * @param file its absolute path, or {@link #NONE}
     */
    public static Future<AuditLog> open(
            String file, Optional<ChangeHistory> history, Vertx vertx, InstantSource clock) {
        List<Place> places = new ArrayList<>();
        history.ifPresent(registry -> places.add(new Place("the registry", registry::add)));
        if (file.equals(NONE)) {
            return Future.succeededFuture(new AuditLog(places, history, clock));
        }
        return AuditFile.open(file, vertx).map(lines -> {
            places.add(new Place(lines.toString(), lines::add));
            return new AuditLog(places, history, clock);
        });
    }

    /** Complete with that outcome when it is kept wherever it can be. */
    Future<Outcome> add(Operator operator, Change change, Outcome outcome) {
        AuditEntry entry = AuditEntry.of(clock.instant(), operator, change, outcome);
        Future<Void> kept = Future.succeededFuture();
        for (Place place : places) {
            Future<Void> here = place.add(entry);
            kept = kept.compose(before -> here);
        }
        return kept.map(over -> outcome);
    }

    /** What has been changed, where that can be asked for. */
    Optional<ChangeHistory> history() {
        return history;
    }
}
