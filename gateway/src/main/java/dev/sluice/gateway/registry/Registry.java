package dev.sluice.gateway.registry;

import dev.sluice.gateway.front.control.AuditEntry;
import dev.sluice.gateway.front.control.ChangeHistory;
import dev.sluice.worker.contract.ModelWish;
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

    private final Database database;
    private final WorkerExecutor thread;
    private final Future<List<ModelWish>> wishes;

    private Registry(Place place, Vertx vertx) {
        this.database = new Database(place);
        this.thread = vertx.createSharedWorkerExecutor("sluice-registry", 1);
        // At once: it takes as long as the engine's library, which is loaded meanwhile.
        this.wishes = thread.executeBlocking(() -> database.run(WishTable::read));
    }

    /**
     * The registry there, if it is of any use.
     *
     * @param listens whether there is any way to change things; else no file is made, for it would stay empty
     */
    public static Optional<Registry> open(Place place, boolean listens, Vertx vertx) {
        boolean isOfUse =
                switch (place) {
                    case Place.Nowhere nowhere -> false;
                    case Place.File file -> listens || Files.exists(file.file());
                    case Place.Server elsewhere -> true;
                };
        if (listens && !isOfUse) {
            LOG.info("what operators say ends with this server (registry.url, registry.directory)");
        }
        if (listens && place instanceof Place.File file && !Files.exists(file.file())) {
            warnOfOthers(file);
        }
        return isOfUse ? Optional.of(new Registry(place, vertx)) : Optional.empty();
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
        Promise<Void> over = Promise.promise();
        thread.<Void>executeBlocking(() -> {
                    database.close();
                    return null;
                })
                .onComplete(over);
        return over.future();
    }
}
