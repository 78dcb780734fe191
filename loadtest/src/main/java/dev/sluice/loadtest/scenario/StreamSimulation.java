package dev.sluice.loadtest.scenario;

import static io.gatling.javaapi.core.CoreDsl.details;
import static io.gatling.javaapi.core.CoreDsl.doIf;
import static io.gatling.javaapi.core.CoreDsl.during;
import static io.gatling.javaapi.core.CoreDsl.exec;
import static io.gatling.javaapi.core.CoreDsl.global;
import static io.gatling.javaapi.core.CoreDsl.jsonPath;
import static io.gatling.javaapi.core.CoreDsl.pace;
import static io.gatling.javaapi.core.CoreDsl.rampUsers;
import static io.gatling.javaapi.core.CoreDsl.scenario;
import static io.gatling.javaapi.http.HttpDsl.http;
import static io.gatling.javaapi.http.HttpDsl.ws;

import dev.sluice.loadtest.wire.StreamMessages;
import io.gatling.javaapi.core.ChainBuilder;
import io.gatling.javaapi.core.Session;
import io.gatling.javaapi.core.Simulation;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * Users who each keep a WebSocket and send over it in bursts, never more than the server announced that it takes.
 *
 * <p>Gatling waits for one message at a time, and does not keep those that came before it. So the server is asked to answer
 * in order: when the answer to a burst's last message is there, all are; and that one, which waited longest, stands for
 * them. The open-loop generator counts every answer.
 *
 * @thread Gatling's
 */
public final class StreamSimulation extends Simulation {

    private static final String BURST = "burst";
    private static final String WINDOW = "window";
    private static final String LAST = "last";
    private static final String ANSWERED = "burst answered";
    private static final String CLOSED_BY_PLAN = "close";
    private static final int MOST_IN_A_BURST = 8;

    private static final AtomicReference<@Nullable SimulatedStreams> NEXT = new AtomicReference<>();

    private final StreamMessages messages;
    private final Duration patience;

    /** What the next simulation is to do. */
    static void hand(SimulatedStreams simulated) {
        NEXT.set(simulated);
    }

    /** For Gatling, which makes its simulations itself and hands them nothing. */
    public StreamSimulation() {
        SimulatedStreams simulated = Objects.requireNonNull(NEXT.get(), "nothing to simulate was handed over");
        this.messages = new StreamMessages(simulated.call());
        this.patience = Duration.ofNanos(simulated.patienceNanos());
        Duration opening = Duration.ofSeconds(simulated.openingSeconds());
        ChainBuilder user = exec(opened(simulated.call().path()))
                .exec(during(seconds(simulated.seconds()), BURST)
                        .on(pace(seconds(simulated.burstEverySeconds(MOST_IN_A_BURST)))
                                .exec(burst())))
                .exec(ws(CLOSED_BY_PLAN).close());
        setUp(scenario("streams")
                        .exec(user)
                        .injectOpen(rampUsers(simulated.users()).during(opening)))
                .protocols(http.baseUrl(simulated.target().url())
                        .wsBaseUrl(simulated.target().url().replaceFirst("http", "ws")))
                .assertions(
                        global().failedRequests().count().is(0L),
                        details(ANSWERED).allRequests().count().gte((long) simulated.leastBursts(MOST_IN_A_BURST)));
    }

    private static Duration seconds(double seconds) {
        return Duration.ofNanos(Math.round(seconds * 1e9));
    }

    private ChainBuilder opened(String path) {
        return exec(ws("open")
                .connect(path + "?order=request")
                .subprotocol(StreamMessages.SUBPROTOCOL)
                .await(patience)
                .on(ws.checkTextMessage("hello")
                        .check(jsonPath("$.hello.window.messages").ofInt().saveAs(WINDOW))));
    }

    private ChainBuilder burst() {
        int last = MOST_IN_A_BURST - 1;
        ChainBuilder burst = exec(session -> session.set(LAST, StreamMessages.id(id(session, last))));
        for (int i = 0; i < MOST_IN_A_BURST - 1; i++) {
            int message = i;
            burst = burst.exec(doIf(session -> message < session.getInt(WINDOW) - 1)
                    .then(exec(ws("send").sendText(session -> messages.text(id(session, message))))));
        }
        return burst.exec(ws("send")
                .sendText(session -> messages.text(id(session, last)))
                .await(patience)
                .on(ws.checkTextMessage(ANSWERED)
                        .matching(jsonPath("$.id").isEL("#{" + LAST + "}"))
                        .check(jsonPath("$.outputs").exists())));
    }

    private static int id(Session session, int message) {
        return MOST_IN_A_BURST * session.getInt(BURST) + message;
    }
}
