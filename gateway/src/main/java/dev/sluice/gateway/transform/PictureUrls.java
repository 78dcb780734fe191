package dev.sluice.gateway.transform;

import dev.sluice.worker.contract.InferenceError;
import dev.sluice.worker.contract.InferenceException;
import dev.sluice.worker.source.SourceException;
import dev.sluice.worker.source.WebFiles;
import java.time.InstantSource;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Fetches pictures for clients who send their URLs, from hosts that an operator has named and from no private network.
 *
 * <p>What is fetched by this server is fetched from where it stands, which is inside of walls that its clients stand
 * outside of. Hence nobody's pictures by default.
 *
 * @thread asked from any; its threads wait for other servers, and end when there has been nothing to fetch for a minute
 * @bound {@code picture_urls.max_fetches} at one time, of which none waits for its turn
 * @errors InvalidRequest for what may not, or cannot, be fetched; Overloaded beyond the bound
 */
public final class PictureUrls implements AutoCloseable {

    public static final String FIELD = "url";

    private static final String SETTINGS = "picture_urls";
    private static final long IDLE_SECONDS = 60;

    private final Set<String> hosts;
    private final WebFiles files;
    private final ThreadPoolExecutor threads;

    public PictureUrls(PictureUrlOptions options, InstantSource clock) {
        this.hosts = options.hosts().stream()
                .map(host -> host.toLowerCase(Locale.ROOT))
                .collect(Collectors.toUnmodifiableSet());
        this.files = new WebFiles(SETTINGS, options.allowHttp(), options.allowPrivate(), options.timeout(), clock);
        AtomicInteger number = new AtomicInteger();
        this.threads = new ThreadPoolExecutor(
                0,
                options.maxFetches(),
                IDLE_SECONDS,
                TimeUnit.SECONDS,
                new SynchronousQueue<>(),
                work -> Thread.ofPlatform()
                        .daemon()
                        .name("sluice-fetch-" + number.getAndIncrement())
                        .unstarted(work));
    }

    /**
     * What became of a fetch: one of both is null, or both where nobody waited any more.
     *
     * @thread immutable
     */
    public record Fetched(byte @Nullable [] bytes, @Nullable InferenceError error) {}

    /** Why a URL is not fetched, as far as that can be known without asking anybody; null where it may be. */
    public @Nullable InferenceError refusal(String url) {
        if (hosts.isEmpty()) {
            return invalid("no pictures are fetched by this server (" + SETTINGS + ".hosts)");
        }
        Optional<String> objection = files.objection(url);
        if (objection.isPresent()) {
            return invalid(objection.get());
        }
        String host = WebFiles.host(url);
        return hosts.contains(PictureUrlOptions.ANY) || hosts.contains(host)
                ? null
                : invalid("no pictures are fetched from " + InferenceException.shortened(host) + " (" + SETTINGS
                        + ".hosts)");
    }

    /**
     * Has a URL without {@link #refusal} fetched, and says on another thread what came of it; or says why not.
     *
     * @param reader may throw InferenceException for what is too much
     */
    public @Nullable InferenceError fetch(String url, WebFiles.Reader reader, Consumer<Fetched> done) {
        try {
            threads.execute(() -> done.accept(fetched(url, reader)));
            return null;
        } catch (RejectedExecutionException full) {
            return new InferenceError.Overloaded(
                    "as many pictures are being fetched as may be at one time (" + SETTINGS + ".max_fetches)",
                    InferenceError.RETRY_SOON_MILLIS);
        }
    }

    private Fetched fetched(String url, WebFiles.Reader reader) {
        try {
            return new Fetched(files.read(url, reader), null);
        } catch (SourceException cannot) {
            return new Fetched(null, invalid(cannot.getMessage()));
        } catch (InferenceException tooMuch) {
            return new Fetched(null, tooMuch.error());
        } catch (OutOfMemoryError full) {
            return new Fetched(null, new InferenceError.Overloaded("there is no memory for the picture", 1000));
        }
    }

    private static InferenceError invalid(String reason) {
        return new InferenceError.InvalidRequest(FIELD, reason);
    }

    /** Begins nothing more; who waits for a fetch has been answered before. */
    @Override
    public void close() {
        threads.shutdownNow();
    }
}
