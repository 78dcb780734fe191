package dev.sluice.loadtest;

import io.vertx.core.DeploymentOptions;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The floor under the gateway's cost: a server that reads each body whole and answers the same bytes every time.
 *
 * <p>It has the gateway's event loops, socket settings and size of answer, and none of its work: no routes, no decoding,
 * no admission, no model, no metrics.
 *
 * @thread started from any; each connection on one of its front loops
 */
public final class BareServer {

    private static final int CANNOT_START = 1;
    private static final int WRONG_USAGE = 2;

    private static final Map<String, String> DEFAULTS = Map.of("port", "0", "loops", "0", "answer-bytes", "250");
    private static final String LIKE_AN_ANSWER = "{\"data\":\"\"}";

    private final Vertx vertx = Vertx.vertx();
    private final AtomicInteger listeningPort = new AtomicInteger();

    /** Starts on 127.0.0.1; complete with the port once every loop listens on it. */
    Future<Integer> start(int port, int loops, int answerBytes) {
        Buffer answer = answer(answerBytes);
        return vertx.deployVerticle(
                        () -> new BareVerticle(port, answer, listeningPort::set),
                        new DeploymentOptions().setInstances(loops))
                .map(deployed -> listeningPort.get());
    }

    Future<Void> stop() {
        return vertx.close();
    }

    /** A JSON object of so many bytes. */
    private static Buffer answer(int bytes) {
        if (bytes < LIKE_AN_ANSWER.length()) {
            throw new IllegalArgumentException("an answer has at least " + LIKE_AN_ANSWER.length() + " bytes");
        }
        String filling = "0".repeat(bytes - LIKE_AN_ANSWER.length());
        return Buffer.buffer(LIKE_AN_ANSWER.replace("\"\"", '"' + filling + '"'));
    }

    @SuppressWarnings("SystemOut") // the ready line and the errors of a command are its output
    public static void main(String[] args) {
        try {
            Arguments arguments = Arguments.parse(args, DEFAULTS);
            int asked = arguments.whole("loops", 0);
            int loops = asked > 0 ? asked : Runtime.getRuntime().availableProcessors();
            new BareServer()
                    .start(arguments.whole("port", 0), loops, arguments.whole("answer-bytes", LIKE_AN_ANSWER.length()))
                    .onSuccess(port -> System.out.printf("bare ready on http://127.0.0.1:%d (%d loops)%n", port, loops))
                    .onFailure(failure -> exit(CANNOT_START, failure));
        } catch (IllegalArgumentException wrong) {
            exit(WRONG_USAGE, wrong);
        }
    }

    @SuppressWarnings("SystemOut")
    private static void exit(int status, Throwable failure) {
        System.err.println("bare: " + failure.getMessage());
        System.exit(status);
    }
}
