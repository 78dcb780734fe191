package dev.sluice.gateway.traffic;

import dev.sluice.worker.contract.Tensor;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.WorkerExecutor;
import java.util.List;

/**
 * Has answers compared: small ones at once, large ones on a thread of their own, or a few copies with large outputs would
 * hold up everybody on the front loop that sent them.
 *
 * @thread any; a future completes on the context that asked
 * @bound {@value #AT_ONCE_BYTES} bytes on the caller's thread, which are some 20 microseconds; what waits for the other one are copies
 *     that have not ended, of which each model has {@code traffic.shadow.max_in_flight}
 */
public final class Agreements {

    static final int AT_ONCE_BYTES = 16 << 10;

    private final WorkerExecutor thread;

    public Agreements(Vertx vertx) {
        this.thread = vertx.createSharedWorkerExecutor("sluice.comparing", 1);
    }

    /** Whether these say the same; fails only by a defect. */
    public Future<Boolean> ask(Agreement agreement, List<Tensor> one, List<Tensor> other) {
        return bytes(one) <= AT_ONCE_BYTES
                ? Future.succeededFuture(one).map(first -> agreement.holds(first, other))
                : thread.executeBlocking(() -> agreement.holds(one, other), false);
    }

    private static long bytes(List<Tensor> outputs) {
        return outputs.stream().mapToLong(Tensor::byteCount).sum();
    }
}
