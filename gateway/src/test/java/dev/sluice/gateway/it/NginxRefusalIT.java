package dev.sluice.gateway.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.ByteString;
import dev.sluice.gateway.front.grpc.wire.ModelInferRequest;
import io.vertx.grpc.common.GrpcStatus;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A gateway that refuses a long body by its head answers nginx while that still sends: the client gets this answer, and
 * not that of nginx for a server that broke off.
 */
class NginxRefusalIT {

    private static final int MIB = 1 << 20;

    /** Beyond what the gateway drops unseen, and within what nginx takes. */
    private static final int LONG = 60 * MIB;

    private static final int ROUNDS = 5;
    private static final String ECHO = "/v2/models/echo/infer";
    private static RunningGateway gateway;

    @TempDir
    Path folder;

    @BeforeAll
    static void start() {
        gateway = RunningGateway.start(
                Places.TEST_MODELS, "http.max_body_size=1MiB", "limits.models=[\"echo: 1 requests/h\"]");
        assertEquals(200, gateway.infer("echo", Requests.echo(1, 2)).status());
    }

    @AfterAll
    static void stop() {
        gateway.close();
    }

    @AfterEach
    void nothingIsHeld() {
        gateway.awaitNothingInFlight();
    }

    private RunningNginx nginx(boolean collecting) throws IOException {
        return RunningNginx.start(
                folder,
                gateway.port(),
                gateway.port(),
                conf -> collecting
                        ? conf
                        : RunningNginx.replaced(
                                conf, "proxy_request_buffering on;", "proxy_request_buffering off;", 1));
    }

    /** From a client that does not look before it has written everything. */
    private static Answer send(RunningNginx nginx, String path, int length) throws IOException {
        try (RawConnection client = new RawConnection(nginx.port())) {
            client.send("POST " + path + " HTTP/1.1\r\nhost: test\r\ncontent-length: " + length + "\r\n\r\n");
            byte[] piece = new byte[MIB];
            for (int sent = 0; sent < length; sent += piece.length) {
                client.send(piece);
            }
            return client.answer();
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void theClientReadsWhyItsBodyWasRefused(boolean collecting) throws IOException {
        try (RunningNginx nginx = nginx(collecting)) {
            for (int length : new int[] {MIB, 8 * MIB, LONG}) {
                for (int i = 0; i < ROUNDS; i++) {
                    Answer unknown = send(nginx, "/v2/models/nobody/infer", length);
                    assertTrue(unknown.error(404).contains("nobody"), unknown.body());
                    Answer noRoom = send(nginx, ECHO, length);
                    assertTrue(noRoom.error(503).contains("its requests"), noRoom.body());
                    assertTrue(Integer.parseInt(String.valueOf(noRoom.header("retry-after"))) > 1);
                }
            }
            Answer tooLong = send(nginx, "/v2/models/sums/infer", LONG);
            assertTrue(tooLong.error(413).contains("limit of " + MIB + " bytes"), tooLong.body());
        }
    }

    @Test
    void aLongMessageOfGrpcIsRefusedAsWell() throws IOException {
        ModelInferRequest request = ModelInferRequest.newBuilder()
                .setModelName("nobody")
                .addRawInputContents(ByteString.copyFrom(new byte[MIB / 2]))
                .build();
        try (RunningNginx nginx = nginx(true);
                GrpcCaller caller = GrpcCaller.trustful(nginx.tlsPort())) {
            for (int i = 0; i < ROUNDS; i++) {
                GrpcCaller.Reply refused = caller.infer(request);
                assertEquals(GrpcStatus.NOT_FOUND, refused.status(), refused.message());
            }
        }
    }
}
