package dev.sluice.loadtest.scenario;

import static io.gatling.javaapi.core.CoreDsl.ByteArrayBody;
import static io.gatling.javaapi.core.CoreDsl.asLongAs;
import static io.gatling.javaapi.core.CoreDsl.constantUsersPerSec;
import static io.gatling.javaapi.core.CoreDsl.details;
import static io.gatling.javaapi.core.CoreDsl.doIf;
import static io.gatling.javaapi.core.CoreDsl.exec;
import static io.gatling.javaapi.core.CoreDsl.global;
import static io.gatling.javaapi.core.CoreDsl.group;
import static io.gatling.javaapi.core.CoreDsl.pause;
import static io.gatling.javaapi.core.CoreDsl.rampUsersPerSec;
import static io.gatling.javaapi.core.CoreDsl.responseTimeInMillis;
import static io.gatling.javaapi.core.CoreDsl.scenario;
import static io.gatling.javaapi.http.HttpDsl.header;
import static io.gatling.javaapi.http.HttpDsl.http;
import static io.gatling.javaapi.http.HttpDsl.status;

import dev.sluice.loadtest.load.Retries;
import io.gatling.javaapi.core.Assertion;
import io.gatling.javaapi.core.ChainBuilder;
import io.gatling.javaapi.core.OpenInjectionStep;
import io.gatling.javaapi.core.PopulationBuilder;
import io.gatling.javaapi.core.Session;
import io.gatling.javaapi.core.Simulation;
import io.gatling.javaapi.http.HttpRequestActionBuilder;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * The one simulation that Gatling runs, whatever the scenario: users who come at the rates of its stages, ask once and go.
 *
 * <p>Gatling's own assertions know how many requests were answered and how fast, but not how many of the answers that were
 * asked for came in time. Those pass through an empty group here, which the report shows like a request and which
 * assertions can count. A refusal with its reason counts as answered: it is what a server should do when it has no room.
 *
 * @thread Gatling's
 */
public final class GatewaySimulation extends Simulation {

    private static final String IN_TIME = "in time";
    private static final String STATUS = "status";
    private static final String MILLIS = "millis";
    private static final String RETRY_AFTER = "retryAfter";
    private static final String ATTEMPT = "attempt";

    private static final int OK = 200;
    private static final int THROTTLED = 429;
    private static final int OVERLOADED = 503;
    private static final int EXPIRED = 504;

    private static final int MOST_ATTEMPTS = 5;
    private static final Duration AT_ONCE = Duration.ofMillis(10);

    private static final AtomicReference<@Nullable Simulated> NEXT = new AtomicReference<>();

    private final long deadlineMillis;
    private final Duration patience;

    /** What the next simulation is to do. */
    static void hand(Simulated simulated) {
        NEXT.set(simulated);
    }

    /** For Gatling, which makes its simulations itself and hands them nothing. */
    public GatewaySimulation() {
        Simulated simulated = Objects.requireNonNull(NEXT.get(), "nothing to simulate was handed over");
        this.deadlineMillis = simulated.deadlineNanos() / 1_000_000;
        this.patience = Duration.ofNanos(simulated.patienceNanos());
        setUp(simulated.loads().stream().map(this::population).toList())
                .protocols(http.baseUrl(simulated.target().url()).shareConnections())
                .assertions(assertions(simulated));
    }

    private PopulationBuilder population(SimulatedLoad load) {
        OpenInjectionStep[] injection = load.stages().stream()
                .map(stage -> stage.from() == stage.to()
                        ? constantUsersPerSec(stage.from())
                                .during(length(stage))
                                .randomized()
                        : rampUsersPerSec(stage.from())
                                .to(stage.to())
                                .during(length(stage))
                                .randomized())
                .toArray(OpenInjectionStep[]::new);
        ChainBuilder user = load.retries() == Retries.NONE ? asked(load) : askedAgain(load);
        return scenario(load.name()).exec(user).injectOpen(injection);
    }

    private static Duration length(Stage stage) {
        return Duration.ofMillis(Math.round(1000 * stage.seconds()));
    }

    private ChainBuilder asked(SimulatedLoad load) {
        HttpRequestActionBuilder request = http(load.name())
                .post(load.call().path())
                .headers(load.call().headers())
                .body(ByteArrayBody(load.call().body().getBytes()))
                .requestTimeout(patience)
                .check(status().in(OK, THROTTLED, OVERLOADED, EXPIRED).saveAs(STATUS))
                .check(responseTimeInMillis().saveAs(MILLIS))
                .checkIf((response, session) -> refused(response.status().code()))
                .then(header("retry-after").saveAs(RETRY_AFTER));
        ChainBuilder nothing = exec(session -> session);
        return exec(request)
                .exec(doIf(this::inTime)
                        .then(group(IN_TIME).on(group(load.name()).on(nothing))));
    }

    private ChainBuilder askedAgain(SimulatedLoad load) {
        ChainBuilder wait = load.retries() == Retries.HONOUR
                ? pause(session -> Duration.ofSeconds(Long.parseLong(session.getString(RETRY_AFTER))))
                : pause(AT_ONCE);
        return asLongAs(GatewaySimulation::asksAgain, ATTEMPT)
                .on(asked(load).exec(doIf(GatewaySimulation::wasRefused).then(wait)));
    }

    private boolean inTime(Session session) {
        return session.contains(STATUS)
                && session.getInt(STATUS) == OK
                && session.contains(MILLIS)
                && session.getInt(MILLIS) <= deadlineMillis;
    }

    private static boolean asksAgain(Session session) {
        int attempt = session.getInt(ATTEMPT);
        return attempt == 0 || (attempt < MOST_ATTEMPTS && wasRefused(session));
    }

    private static boolean wasRefused(Session session) {
        return !session.isFailed() && refused(session.getInt(STATUS));
    }

    private static boolean refused(int status) {
        return status == THROTTLED || status == OVERLOADED;
    }

    private static List<Assertion> assertions(Simulated simulated) {
        List<Assertion> assertions = new ArrayList<>();
        assertions.add(global().failedRequests().count().is(0L));
        if (simulated.expected() > 0) {
            assertions.add(details(IN_TIME).allRequests().count().gte(Math.round(simulated.expected())));
        }
        for (SimulatedLoad load : simulated.loads()) {
            if (load.expected() > 0) {
                assertions.add(
                        details(IN_TIME, load.name()).allRequests().count().gte(Math.round(load.expected())));
            }
        }
        return assertions;
    }
}
