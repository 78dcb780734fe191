package dev.sluice.worker.fake;

import dev.sluice.worker.batch.Batch;
import dev.sluice.worker.batch.BatchGather;
import dev.sluice.worker.batch.BatchResult;
import dev.sluice.worker.contract.InferenceError;
import dev.sluice.worker.contract.Tensor;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Function;

/** Answers each wanted output with a copy of the joined first input, and fails any batch that has a poisoned id in it. */
public final class EchoEngine implements Function<Batch, BatchResult> {

    public static final long GATHER_NANOS = 3;
    public static final long RUN_NANOS = 7;
    public static final InferenceError FAILURE = new InferenceError.EngineFailure("poisoned");

    private final BatchGather gather = new BatchGather(1, 1 << 20);
    private final Set<Long> poisoned = new HashSet<>();

    public EchoEngine poison(long id) {
        poisoned.add(id);
        return this;
    }

    @Override
    public BatchResult apply(Batch batch) {
        Tensor joined = gather.gather(batch).getFirst();
        for (int at = joined.data().position(); at < joined.data().limit(); at += Long.BYTES) {
            if (poisoned.contains(joined.data().getLong(at))) {
                return new BatchResult.Failed(FAILURE);
            }
        }
        List<Tensor> outputs = new ArrayList<>();
        for (String name : batch.first().outputs()) {
            ByteBuffer copy = ByteBuffer.allocate(joined.byteCount()).order(ByteOrder.LITTLE_ENDIAN);
            copy.put(0, joined.data(), joined.data().position(), joined.byteCount());
            outputs.add(new Tensor(name, joined.dataType(), joined.shape(), copy));
        }
        return new BatchResult.Ran(outputs, GATHER_NANOS, RUN_NANOS);
    }
}
