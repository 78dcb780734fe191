package dev.sluice.gateway.front.call;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sluice.gateway.dispatch.ModelEndpoint;
import dev.sluice.gateway.fake.Crossing;
import dev.sluice.gateway.front.Protocol;
import dev.sluice.gateway.front.v2.AnswerForm;
import dev.sluice.worker.contract.Cancellation;
import dev.sluice.worker.contract.InferenceError;
import dev.sluice.worker.contract.InferenceException;
import dev.sluice.worker.contract.InferenceResponse;
import dev.sluice.worker.contract.InferenceResponse.Rows;
import dev.sluice.worker.contract.ModelId;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/** Parts that can be given, and those that cannot. */
class PartialAnswerTest {

    private static final AnswerForm ONE = new AnswerForm("r", List.of(), true);
    private static final AnswerForm PARTS = new AnswerForm("r", List.of(), true, false, true, false);

    private final List<String> heard = new ArrayList<>();
    private final Streamed streamed = new Streamed();

    /** A call that fails where it is told to. */
    private class Unary extends Call {

        @Override
        public Protocol protocol() {
            return Protocol.GRPC;
        }

        @Override
        public String requestId() {
            return "r";
        }

        @Override
        public String client() {
            return "";
        }

        @Override
        public long startNanos() {
            return 0;
        }

        @Override
        public Cancellation cancellation() {
            return Cancellation.NEVER;
        }

        @Override
        public boolean isOpen() {
            return true;
        }

        @Override
        public void standsIn(ModelId model) {}

        @Override
        public void answer(ModelEndpoint endpoint, InferenceResponse response, AnswerForm form) {
            heard.add("answer");
        }

        @Override
        public void refuse(InferenceError error) {
            heard.add("refuse");
        }
    }

    private final class Streamed extends Unary implements TakesParts {

        private RuntimeException failure = new IllegalStateException("not told to fail");
        private int failsAt = -1;

        void failAt(int row, RuntimeException why) {
            failsAt = row;
            failure = why;
        }

        @Override
        public void part(ModelEndpoint endpoint, InferenceResponse part, AnswerForm form) {
            int row = Objects.requireNonNull(part.rows()).first();
            heard.add("part " + row);
            if (row == failsAt) {
                throw failure;
            }
        }

        @Override
        public void cancel() {
            heard.add("cancel");
        }
    }

    private static PartialAnswer of(Call call) {
        return Objects.requireNonNull(PartialAnswer.of(call, Crossing.ENDPOINT, PARTS));
    }

    private static InferenceResponse part(int row) {
        InferenceResponse.Timing timing = new InferenceResponse.Timing(1, 2, 3, 4);
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
        assertEquals(List.of("part 4", "part 0"), heard);
    }

    @Test
    void whatCannotBeGivenWithdrawsTheRestAndIsTheEnd() {
        InferenceError behind = new InferenceError.Overloaded("takes nothing", 1000);
        streamed.failAt(4, new InferenceException(behind));
        PartialAnswer answer = of(streamed);
        answer.answered(part(0));
        answer.answered(part(4));
        answer.answered(part(8));
        assertEquals(List.of("part 0", "part 4", "cancel"), heard);
        assertEquals(behind, answer.failure());
    }

    @Test
    void aDefectIsAFailureToo() {
        streamed.failAt(0, new IllegalStateException("a defect"));
        PartialAnswer answer = of(streamed);
        answer.answered(part(0));
        assertEquals(List.of("part 0", "cancel"), heard);
        assertInstanceOf(InferenceError.EngineFailure.class, answer.failure());
    }

    @Test
    void isRefusedWhereThereIsOneAnswer() {
        InferenceException refused =
                assertThrows(InferenceException.class, () -> PartialAnswer.of(new Unary(), Crossing.ENDPOINT, PARTS));
        assertTrue(refused.error().message().startsWith("parameters.parts: "), refused.error()::message);
        assertNull(PartialAnswer.of(new Unary(), Crossing.ENDPOINT, ONE));
        assertNull(PartialAnswer.of(streamed, Crossing.ENDPOINT, ONE));
    }
}
