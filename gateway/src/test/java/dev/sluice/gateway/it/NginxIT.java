package dev.sluice.gateway.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sluice.gateway.front.grpc.wire.HealthCheckRequest;
import dev.sluice.gateway.front.grpc.wire.ModelInferResponse;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.grpc.common.GrpcStatus;
import java.io.IOException;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509ExtendedTrustManager;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Two gateways, each a process, behind the real nginx with the configuration that we ship. */
class NginxIT {

    private static final int CLIENTS = 8;
    private static final String SUMS = "/v2/models/sums/infer";

    private final List<SluiceProcess> gateways = new ArrayList<>();
    private final List<Integer> ports = new ArrayList<>();
    private RunningNginx nginx;

    @BeforeEach
    void start(@TempDir Path folder) throws IOException {
        gateways.add(serve(0));
        gateways.add(serve(0));
        for (SluiceProcess gateway : gateways) {
            ports.add(gateway.awaitReady());
        }
        nginx = RunningNginx.start(folder, ports.get(0), ports.get(1));
    }

    @AfterEach
    void stop() {
        if (nginx != null) {
            nginx.close();
        }
        gateways.forEach(SluiceProcess::close);
    }

    private static SluiceProcess serve(int port) throws IOException {
        return SluiceProcess.start(
                "--models",
                Places.TEST_MODELS.toString(),
                "--port",
                Integer.toString(port),
                "--set",
                "http.listen_when_ready=true",
                "--set",
                "worker.instances=1");
    }

    /** How many requests a gateway has answered since it was started. */
    private double answered(int gateway) {
        try (RawConnection direct = new RawConnection(ports.get(gateway))) {
            direct.send("GET /metrics HTTP/1.1\r\nhost: test\r\nconnection: close\r\n\r\n");
            return new MetricsPage(direct.answer().body()).value("sluice_requests_total", "model=\"sums\"");
        } catch (IOException away) {
            return 0;
        }
    }

    /**
     * Clients that send one request after the other through nginx.
     *
     * @thread each client has its own
     */
    private final class Load implements AutoCloseable {

        private final AtomicBoolean over = new AtomicBoolean();
        private final AtomicInteger sent = new AtomicInteger();
        private final List<CompletableFuture<Void>> clients = new ArrayList<>();

        Load() {
            for (int i = 0; i < CLIENTS; i++) {
                clients.add(CompletableFuture.runAsync(this::send, Thread::startVirtualThread));
            }
        }

        private void send() {
            try (RawConnection connection = new RawConnection(nginx.port())) {
                while (!over.get()) {
                    int number = sent.incrementAndGet();
                    Answer answer =
                            connection.post(SUMS, Requests.sums(number, 1)).answer();
                    assertEquals(200, answer.status(), answer.body());
                    assertEquals(number + 1, answer.data().getInteger(0));
                }
            } catch (IOException broken) {
                throw new AssertionError("request " + sent.get() + ": " + broken, broken);
            }
        }

        /** Fails as soon as a client has seen anything go wrong. */
        boolean isUnharmed() {
            clients.stream().filter(CompletableFuture::isDone).forEach(Waiting::await);
            return true;
        }

        /** Every request so far and every one under way must have been answered rightly. */
        @Override
        public void close() {
            over.set(true);
            clients.forEach(Waiting::await);
        }
    }

    @Test
    void sharesTheLoadAndSendsItOnWhenAGatewayIsKilled() {
        try (Load load = new Load()) {
            Waiting.until("both serve", () -> load.isUnharmed() && answered(0) > 50 && answered(1) > 50);
            gateways.get(0).kill();
            gateways.get(0).awaitExit();
            double before = answered(1);
            Waiting.until("the other one goes on", () -> load.isUnharmed() && answered(1) > before + 200);
        }
    }

    @Test
    void noRequestFailsWhileTheGatewaysAreRestartedOneAfterTheOther() {
        try (Load load = new Load()) {
            for (int gateway = 0; gateway < 2; gateway++) {
                int rolled = gateway;
                Waiting.until("it serves", () -> load.isUnharmed() && answered(rolled) > 50);
                gateways.get(rolled).terminate();
                assertEquals(0, gateways.get(rolled).awaitExit());
                gateways.set(rolled, restarted(rolled));
                gateways.get(rolled).awaitReady();
                Waiting.until("it serves again", () -> load.isUnharmed() && answered(rolled) > 50);
            }
        }
    }

    private SluiceProcess restarted(int gateway) {
        try {
            return serve(ports.get(gateway));
        } catch (IOException broken) {
            throw new AssertionError(broken);
        }
    }

    @Test
    void passesWhoAsksAndWhatForAndRefusesLikeAGateway() throws Exception {
        try (RawConnection client = new RawConnection(nginx.port())) {
            client.send("GET /v2 HTTP/1.1\r\nhost: test\r\nx-request-id: mine\r\n\r\n");
            assertEquals("mine", client.answer().header("x-request-id"));
            client.send("GET /v2 HTTP/1.1\r\nhost: test\r\n\r\n");
            assertEquals(
                    32,
                    String.valueOf(client.answer().header("x-request-id")).length()); // nginx makes one of 32 digits
            client.post("/v2/models/nobody/infer", Requests.sums(1, 2));
            assertTrue(client.answer().error(404).contains("nobody"));
            client.send("POST " + SUMS + " HTTP/1.1\r\nhost: test\r\ncontent-length: 67108865\r\n\r\n");
            assertTrue(client.answer().error(413).contains("64 MiB"));
        }
        gateways.forEach(SluiceProcess::kill);
        gateways.forEach(SluiceProcess::awaitExit);
        try (RawConnection client = new RawConnection(nginx.port())) {
            Answer nobody = client.post(SUMS, Requests.sums(1, 2)).answer();
            assertTrue(nobody.error(503).contains("no server answers"));
            assertEquals("1", nobody.header("retry-after"));
        }
    }

    @Test
    void speaksHttp2ToClientsOverTls() throws Exception {
        try (HttpClient client = HttpClient.newBuilder()
                .sslContext(trustful())
                .version(HttpClient.Version.HTTP_2)
                .build()) {
            HttpRequest request = HttpRequest.newBuilder(URI.create("https://127.0.0.1:" + nginx.tlsPort() + SUMS))
                    .POST(BodyPublishers.ofString(Requests.sums(20, 22)))
                    .build();
            HttpResponse<String> answer = Waiting.await(client.sendAsync(request, BodyHandlers.ofString()));
            assertEquals(HttpClient.Version.HTTP_2, answer.version());
            assertEquals(42, Answer.of(answer).data().getInteger(0));
        }
    }

    @Test
    void passesGrpcOn() {
        try (GrpcCaller caller = GrpcCaller.trustful(nginx.tlsPort())) {
            GrpcCaller.Reply reply = caller.infer(GrpcRequests.sums(20, 22), "x-request-id", "mine");
            ModelInferResponse answer = reply.as(ModelInferResponse.parser());
            assertEquals(42, GrpcRequests.int32(answer.getRawOutputContents(0)));
            assertEquals("mine", reply.headers().get("x-request-id"));
            GrpcCaller.Reply refused = caller.infer(
                    GrpcRequests.sums(1, 2).toBuilder().setModelName("nobody").build());
            assertEquals(GrpcStatus.NOT_FOUND, refused.status());
            assertEquals(GrpcStatus.NOT_FOUND.code, refused.details().getCode());
            var stream = caller.open(GrpcCaller.INFERENCE, "ModelStreamInfer");
            Future<GrpcCaller.Reply> streamed = GrpcCaller.reply(stream);
            for (int i = 0; i < 10; i++) {
                Waiting.await(stream.write(Buffer.buffer(GrpcRequests.sums(i, i).toByteArray())));
            }
            stream.end();
            assertEquals(10, Waiting.await(streamed).messages().size());
            GrpcCaller.Reply health =
                    caller.call("grpc.health.v1.Health", "Check", HealthCheckRequest.getDefaultInstance());
            assertEquals(GrpcStatus.OK, health.status());
        }
    }

    private static SSLContext trustful() throws GeneralSecurityException {
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(null, new TrustManager[] {new Trustful()}, null);
        return context;
    }

    /**
     * Believes the certificate that this test has made, whatever its name.
     *
     * @thread any
     */
    private static final class Trustful extends X509ExtendedTrustManager {

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type) {}

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type) {}

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type, Socket socket) {}

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type, Socket socket) {}

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type, SSLEngine engine) {}

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type, SSLEngine engine) {}

        @Override
        public X509Certificate[] getAcceptedIssuers() {
            return new X509Certificate[0];
        }
    }

    /** Which of the two has a stream open. */
    private int withStream() {
        for (int i = 0; i < ports.size(); i++) {
            try (RawConnection direct = new RawConnection(ports.get(i))) {
                direct.send("GET /metrics HTTP/1.1\r\nhost: test\r\nconnection: close\r\n\r\n");
                if (new MetricsPage(direct.answer().body()).value("sluice_websocket_connections") == 1) {
                    return i;
                }
            } catch (IOException away) {
                throw new AssertionError(away);
            }
        }
        throw new AssertionError("no server has a stream");
    }

    @Test
    void passesStreamsOnAndTellsThemToGoElsewhereWhenTheirServerDrains() throws IOException {
        String path = "/v2/models/sums/stream?order=request";
        try (RawStream stream = RawStream.open(nginx.port(), path)) {
            for (int i = 0; i < 100; i++) {
                stream.text(Requests.withMember("\"id\":\"" + i + "\"", Requests.sums(i, 1)));
                assertEquals(Integer.toString(i), stream.next().json().getString("id"));
            }
            int gateway = withStream();
            gateways.get(gateway).terminate();
            assertEquals(1001, stream.closeCode());
            assertEquals(0, gateways.get(gateway).awaitExit());
        }
        try (RawStream again = RawStream.open(nginx.port(), path)) {
            again.text(Requests.sums(2, 3));
            assertTrue(again.next().text().contains("[5,5,5,5]"));
        }
    }
}
