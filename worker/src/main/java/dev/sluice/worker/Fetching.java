package dev.sluice.worker;

import dev.sluice.worker.contract.ModelId;
import dev.sluice.worker.contract.ModelSource;
import dev.sluice.worker.contract.SourceListener;
import dev.sluice.worker.source.Attempts;
import dev.sluice.worker.source.ModelSources;
import dev.sluice.worker.source.SourceException;
import dev.sluice.worker.source.SourceOptions;
import dev.sluice.worker.source.Transfer;
import io.vertx.core.Vertx;
import io.vertx.core.WorkerExecutor;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Has the files of versions brought here that do not lie in the repository, and tries again what failed for the moment.
 *
 * <p>A thread is taken for a try and not for the wait after it, so a source that is away keeps nobody from theirs.
 *
 * @thread the control thread, which goes on with other things meanwhile; a try runs on a thread of its own
 * @bound {@code worker.sources.downloads} tries at one time, {@value #LOOKS} looks at files; the next wait
 */
final class Fetching implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(Fetching.class);
    private static final long TELL_EACH_MILLIS = 500;
    private static final int LOOKS = 4;

    private final ModelSources sources;
    private final SourceOptions options;
    private final SourceListener listener;
    private final Vertx vertx;
    private final WorkerExecutor threads;

    /** For looks at files of this machine: a folder that hangs holds up other looks, and nothing else. */
    private final WorkerExecutor looking;

    private final SplittableRandom random = new SplittableRandom();
    private final Set<Transfer> underWay = new HashSet<>();

    /** Of versions that failed, how often, and the timer after which they are tried again. */
    private final Map<ModelId, Later> failed = new HashMap<>();

    private Predicate<ModelId> whenDue = model -> false;

    private record Later(int rounds, long timer) {}

    Fetching(ModelSources sources, SourceOptions options, SourceListener listener, Vertx vertx) {
        this.sources = sources;
        this.options = options;
        this.listener = listener;
        this.vertx = vertx;
        this.threads = vertx.createSharedWorkerExecutor("sluice.fetching", options.downloads(), 1, TimeUnit.DAYS);
        this.looking = vertx.createSharedWorkerExecutor("sluice.looking", LOOKS);
    }

    /** Has that called when a version that had failed is worth another try; it says whether there is one. */
    void whenDue(Predicate<ModelId> listener) {
        whenDue = listener;
    }

    /** What can be said against a source without asking anybody; for people. */
    Optional<String> objection(ModelSource source) {
        return sources.objection(source);
    }

    /** What is missing of a source on this machine, which is kept nowhere either; for people. */
    Optional<String> missing(ModelSource source) {
        return looking.executeBlocking(() -> sources.missing(source), false).await();
    }

    /**
     * The files if they are there already; waits for no download.
     *
     * @thread any that may wait
     */
    Optional<ModelSources.Fetched> there(ModelSource source) {
        Optional<ModelSources.Fetched> there = sources.there(source);
        if (there.isPresent()) {
            try {
                listener.cached(sources.bytes());
            } catch (SourceException unknown) {
                LOG.debug("{}", unknown.getMessage());
            }
        }
        return there;
    }

    /** With the digest of what lies there now; without, where that cannot be told, and a fetch will say why. */
    ModelSource asItIsNow(ModelSource source) {
        Transfer transfer = new Transfer();
        underWay.add(transfer);
        try {
            return threads.executeBlocking(() -> sources.asItIsNow(source, transfer), false)
                    .otherwise(source)
                    .await();
        } finally {
            underWay.remove(transfer);
        }
    }

    /**
     * Returns when the files are there.
     *
     * @param told hears how far it is, and says whether it is still wanted
     */
    ModelSources.Fetched fetch(ModelId model, ModelSource source, Predicate<String> told) throws SourceException {
        int failures = forgetFailures(model);
        Transfer transfer = new Transfer();
        underWay.add(transfer);
        Telling telling = new Telling(transfer, told);
        long timer = vertx.setPeriodic(TELL_EACH_MILLIS, due -> telling.tell());
        try {
            return tried(source, transfer);
        } catch (SourceException failure) {
            if (failure.again() != SourceException.Again.NEVER) {
                tryLater(model, failures);
            }
            throw failure;
        } finally {
            vertx.cancelTimer(timer);
            underWay.remove(transfer);
            telling.count();
        }
    }

    private ModelSources.Fetched tried(ModelSource source, Transfer transfer) throws SourceException {
        Attempts attempts = new Attempts(options.retryFor(), random);
        while (true) {
            long before = transfer.news();
            try {
                return tryOnce(source, transfer);
            } catch (SourceException failure) {
                if (failure.again() != SourceException.Again.TAKEN) {
                    listener.failed();
                }
                Optional<Duration> wait = attempts.next(failure, transfer.news() > before);
                if (wait.isEmpty()) {
                    throw failure;
                }
                LOG.debug("{}", failure.getMessage());
                transfer.waits(failure.getMessage() + "; it is tried again");
                pause(wait.get(), transfer);
            }
        }
    }

    /** The blocking part; what it throws comes out as it was thrown. */
    private ModelSources.Fetched tryOnce(ModelSource source, Transfer transfer) throws SourceException {
        return threads.executeBlocking(
                        () -> {
                            transfer.goOn();
                            ModelSources.Fetched fetched = sources.fetch(source, transfer);
                            listener.cached(sources.bytes());
                            return fetched;
                        },
                        false)
                .await();
    }

    private void pause(Duration wait, Transfer transfer) throws SourceException {
        for (long left = wait.toMillis(); left > 0; left -= TELL_EACH_MILLIS) {
            vertx.timer(Math.min(left, TELL_EACH_MILLIS)).await();
            transfer.goOn();
        }
    }

    /** Says how often it had failed. */
    private int forgetFailures(ModelId model) {
        Later later = failed.remove(model);
        if (later == null) {
            return 0;
        }
        vertx.cancelTimer(later.timer);
        return later.rounds;
    }

    private void tryLater(ModelId model, int rounds) {
        Duration wait = Attempts.later(rounds, random);
        long timer = vertx.setTimer(wait.toMillis(), due -> {
            if (!whenDue.test(model)) {
                failed.remove(model); // it has gone, or has come by another way
            }
        });
        failed.put(model, new Later(rounds + 1, timer));
    }

    /**
     * Says how far a fetch is, and ends it when nobody wants to hear it.
     *
     * @thread the control thread
     */
    private final class Telling {

        private final Transfer transfer;
        private final Predicate<String> told;
        private long counted;

        Telling(Transfer transfer, Predicate<String> told) {
            this.transfer = transfer;
            this.told = told;
        }

        void tell() {
            count();
            if (!told.test(transfer.inWords())) {
                transfer.end();
            }
        }

        void count() {
            long received = transfer.received();
            listener.received(received - counted);
            counted = received;
        }
    }

    @Override
    public void close() {
        underWay.forEach(Transfer::end);
        threads.close();
        looking.close();
        sources.close();
    }
}
