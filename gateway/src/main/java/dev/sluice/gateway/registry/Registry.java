package dev.sluice.gateway.registry;

import dev.sluice.gateway.front.control.AuditEntry;
import dev.sluice.gateway.front.control.ChangeHistory;
import dev.sluice.worker.contract.ModelWish;
import dev.sluice.worker.contract.Rollout;
import dev.sluice.worker.contract.WishStore;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.WorkerExecutor;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What operators want and what they have changed, where it outlives the server.
 *
 * @thread any; the database is used by one thread of its own, one thing after the other
 * @bound what waits for that thread: the commands under way, an entry for each, and a question for each connection of
 *     operators
 * @errors IOException that names the database; reading the wishes fails once and for all
 * @owns the database's connection
 */
public final class Registry implements WishStore, ChangeHistory {

    private static final Logger LOG = LoggerFactory.getLogger(Registry.class);

    /** A question to the file system, on the registry's own thread. */
    private static final long LOOK_MILLIS = 5000;

    private final Database database;
    private final WorkerExecutor thread;
    private final Future<List<ModelWish>> wishes;
    private final Vertx vertx;
    private final long looking;
    private volatile boolean isLost;

    /** @param isThere whether there can be anything in it; else it is made when there is something to keep */
    private Registry(Place place, boolean isThere, Vertx vertx) {
        this.database = new Database(place);
        this.vertx = vertx;
        this.thread = vertx.createSharedWorkerExecutor("sluice-registry", 1);
        // At once: it takes as long as the engine's library, which is loaded meanwhile.
        this.wishes = isThere
                ? thread.executeBlocking(() -> database.run(WishTable::read))
                : Future.succeededFuture(List.of());
        this.looking = vertx.setPeriodic(LOOK_MILLIS, due -> look());
    }

    /** Whoever deletes the file, and changes nothing afterwards, should not learn of it by the next restart. */
    private void look() {
        thread.executeBlocking(database::lost).onSuccess(lost -> {
            if (lost.isPresent() && !isLost) {
                LOG.error("{}", lost.get());
            } else if (lost.isEmpty() && isLost) {
                LOG.info("the registry's file is back");
            }
            isLost = lost.isPresent();
        });
    }

    /**
     * The registry there, if it is of any use.
     *
     * @param listens whether operators can change things; else a file is made only when a trial has something to keep
     */
    public static Optional<Registry> open(Place place, boolean listens, Vertx vertx) {
        boolean isOfUse = !(place instanceof Place.Nowhere);
        if (listens && !isOfUse) {
            LOG.info("what operators say ends with this server (registry.url, registry.directory)");
        }
        if (listens && place instanceof Place.File file && !Files.exists(file.file())) {
            warnOfOthers(file);
        }
        boolean mayHaveWords = listens || !(place instanceof Place.File file) || Files.exists(file.file());
        return isOfUse ? Optional.of(new Registry(place, mayHaveWords, vertx)) : Optional.empty();
    }

    /** Who adds a directory of models has a file of another name, and nothing of what was said. */
    private static void warnOfOthers(Place.File file) {
        List<Path> others = file.ofOtherModels();
        if (!others.isEmpty()) {
            LOG.warn(
                    "the registry {} is new, for worker.models is; what operators said with other models on this port"
                            + " is in {}: a copy of that by the new name would hold here",
                    file.file(),
                    others);
        }
    }

    @Override
    public CompletionStage<List<ModelWish>> read() {
        return wishes.toCompletionStage();
    }

    @Override
    public CompletionStage<Void> write(ModelWish wish) {
        return written(connection -> WishTable.write(connection, wish)).toCompletionStage();
    }

    @Override
    public CompletionStage<Void> write(String name, Rollout rollout) {
        return written(connection -> RolloutTable.write(connection, name, rollout))
                .toCompletionStage();
    }

    @Override
    public Future<Void> add(AuditEntry entry) {
        return written(connection -> ChangeTable.add(connection, entry));
    }

    @Override
    public Future<List<AuditEntry>> newest(Optional<String> model, int limit) {
        return thread.executeBlocking(() -> database.run(connection -> ChangeTable.newest(connection, model, limit)));
    }

    private Future<Void> written(Database.Change change) {
        return thread.executeBlocking(() -> {
            database.write(change);
            return null;
        });
    }

    /** Complete, on no context, for they are closed next, when what has begun is over. */
    public Future<Void> close() {
        vertx.cancelTimer(looking);
        Promise<Void> over = Promise.promise();
        thread.<Void>executeBlocking(() -> {
                    database.close();
                    return null;
                })
                .onComplete(over);
        return over.future();
    }
}
