package dev.sluice.loadtest.load;

import dev.sluice.loadtest.wire.PictureCall;
import dev.sluice.loadtest.wire.Target;
import io.vertx.core.AsyncResult;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.PoolOptions;
import io.vertx.core.http.RequestOptions;
import io.vertx.core.json.DecodeException;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.HdrHistogram.Histogram;

/**
 * Clients that each post their next picture when they have the answer to the last, and look at the label in it.
 *
 * @thread the calling thread waits; the event loop sends and counts
 * @bound one picture for each client, and one connection
 * @owns its connections
 */
public final class PictureClients implements AutoCloseable {

    private static final int OK = 200;
    private static final int SIGNIFICANT_DIGITS = 3;

    /** Who is refused, or finds nobody, does not ask again at once. */
    private static final long PAUSE_MILLIS = 100;

    private final Context loop;
    private final HttpClient client;
    private final RequestOptions address;
    private final List<PictureCall> pictures;
    private final int clients;

    public PictureClients(Vertx vertx, Target target, String path, List<PictureCall> pictures, int clients) {
        this.loop = vertx.getOrCreateContext();
        this.client = vertx.createHttpClient(
                new HttpClientOptions().setTcpNoDelay(true), new PoolOptions().setHttp1MaxSize(clients));
        this.address = new RequestOptions()
                .setMethod(HttpMethod.POST)
                .setHost(target.host())
                .setPort(target.port())
                .setURI(path);
        this.pictures = pictures;
        this.clients = clients;
    }

    /**
     * What one run came to.
     *
     * @param right answers with the label of what is on the picture
     * @param wrong with another one, or none
     * @param others anything but an answer with status 200, and none in all the time that a client waits
     * @param nanos from sending to the whole answer, of the right ones
     * @param seconds until the last answer
     */
    public record Answers(long right, long wrong, long others, Histogram nanos, double seconds) {}

    /**
     * Pictures are begun for that long; all begin at once.
     *
     * @param patienceNanos after which a picture is given up, with its connection
     */
    public Answers run(long nanos, long patienceNanos) {
        Run run = new Run(nanos, TimeUnit.NANOSECONDS.toMillis(patienceNanos));
        loop.runOnContext(begun -> run.begin());
        return run.over.future().await();
    }

    @Override
    public void close() {
        client.close();
    }

    /**
     * The clients of one run.
     *
     * @thread the event loop
     */
    private final class Run {

        private final Promise<Answers> over = Promise.promise();
        private final Histogram latencies = new Histogram(SIGNIFICANT_DIGITS);
        private final long startNanos = System.nanoTime();
        private final long lengthNanos;
        private final long patienceMillis;
        private int waiting = clients;
        private int begun;
        private long right;
        private long wrong;
        private long others;

        Run(long lengthNanos, long patienceMillis) {
            this.lengthNanos = lengthNanos;
            this.patienceMillis = patienceMillis;
        }

        void begin() {
            for (int i = 0; i < clients; i++) {
                next();
            }
        }

        private void next() {
            long now = System.nanoTime();
            if (now - startNanos < lengthNanos) {
                PictureCall picture = pictures.get(begun++ % pictures.size());
                ask(picture, patienceMillis).onComplete(label -> {
                    count(label, picture, System.nanoTime() - now);
                    if (label.succeeded()) {
                        next();
                    } else {
                        loop.owner().setTimer(PAUSE_MILLIS, paused -> next());
                    }
                });
            } else if (--waiting == 0) {
                over.complete(new Answers(right, wrong, others, latencies, (now - startNanos) / 1e9));
            }
        }

        private void count(AsyncResult<String> label, PictureCall picture, long nanos) {
            if (label.failed()) {
                others++;
            } else if (label.result().equals(picture.label())) {
                right++;
                latencies.recordValue(nanos);
            } else {
                wrong++;
            }
        }
    }

    /** The label in the answer, empty where there is none; fails where there is no answer. */
    private Future<String> ask(PictureCall picture, long patienceMillis) {
        return client.request(new RequestOptions(address).setConnectTimeout(patienceMillis))
                .compose(request -> request.putHeader("content-type", picture.contentType())
                        .send(picture.body())
                        .expecting(response -> response.statusCode() == OK)
                        .compose(HttpClientResponse::body)
                        .timeout(patienceMillis, TimeUnit.MILLISECONDS)
                        .onFailure(late -> request.reset()))
                .map(PictureClients::label);
    }

    private static String label(Buffer answer) {
        try {
            return answer.toJsonObject().getString("label", "");
        } catch (DecodeException | ClassCastException other) {
            return "";
        }
    }
}
