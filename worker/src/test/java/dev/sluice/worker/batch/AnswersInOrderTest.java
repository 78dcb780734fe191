package dev.sluice.worker.batch;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.sluice.worker.contract.Deadline;
import dev.sluice.worker.contract.DropReason;
import dev.sluice.worker.contract.InferenceError;
import dev.sluice.worker.contract.InferenceOutcome;
import dev.sluice.worker.contract.InferenceResponse;
import dev.sluice.worker.contract.InferenceResponse.Timing;
import dev.sluice.worker.fake.Requests;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class AnswersInOrderTest {

    private static final InferenceOutcome ANSWER =
            new InferenceResponse(Requests.MODEL, List.of(), new Timing(0, 0, 0, 1, 0));

    private final List<DropReason> drops = new ArrayList<>();
    private final AnswersInOrder order = new AnswersInOrder(drops::add, () -> 0);
    private final List<String> left = new ArrayList<>();

    private Completion request(String name) {
        return order.inTurn(Requests.FAR, outcome -> left.add(name));
    }

    @Test
    void anAnswerWaitsForThoseOfEarlierRequests() {
        Completion first = request("first");
        Completion second = request("second");
        Completion third = request("third");
        third.complete(ANSWER);
        second.complete(ANSWER);
        assertEquals(List.of(), left);
        first.complete(ANSWER);
        assertEquals(List.of("first", "second", "third"), left);
    }

    @Test
    void anErrorWaitsForNobodyAndHoldsNobodyUp() {
        Completion first = request("first");
        Completion second = request("second");
        Completion third = request("third");
        third.complete(new InferenceError.Draining());
        second.complete(ANSWER);
        assertEquals(List.of("third"), left);
        first.complete(new InferenceError.Cancelled());
        assertEquals(List.of("third", "first", "second"), left);
    }

    /** It would be held for as long as the one before it takes. */
    @Test
    void anAnswerIsNotHeldBeyondItsDeadline() {
        Completion first = request("first");
        Completion second = order.inTurn(new Deadline(50), outcome -> left.add("second " + outcome));
        second.complete(ANSWER);
        List<Long> wakeUps = new ArrayList<>();
        order.askForWakeUp(new WakeUps(wakeUps::add));
        assertEquals(List.of(50L), wakeUps);
        order.dropExpired(49);
        assertEquals(List.of(), left);
        order.dropExpired(50);
        assertEquals(List.of("second " + new InferenceError.DeadlineExceeded("order")), left);
        assertEquals(List.of(DropReason.EXPIRED_RUNNING), drops);
        first.complete(ANSWER);
        assertEquals(2, left.size());
    }

    @Test
    void anAnswerIsNotHeldForAClientThatHasGone() {
        request("first");
        Completion second = order.inTurn(Requests.FAR, outcome -> left.add("second " + outcome));
        second.withdraw();
        assertEquals(List.of(), left, "it has no answer yet");
        second.complete(ANSWER);
        second.withdraw();
        second.withdraw();
        assertEquals(List.of("second " + new InferenceError.Cancelled()), left);
        assertEquals(List.of(DropReason.CANCELLED_RUNNING), drops);
    }

    @Test
    void whoComesWhenNobodyIsBeforeItLeavesAtOnce() {
        request("first").complete(ANSWER);
        request("second").complete(ANSWER);
        assertEquals(List.of("first", "second"), left);
    }
}
