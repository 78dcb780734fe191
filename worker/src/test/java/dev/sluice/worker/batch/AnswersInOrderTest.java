package dev.sluice.worker.batch;

import static org.junit.jupiter.api.Assertions.assertEquals;

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
            new InferenceResponse(Requests.MODEL, List.of(), new Timing(0, 0, 0, 1));

    private final AnswersInOrder order = new AnswersInOrder();
    private final List<String> left = new ArrayList<>();

    private Completion request(String name) {
        return order.inTurn(outcome -> left.add(name));
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

    @Test
    void whoComesWhenNobodyIsBeforeItLeavesAtOnce() {
        request("first").complete(ANSWER);
        request("second").complete(ANSWER);
        assertEquals(List.of("first", "second"), left);
    }
}
