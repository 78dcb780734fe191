package dev.sluice.worker;

import dev.sluice.worker.repository.ModelFolder;
import dev.sluice.worker.repository.ModelRoots;
import dev.sluice.worker.repository.ToldSources;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;

/**
 * What lies in the repository, as it was when it was looked at last, and what operators say is to be had elsewhere.
 *
 * @thread the control thread, which waits; the files are looked at on a thread that may wait
 * @errors of a directory that cannot be read any more the last known state is kept
 */
final class Folders {

    private final ModelRoots repository;
    private final Path root;
    private final Wishes wishes;
    private final Vertx vertx;
    private List<ModelFolder> found = List.of();

    Folders(WorkerOptions worker, Wishes wishes, Vertx vertx) {
        this.repository = new ModelRoots(worker.models(), worker.control().settle(), InstantSource.system());
        this.root = worker.models().stream().findFirst().orElse(Path.of(""));
        this.wishes = wishes;
        this.vertx = vertx;
    }

    /**
     * Takes what is there as it is.
     *
     * @throws IOException when no directory can be read
     */
    void first() throws IOException {
        found = repository.first();
    }

    List<ModelFolder> all() {
        return ToldSources.added(found, wishes.all(), root);
    }

    Optional<ModelFolder> of(String name) {
        return all().stream().filter(folder -> folder.name().equals(name)).findFirst();
    }

    /** Looks again, and returns the models whose directory could not be read before: what failed has another try. */
    Set<String> look() {
        return see(repository::look);
    }

    /** The same, with that model's files taken for whole. */
    Set<String> take(String name) {
        return see(() -> repository.take(name));
    }

    private record Seen(List<ModelFolder> folders, Set<String> returned) {}

    private Set<String> see(Supplier<List<ModelFolder>> looking) {
        Seen seen = vertx.executeBlocking(() -> new Seen(looking.get(), repository.returned()))
                .await();
        found = seen.folders;
        return seen.returned;
    }
}
