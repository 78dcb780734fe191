package dev.sluice.gateway.front.call;

import dev.sluice.gateway.dispatch.ModelEndpoint;
import dev.sluice.gateway.front.Protocol;
import dev.sluice.gateway.front.StatusMapping;
import dev.sluice.gateway.front.v2.AnswerForm;
import dev.sluice.gateway.security.KeyHolder;
import dev.sluice.worker.contract.Cancellation;
import dev.sluice.worker.contract.InferenceError;
import dev.sluice.worker.contract.InferenceResponse;
import dev.sluice.worker.contract.InferenceResponse.Rows;
import dev.sluice.worker.contract.ModelId;
import dev.sluice.worker.contract.Ticker;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;

/** A call that notes what it hears. */
class FakeCall extends Call {

    private final List<String> heard = new CopyOnWriteArrayList<>();
    private final Promise<Void> over = Promise.promise();

    private boolean gone;
    private Cancellation cancellation = Cancellation.NEVER;

    void cancelledBy(Cancellation given) {
        cancellation = given;
    }

    void goes() {
        gone = true;
    }

    List<String> heard() {
        return heard;
    }

    Future<Void> over() {
        return over.future();
    }

    final void hear(String what) {
        heard.add(what);
    }

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
    public @Nullable KeyHolder keyHolder() {
        return null;
    }

    @Override
    public long startNanos() {
        return Ticker.SYSTEM.nanos();
    }

    @Override
    public Cancellation cancellation() {
        return cancellation;
    }

    @Override
    public boolean isOpen() {
        return !gone;
    }

    @Override
    public void standsIn(ModelId model) {
        hear("by " + model);
    }

    @Override
    public void answer(ModelEndpoint endpoint, InferenceResponse response, AnswerForm form) {
        hear("answer of " + endpoint.model() + " " + response.rows());
        over.complete();
    }

    @Override
    public void refuse(InferenceError error) {
        hear(StatusMapping.outcome(error));
        over.complete();
    }

    /** One that can be answered in parts, and fails where it is told to. */
    static final class Streamed extends FakeCall implements TakesParts {

        private RuntimeException failure = new IllegalStateException("not told to fail");
        private int failsAt = -1;
        private @Nullable Error fallbackFailure;

        void failAtFallback(Error why) {
            fallbackFailure = why;
        }

        @Override
        public void standsIn(ModelId model) {
            if (fallbackFailure != null) {
                throw fallbackFailure;
            }
            super.standsIn(model);
        }

        void failAt(int row, RuntimeException why) {
            failsAt = row;
            failure = why;
        }

        @Override
        public void part(ModelEndpoint endpoint, InferenceResponse part, AnswerForm form) {
            Rows rows = part.rows();
            int row = rows == null ? 0 : rows.first();
            hear("part " + row);
            if (row == failsAt) {
                throw failure;
            }
        }

        @Override
        public void cancel() {
            hear("cancel");
        }
    }
}
