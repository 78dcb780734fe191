package dev.sluice.loadtest.load;

import dev.sluice.loadtest.wire.Protocol;
import dev.sluice.loadtest.wire.Target;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpVersion;
import io.vertx.core.http.PoolOptions;
import io.vertx.core.http.RequestOptions;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * One exchange for each request: HTTP/1.1 for the Open Inference Protocol, HTTP/2 for gRPC.
 *
 * @thread its event loop
 * @bound as many requests in flight as the options say: one on each connection of HTTP/1.1, a few on each of HTTP/2
 * @owns its connections
 */
final class HttpSender implements Sender {

    /** So that several of the server's loops have something to do; one channel of gRPC would go to one of them. */
    private static final int CALLS_ON_A_CONNECTION = 32;

    private final LoadOptions options;
    private final Traffic traffic;
    private final Clock clock;
    private final boolean grpc;
    private final HttpClient client;
    private final RequestOptions address;
    private int inFlight;

    HttpSender(Vertx vertx, Target target, LoadOptions options, Traffic traffic, Clock clock) {
        this.options = options;
        this.traffic = traffic;
        this.clock = clock;
        this.grpc = traffic.call().protocol() == Protocol.GRPC;
        this.client = vertx.createHttpClient(client(), pool());
        this.address = new RequestOptions()
                .setMethod(HttpMethod.POST)
                .setHost(target.host())
                .setPort(target.port())
                .setURI(traffic.call().path());
    }

    private HttpClientOptions client() {
        return new HttpClientOptions()
                .setTcpNoDelay(true)
                .setConnectTimeout((int) Math.max(1, options.patienceNanos() / 1_000_000))
                .setProtocolVersion(grpc ? HttpVersion.HTTP_2 : HttpVersion.HTTP_1_1)
                .setHttp2ClearTextUpgrade(false)
                .setHttp2MultiplexingLimit(CALLS_ON_A_CONNECTION);
    }

    private PoolOptions pool() {
        return new PoolOptions()
                .setHttp1MaxSize(options.connections())
                .setHttp2MaxSize(Math.ceilDiv(options.connections(), CALLS_ON_A_CONNECTION));
    }

    @Override
    public Future<?> open() {
        return Future.succeededFuture(); // connections come with the first requests
    }

    @Override
    public void send(long plannedNanos, Consumer<Answer> done) {
        if (inFlight == options.connections()) {
            done.accept(Answer.notSent(plannedNanos, clock.now()));
            return;
        }
        inFlight++;
        new Exchange(plannedNanos, done).begin();
    }

    @Override
    public void close() {
        client.close();
    }

    private final class Exchange extends Pending {

        private @Nullable HttpClientRequest request;

        Exchange(long plannedNanos, Consumer<Answer> done) {
            super(clock, options, traffic, plannedNanos, answer -> {
                inFlight--;
                done.accept(answer);
            });
        }

        void begin() {
            client.request(address).onSuccess(this::write).onFailure(failure -> broken());
        }

        private void write(HttpClientRequest open) {
            request = open;
            if (over()) {
                open.reset();
                return;
            }
            traffic.call().headers().forEach(open::putHeader);
            sent();
            open.send(traffic.call().body()).onSuccess(this::read).onFailure(failure -> broken());
        }

        private void read(HttpClientResponse response) {
            response.end()
                    .onSuccess(whole -> answered(grpc ? Reply.grpc(response) : Reply.http(response)))
                    .onFailure(failure -> broken());
        }

        @Override
        void givenUp() {
            if (request != null) {
                request.reset();
            }
        }
    }
}
