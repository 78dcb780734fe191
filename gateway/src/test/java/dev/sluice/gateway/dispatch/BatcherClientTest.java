package dev.sluice.gateway.dispatch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sluice.gateway.fake.Crossing;
import dev.sluice.gateway.fake.FakeTicker;
import dev.sluice.gateway.fake.Wait;
import dev.sluice.gateway.front.ClientGone;
import dev.sluice.worker.ReferenceCodec;
import dev.sluice.worker.contract.Capacity;
import dev.sluice.worker.contract.InferenceError;
import dev.sluice.worker.contract.InferenceOutcome;
import dev.sluice.worker.contract.InferenceRequest;
import dev.sluice.worker.contract.InferenceResponse;
import dev.sluice.worker.contract.ModelId;
import dev.sluice.worker.contract.OutcomeGroup;
import dev.sluice.worker.contract.RequestGroup;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.junit5.VertxExtension;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** What travels together, and every way in which the crossing can end, over a real event bus. */
@ExtendWith(VertxExtension.class)
class BatcherClientTest {

    private static final long NOW = 1_000;
    private static final long FAR = NOW + TimeUnit.HOURS.toNanos(1);
    private static final InferenceOutcome ANSWER =
            new InferenceResponse(Crossing.MODEL, List.of(), new InferenceResponse.Timing(1, 2, 3, 4, 0));

    private final Map<ModelId, Capacity> capacities = new ConcurrentHashMap<>();
    private final FakeTicker ticker = new FakeTicker();
    private Vertx vertx;
    private Context loop;
    private BatcherClient client;

    @BeforeEach
    void setUp(Vertx vertx) {
        this.vertx = vertx;
        ReferenceCodec.register(vertx.eventBus());
        ticker.set(NOW);
        loop = vertx.getOrCreateContext();
        client = Crossing.resultOnLoop(loop, () -> BatcherClient.open(vertx, ticker, capacities::put));
    }

    private Future<InferenceOutcome> send(InferenceRequest request) {
        return Crossing.onLoop(loop, () -> client.send(Crossing.ENDPOINT, request));
    }

    @Test
    void passesRequestAndOutcomeByReference() {
        AtomicReference<InferenceRequest> arrived = new AtomicReference<>();
        Crossing.answer(vertx, request -> {
            arrived.set(request);
            return ANSWER;
        });
        InferenceRequest request = Crossing.request("r", FAR);
        assertSame(ANSWER, Wait.forResult(send(request)));
        assertSame(request, arrived.get());
    }

    @Test
    void passesErrorsOnAsTheyAre() {
        InferenceError error = new InferenceError.InvalidRequest("inputs", "no");
        Crossing.answer(vertx, request -> error);
        assertSame(error, Wait.forResult(send(Crossing.request("r", FAR))));
    }

    @Test
    void whatIsSentInOneTurnTravelsTogetherInOrder() {
        List<List<String>> groups = new CopyOnWriteArrayList<>();
        Crossing.serve(vertx, Crossing.ADDRESS, group -> {
            groups.add(names(group));
            Crossing.reply(vertx, group, request -> ANSWER);
        });
        for (List<String> turn : List.of(List.of("a", "b", "c"), List.of("d"))) {
            List<Future<InferenceOutcome>> sent = Crossing.onLoop(
                    loop,
                    () -> turn.stream()
                            .map(id -> client.send(Crossing.ENDPOINT, Crossing.request(id, FAR)))
                            .toList());
            sent.forEach(outcome -> assertSame(ANSWER, Wait.forResult(outcome)));
        }
        assertEquals(List.of(List.of("a", "b", "c"), List.of("d")), groups);
    }

    /** Of the requests that were sent, and the tickets of those that were withdrawn. */
    private static List<String> names(RequestGroup group) {
        return group.entries().stream()
                .map(entry -> switch (entry) {
                    case RequestGroup.Submit sent -> sent.request().requestId();
                    case RequestGroup.Withdraw gone -> "withdrawn " + gone.ticket();
                })
                .toList();
    }

    @Test
    void tellsTheBatcherOnceThatAClientHasGone() throws InterruptedException {
        BlockingQueue<RequestGroup> groups = new LinkedBlockingQueue<>();
        Crossing.serve(vertx, Crossing.ADDRESS, groups::add);
        ClientGone client = new ClientGone();
        Future<InferenceOutcome> sent = send(Crossing.request("r", FAR, client));
        RequestGroup first = groups.take();
        long ticket = first.entries().getFirst().ticket();
        Crossing.onLoop(loop, () -> {
            client.cancel();
            client.cancel();
            return "";
        });
        assertEquals(List.of("withdrawn " + ticket), names(groups.take()));
        Crossing.reply(vertx, first, request -> new InferenceError.Cancelled());
        assertEquals(new InferenceError.Cancelled(), Wait.forResult(sent));
    }

    @Test
    void aClientThatGoesWithItsAnswerIsNotToldOf() throws InterruptedException {
        BlockingQueue<RequestGroup> groups = new LinkedBlockingQueue<>();
        Crossing.serve(vertx, Crossing.ADDRESS, groups::add);
        ClientGone client = new ClientGone();
        Future<InferenceOutcome> sent = send(Crossing.request("r", FAR, client));
        Crossing.reply(vertx, groups.take(), request -> ANSWER);
        Wait.forResult(sent);
        Crossing.onLoop(loop, () -> {
            client.cancel();
            return client;
        });
        send(Crossing.request("next", FAR));
        assertEquals(List.of("next"), names(groups.take()));
    }

    @Test
    void eachModelHasItsOwnGroupAndEachRequestItsOwnOutcome() {
        for (String address : List.of("test.a", "test.b")) {
            Crossing.serve(
                    vertx,
                    address,
                    group -> Crossing.reply(
                            vertx,
                            group,
                            request -> new InferenceError.EngineFailure(address + " " + request.requestId())));
        }
        List<Future<InferenceOutcome>> sent = Crossing.onLoop(
                loop,
                () -> List.of(
                        client.send(Crossing.endpoint("test.a"), Crossing.request("1", FAR)),
                        client.send(Crossing.endpoint("test.b"), Crossing.request("2", FAR)),
                        client.send(Crossing.endpoint("test.a"), Crossing.request("3", FAR))));
        List<InferenceOutcome> outcomes = sent.stream().map(Wait::forResult).toList();
        assertEquals(
                List.of(
                        new InferenceError.EngineFailure("test.a 1"),
                        new InferenceError.EngineFailure("test.b 2"),
                        new InferenceError.EngineFailure("test.a 3")),
                outcomes);
    }

    @Test
    void aModelThatNobodyServesIsNotReady() {
        InferenceError.ModelNotReady error =
                assertInstanceOf(InferenceError.ModelNotReady.class, Wait.forResult(send(Crossing.request("r", FAR))));
        assertEquals(Crossing.MODEL, error.model());
    }

    /** As a connection does that pipelines: its next request begins within the answer to the one before. */
    @Test
    void whatIsSentFromWithinARefusalIsNotLost() {
        Crossing.serve(vertx, "test.there", group -> Crossing.reply(vertx, group, request -> ANSWER));
        for (String next : List.of(Crossing.ADDRESS, "test.there")) {
            Promise<InferenceOutcome> second = Promise.promise();
            Crossing.onLoop(loop, () -> {
                client.send(Crossing.endpoint("test.there"), Crossing.request("company", FAR));
                return client.send(Crossing.ENDPOINT, Crossing.request("r", FAR))
                        .onComplete(refused -> client.send(Crossing.endpoint(next), Crossing.request("next", FAR))
                                .onComplete(second));
            });
            InferenceOutcome outcome = Wait.forResult(second.future());
            if (next.equals(Crossing.ADDRESS)) {
                assertInstanceOf(InferenceError.ModelNotReady.class, outcome);
            } else {
                assertSame(ANSWER, outcome);
            }
        }
    }

    @Test
    void whatHasExpiredIsNotSent() {
        List<RequestGroup> arrived = new CopyOnWriteArrayList<>();
        Crossing.serve(vertx, Crossing.ADDRESS, arrived::add);
        Future<InferenceOutcome> expired = send(Crossing.request("r", NOW));
        assertTrue(expired.isComplete());
        assertEquals(new InferenceError.DeadlineExceeded("dispatch"), Wait.forResult(expired));
        assertEquals(List.of(), arrived);
    }

    @Test
    void noAnswerLongAfterTheDeadlineIsADeadlineExceeded() {
        Promise<RequestGroup> arrived = Promise.promise();
        Crossing.serve(vertx, Crossing.ADDRESS, arrived::tryComplete);
        Future<InferenceOutcome> sent = send(Crossing.request("r", NOW + 1));
        RequestGroup group = Wait.forResult(arrived.future());
        ticker.set(NOW + TimeUnit.SECONDS.toNanos(1));
        assertEquals(new InferenceError.DeadlineExceeded("queue or execution"), Wait.forResult(sent));
        Crossing.reply(vertx, group, late -> ANSWER);
        assertNextIsAnswered(group);
    }

    @Test
    void anOutcomeThatNobodyWaitsForHarmsNobody() {
        Promise<RequestGroup> arrived = Promise.promise();
        Crossing.serve(vertx, Crossing.ADDRESS, arrived::tryComplete);
        Future<InferenceOutcome> sent = send(Crossing.request("r", FAR));
        RequestGroup group = Wait.forResult(arrived.future());
        long ticket = group.entries().getFirst().ticket();
        InferenceError other = new InferenceError.Draining();
        vertx.eventBus()
                .send(
                        group.replyAddress(),
                        new OutcomeGroup(
                                Crossing.MODEL,
                                Capacity.UNKNOWN,
                                List.of(
                                        new OutcomeGroup.Entry(ticket + 77, other),
                                        new OutcomeGroup.Entry(ticket, ANSWER),
                                        new OutcomeGroup.Entry(ticket, other))));
        assertSame(ANSWER, Wait.forResult(sent));
    }

    /** The outcome is the one end: what comes behind it, or for nobody, harms nobody. */
    @Test
    void passesPartsOnUntilTheOutcome() {
        List<InferenceResponse> parts = new CopyOnWriteArrayList<>();
        Promise<RequestGroup> arrived = Promise.promise();
        Crossing.serve(vertx, Crossing.ADDRESS, arrived::tryComplete);
        Future<InferenceOutcome> sent = send(Crossing.request("r", FAR).to(part -> {
            parts.add(part);
            throw new IllegalStateException("a defect of the caller");
        }));
        RequestGroup group = Wait.forResult(arrived.future());
        long ticket = group.entries().getFirst().ticket();
        InferenceResponse first = part(4, false);
        InferenceResponse second = part(0, false);
        InferenceResponse last = part(8, true);
        List<OutcomeGroup.Entry> entries = List.of(
                new OutcomeGroup.Entry(ticket, first),
                new OutcomeGroup.Entry(ticket + 77, first),
                new OutcomeGroup.Entry(ticket, second),
                new OutcomeGroup.Entry(ticket, last),
                new OutcomeGroup.Entry(ticket, first));
        vertx.eventBus().send(group.replyAddress(), new OutcomeGroup(Crossing.MODEL, Capacity.UNKNOWN, entries));
        assertSame(last, Wait.forResult(sent));
        assertNextIsAnswered(group);
        assertEquals(List.of(first, second), parts);
    }

    private static InferenceResponse part(int row, boolean last) {
        return ((InferenceResponse) ANSWER).to(new InferenceResponse.Rows(row, 4, last));
    }

    @Test
    void passesOnWhatTheModelCanDo() {
        Capacity capacity = new Capacity(8, 2, 16, 1_000, 10);
        Promise<RequestGroup> arrived = Promise.promise();
        Crossing.serve(vertx, Crossing.ADDRESS, arrived::tryComplete);
        Future<InferenceOutcome> sent = send(Crossing.request("r", FAR));
        RequestGroup group = Wait.forResult(arrived.future());
        long ticket = group.entries().getFirst().ticket();
        vertx.eventBus()
                .send(
                        group.replyAddress(),
                        new OutcomeGroup(Crossing.MODEL, capacity, List.of(new OutcomeGroup.Entry(ticket, ANSWER))));
        assertSame(ANSWER, Wait.forResult(sent));
        assertEquals(Map.of(Crossing.MODEL, capacity), capacities);
    }

    @Test
    void aCallerThatFailsDoesNotKeepTheOthersFromTheirOutcomes() {
        Crossing.answer(vertx, request -> ANSWER);
        List<Future<InferenceOutcome>> sent = Crossing.onLoop(loop, () -> {
            List<Future<InferenceOutcome>> made = new ArrayList<>();
            for (String id : List.of("a", "b")) {
                made.add(client.send(Crossing.ENDPOINT, Crossing.request(id, FAR)));
            }
            made.getFirst().onComplete(answered -> {
                throw new IllegalStateException("a defect of the caller");
            });
            return made;
        });
        assertSame(ANSWER, Wait.forResult(sent.get(1)));
    }

    private void assertNextIsAnswered(RequestGroup before) {
        Future<InferenceOutcome> next = send(Crossing.request("next", FAR));
        long ticket = before.entries().getLast().ticket() + 1;
        vertx.eventBus()
                .send(
                        before.replyAddress(),
                        new OutcomeGroup(
                                Crossing.MODEL, Capacity.UNKNOWN, List.of(new OutcomeGroup.Entry(ticket, ANSWER))));
        assertSame(ANSWER, Wait.forResult(next));
    }
}
