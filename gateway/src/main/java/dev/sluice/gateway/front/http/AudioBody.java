package dev.sluice.gateway.front.http;

import dev.sluice.gateway.admit.ByteBudget;
import dev.sluice.gateway.front.SizeLimit;
import dev.sluice.gateway.transform.AudioTransform;
import dev.sluice.gateway.transform.PcmFormat;
import dev.sluice.gateway.transform.Recording;
import dev.sluice.gateway.transform.TransformPool;
import dev.sluice.worker.contract.AudioInput;
import dev.sluice.worker.contract.InferenceException;
import java.nio.ByteBuffer;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * A body with a recording. How long its row is is known when its head is read, so that the tensors lie on the heap and
 * are counted there and then.
 *
 * @param contentType which says what samples without a head are
 * @thread immutable
 * @bound where the recording comes as base64, three quarters of the body; its samples at the model's rate; the tensors
 * @errors those of {@link PredictBody}, {@link PcmType} and {@link AudioTransform}; Overloaded and PayloadTooLarge for
 *     what it takes
 */
record AudioBody(
        PredictBody form,
        HttpBytes body,
        AudioInput to,
        @Nullable String contentType) implements BodyTransform {

    @Override
    public TransformPool.Kind kind() {
        return TransformPool.Kind.AUDIO;
    }

    @Override
    public long workBytes() {
        return form.isJson(body) ? body.length() * 3L / 4 : 0;
    }

    @Override
    public int tensorBytes() {
        return 0;
    }

    @Override
    public Transformed apply(ByteBuffer memory, ByteBudget budget, BooleanSupplier givenUp) {
        AudioTransform made = AudioTransform.of(recording(), to);
        long bytes = made.bytes();
        long taken = bytes + made.workBytes();
        if (taken > Math.min(budget.maxBytes(), Integer.MAX_VALUE)) {
            throw new InferenceException(SizeLimit.of(budget).tooLarge());
        }
        budget.reserve(taken);
        long held = 0;
        try {
            Transformed transformed = new Transformed(made.inputs(givenUp), 1, bytes, null);
            held = bytes;
            return transformed;
        } finally {
            budget.release(taken - held);
        }
    }

    private Recording recording() {
        @Nullable PcmFormat raw = PcmType.of(contentType);
        return raw == null
                ? form.recording(body)
                : new Recording("body", raw, ByteBuffer.wrap(body.array(), body.from(), body.length()));
    }
}
