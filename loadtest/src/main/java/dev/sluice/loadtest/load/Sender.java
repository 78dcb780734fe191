package dev.sluice.loadtest.load;

import dev.sluice.loadtest.wire.InferCall;
import dev.sluice.loadtest.wire.Target;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.PoolOptions;
import io.vertx.core.http.RequestOptions;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Sends requests over HTTP/1.1, each on a connection of its own, and says exactly once how each ended.
 *
 * <p>No request waits for a connection: if all are busy it is not sent, and counts as such. Otherwise a server could slow
 * the generator down by being slow.
 *
 * @thread its event loop
 * @bound one request in flight for each connection
 * @owns its connections
 */
final class Sender {

    private static final String RETRY_AFTER = "retry-after";
    private static final long MILLIS = 1_000_000;

    private final Vertx vertx;
    private final HttpClient client;
    private final RequestOptions address;
    private final int connections;
    private final long patienceMillis;
    private final long startNanos;
    private int inFlight;

    /** @param startNanos the moment that all others count from, on the clock of {@link System#nanoTime} */
    Sender(Vertx vertx, Target target, LoadOptions options, long startNanos) {
        this.vertx = vertx;
        this.connections = options.connections();
        this.patienceMillis = Math.max(1, options.patienceNanos() / MILLIS);
        this.startNanos = startNanos;
        this.address = new RequestOptions()
                .setMethod(HttpMethod.POST)
                .setHost(target.host())
                .setPort(target.port());
        HttpClientOptions http = new HttpClientOptions().setTcpNoDelay(true).setConnectTimeout((int) patienceMillis);
        this.client = vertx.createHttpClient(http, new PoolOptions().setHttp1MaxSize(connections));
    }

    long now() {
        return System.nanoTime() - startNanos;
    }

    void close() {
        client.close();
    }

    void send(Traffic traffic, long plannedNanos, Consumer<Answer> done) {
        if (inFlight == connections) {
            done.accept(new Answer(Outcome.NOT_SENT, plannedNanos, now(), 0));
            return;
        }
        inFlight++;
        new Exchange(traffic, plannedNanos, done).begin();
    }

    /** One request on its way. */
    private final class Exchange {

        private final Traffic traffic;
        private final long plannedNanos;
        private final Consumer<Answer> done;
        private final long timer;
        private @Nullable HttpClientRequest request;
        private long sentNanos;
        private boolean over;

        Exchange(Traffic traffic, long plannedNanos, Consumer<Answer> done) {
            this.traffic = traffic;
            this.plannedNanos = plannedNanos;
            this.sentNanos = plannedNanos;
            this.done = done;
            this.timer = vertx.setTimer(patienceMillis, fired -> giveUp());
        }

        void begin() {
            InferCall call = traffic.call();
            client.request(new RequestOptions(address).setURI(call.path()))
                    .onSuccess(this::write)
                    .onFailure(failure -> end(Outcome.BROKEN, 0));
        }

        private void write(HttpClientRequest open) {
            request = open;
            if (over) {
                open.reset();
                return;
            }
            traffic.call().headers().forEach(open::putHeader);
            sentNanos = now();
            open.send(traffic.call().body()).onSuccess(this::read).onFailure(failure -> end(Outcome.BROKEN, 0));
        }

        private void read(HttpClientResponse response) {
            response.end().onSuccess(whole -> end(response)).onFailure(failure -> end(Outcome.BROKEN, 0));
        }

        private void end(HttpClientResponse response) {
            String retryAfter = response.getHeader(RETRY_AFTER);
            boolean inTime = now() - plannedNanos <= traffic.deadlineNanos();
            end(Outcome.of(response.statusCode(), retryAfter != null, inTime), millis(retryAfter));
        }

        private void giveUp() {
            end(Outcome.GAVE_UP, 0);
            if (request != null) {
                request.reset();
            }
        }

        private void end(Outcome outcome, long retryAfterMillis) {
            if (over) {
                return;
            }
            over = true;
            inFlight--;
            vertx.cancelTimer(timer);
            done.accept(new Answer(outcome, sentNanos, now(), retryAfterMillis));
        }
    }

    /** Seconds, as Sluice and most write it; dates count as none. */
    private static long millis(@Nullable String retryAfter) {
        return retryAfter != null && retryAfter.matches("\\d{1,6}") ? 1000 * Long.parseLong(retryAfter) : 0;
    }
}
