package dev.sluice.gateway.front.call;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sluice.gateway.fake.Crossing;
import dev.sluice.gateway.front.Protocol;
import dev.sluice.gateway.front.RequestListener;
import dev.sluice.gateway.front.v2.AnswerForm;
import dev.sluice.worker.contract.InferenceError;
import dev.sluice.worker.contract.InferenceException;
import dev.sluice.worker.contract.InferenceResponse;
import dev.sluice.worker.contract.InferenceResponse.Rows;
import dev.sluice.worker.contract.ModelId;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Parts that can be given, and those that cannot. */
class PartialAnswerTest {

    private static final AnswerForm ONE = new AnswerForm("r", List.of(), true);
    private static final AnswerForm PARTS = new AnswerForm("r", List.of(), true, false, true, false);

    private final List<ModelId> counted = new ArrayList<>();

    private final RequestListener given = new RequestListener() {
        @Override
        public void completed(Protocol protocol, @Nullable ModelId model, String outcome, long nanos) {
            throw new AssertionError("it is not the end");
        }

        @Override
        public void partGiven(ModelId model) {
            counted.add(model);
        }
    };

    private final FakeCall.Streamed streamed = new FakeCall.Streamed();

    private PartialAnswer of(Call call) {
        return Objects.requireNonNull(PartialAnswer.of(call, Crossing.ENDPOINT, PARTS, given));
    }

    private static InferenceResponse part(int row) {
        InferenceResponse.Timing timing = new InferenceResponse.Timing(1, 2, 3, 4, 0);
        return new InferenceResponse(Crossing.MODEL, List.of(), timing, new Rows(row, 4, false));
    }

    @Test
    void givesEveryPart() {
        PartialAnswer answer = of(streamed);
        assertFalse(answer.hasBegun());
        answer.answered(part(4));
        answer.answered(part(0));
        assertTrue(answer.hasBegun());
        assertNull(answer.failure());
        assertEquals(List.of("part 4", "part 0"), streamed.heard());
        assertEquals(List.of(Crossing.MODEL, Crossing.MODEL), counted);
    }

    @Test
    void whatCannotBeGivenWithdrawsTheRestAndIsTheEnd() {
        InferenceError behind = new InferenceError.Overloaded("takes nothing", 1000);
        streamed.failAt(4, new InferenceException(behind));
        PartialAnswer answer = of(streamed);
        answer.answered(part(0));
        answer.answered(part(4));
        answer.answered(part(8));
        assertEquals(List.of("part 0", "part 4", "cancel"), streamed.heard());
        assertEquals(behind, answer.failure());
        assertEquals(1, counted.size());
    }

    @Test
    void whoHasGoneIsGivenNothing() {
        PartialAnswer answer = of(streamed);
        streamed.goes();
        answer.answered(part(0));
        assertEquals(List.of(), streamed.heard());
        assertEquals(List.of(), counted);
        assertNull(answer.failure());
    }

    @Test
    void aDefectIsAFailureToo() {
        streamed.failAt(0, new IllegalStateException("a defect"));
        PartialAnswer answer = of(streamed);
        answer.answered(part(0));
        assertEquals(List.of("part 0", "cancel"), streamed.heard());
        assertInstanceOf(InferenceError.EngineFailure.class, answer.failure());
    }

    @Test
    void isRefusedWhereThereIsOneAnswer() {
        InferenceException refused = assertThrows(
                InferenceException.class, () -> PartialAnswer.of(new FakeCall(), Crossing.ENDPOINT, PARTS, given));
        assertTrue(refused.error().message().startsWith("parameters.parts: "), refused.error()::message);
        assertNull(PartialAnswer.of(new FakeCall(), Crossing.ENDPOINT, ONE, given));
        assertNull(PartialAnswer.of(streamed, Crossing.ENDPOINT, ONE, given));
    }
}
