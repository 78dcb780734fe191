package dev.sluice.gateway.transform;

import dev.sluice.worker.contract.InferenceError;
import dev.sluice.worker.contract.InferenceException;
import dev.sluice.worker.contract.ThreadRank;
import dev.sluice.worker.source.SourceException;
import dev.sluice.worker.source.WebFiles;
import java.net.URI;
import java.time.InstantSource;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Fetches pictures for clients who send their URLs, from hosts that an operator has named and from no private network.
 *
 * <p>What is fetched by this server is fetched from where it stands, which is inside of walls that its clients stand
 * outside of. Hence nobody's pictures by default; and what stands in the way of one is told in the log, with the id of
 * its request, and not to clients, who would learn from it which hosts there are; but for what the other server has said
 * itself, its status or a redirect.
 *
 * @thread asked from any; its threads wait for other servers, and end when there has been nothing to fetch for a minute
 *     one more hangs up on servers whose answers nobody waits for any more
 * @bound {@code picture_urls.max_fetches} at one time, of which none waits for its turn
 * @errors InvalidRequest for what may not, or cannot, be fetched; Overloaded beyond the bound; Draining once closed;
 *     EngineFailure for what nobody has thought of
 */
public final class PictureUrls implements AutoCloseable {

    public static final String FIELD = "url";

    private static final Logger LOG = LoggerFactory.getLogger(PictureUrls.class);
    private static final String SETTINGS = "picture_urls";
    private static final long IDLE_SECONDS = 60;
    private static final long LOOKS_EVERY_MILLIS = 500;

    /**
     * Who waits for a picture.
     *
     * @thread as {@link WebFiles.Reader}
     */
    public interface Reader extends WebFiles.Reader {}

    private final Set<String> hosts;
    private final WebFiles files;
    private final ThreadPoolExecutor threads;
    private final ScheduledThreadPoolExecutor hangingUp;

    public PictureUrls(PictureUrlOptions options, InstantSource clock) {
        Set<String> named = options.hosts().stream()
                .map(host -> host.toLowerCase(Locale.ROOT))
                .collect(Collectors.toUnmodifiableSet());
        this.hosts = named;
        this.files = new WebFiles(
                new WebFiles.Allowed(
                        SETTINGS,
                        options.allowHttp(),
                        options.allowPrivate(),
                        url -> isNamed(url, named),
                        named.contains(PictureUrlOptions.ANY)),
                options.timeout(),
                clock);
        this.threads = new ThreadPoolExecutor(
                0,
                options.maxFetches(),
                IDLE_SECONDS,
                TimeUnit.SECONDS,
                new SynchronousQueue<>(),
                ThreadRank.USUAL.threads("sluice-fetch-"));
        this.hangingUp = new ScheduledThreadPoolExecutor(1, work -> ThreadRank.USUAL.thread("sluice-fetch-end", work));
        hangingUp.setRemoveOnCancelPolicy(true);
        hangingUp.setKeepAliveTime(IDLE_SECONDS, TimeUnit.SECONDS);
        hangingUp.allowCoreThreadTimeOut(true);
    }

    /** Over plain text a name may lead elsewhere between two look-ups, and nobody would see it: not for any host. */
    private static boolean isNamed(URI url, Set<String> hosts) {
        return hosts.contains(url.getHost().toLowerCase(Locale.ROOT))
                || (hosts.contains(PictureUrlOptions.ANY) && "https".equalsIgnoreCase(url.getScheme()));
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
        return files.objection(url).map(PictureUrls::invalid).orElse(null);
    }

    /**
     * Has a URL without {@link #refusal} fetched, and says on another thread what came of it; or says why not.
     *
     * @param requestId under which the log says what stood in the way
     * @param reader may throw InferenceException for what is too much
     */
    public @Nullable InferenceError fetch(String requestId, String url, Reader reader, Consumer<Fetched> done) {
        try {
            threads.execute(() -> done.accept(fetched(requestId, url, reader)));
            return null;
        } catch (RejectedExecutionException full) {
            return threads.isShutdown()
                    ? new InferenceError.Draining()
                    : new InferenceError.Overloaded(
                            "as many pictures are being fetched as may be at one time (" + SETTINGS + ".max_fetches)",
                            InferenceError.RETRY_SOON_MILLIS);
        }
    }

    private Fetched fetched(String requestId, String url, Reader reader) {
        try {
            return new Fetched(read(url, reader), null);
        } catch (SourceException cannot) {
            LOG.info("request {}: its picture cannot be fetched: {}", requestId, cannot.getMessage());
            String why = cannot.told().isEmpty() ? "" : ": " + cannot.told();
            return new Fetched(null, invalid("cannot be fetched" + why));
        } catch (InferenceException tooMuch) {
            return new Fetched(null, tooMuch.error());
        } catch (OutOfMemoryError full) {
            return new Fetched(null, new InferenceError.Overloaded("there is no memory for the picture", 1000));
        } catch (Throwable failure) { // nobody else would answer the request
            if (!reader.waits()) { // a connection that has been hung up on fails as it likes
                return new Fetched(null, null);
            }
            LOG.error("request {}: the fetch of its picture failed", requestId, failure);
            return new Fetched(null, new InferenceError.EngineFailure(requestId));
        }
    }

    /** Nothing else would end a server that says its head byte by byte, which is never silent for long. */
    private byte @Nullable [] read(String url, Reader reader) throws SourceException {
        AtomicReference<Runnable> hangUp = new AtomicReference<>(() -> {});
        Runnable look = () -> {
            if (!reader.waits()) {
                hangUp.get().run();
            }
        };
        ScheduledFuture<?> looks =
                hangingUp.scheduleWithFixedDelay(look, LOOKS_EVERY_MILLIS, LOOKS_EVERY_MILLIS, TimeUnit.MILLISECONDS);
        try {
            return files.read(url, reader, hangUp::set);
        } finally {
            looks.cancel(false);
        }
    }

    private static InferenceError invalid(String reason) {
        return new InferenceError.InvalidRequest(FIELD, reason);
    }

    /** Begins nothing more; who waits for a fetch has been answered before. */
    @Override
    public void close() {
        threads.shutdownNow();
        hangingUp.shutdownNow();
    }
}
