package dev.sluice.gateway.front.http;

import dev.sluice.gateway.admit.RequestHead;
import dev.sluice.gateway.dispatch.ModelEndpoint;
import dev.sluice.gateway.front.TensorBuffers;
import dev.sluice.gateway.front.call.FrontParts;
import dev.sluice.gateway.front.call.Serving;
import dev.sluice.gateway.front.v2.AnswerForm;
import dev.sluice.gateway.front.v2.DecodedRequest;
import dev.sluice.gateway.transform.ImageTransform;
import dev.sluice.worker.contract.Cancellation;
import dev.sluice.worker.contract.ClassOutput;
import dev.sluice.worker.contract.ImageInput;
import dev.sluice.worker.contract.InferenceError;
import dev.sluice.worker.contract.InferenceException;
import dev.sluice.worker.contract.ModelReport.Description;
import dev.sluice.worker.contract.Tensor;
import io.vertx.core.Context;
import java.nio.ByteBuffer;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One request whose picture becomes a tensor: it leaves its front loop for a thread that decodes pictures, and comes back
 * once.
 *
 * <p>The tensor's memory is taken before it goes and filled where it is; nobody else touches it meanwhile. Whose client has
 * gone or whose time is over by then is not decoded, and one that is being decoded is stopped.
 *
 * @thread confined to one front loop; what {@link #decode} touches is written before it goes, or is safe from any
 * @bound the tensor and, where the picture comes as base64, three quarters of the body, both in the budget of bytes;
 *     those of the pool
 * @errors Overloaded, PayloadTooLarge, DeadlineExceeded, Cancelled, and those of {@link ImageTransform}
 * @owns the memory of the tensor until the request sets out
 */
final class PictureCall {

    private static final String STAGE = "decode";

    private final Asked asked;
    private final LoopParts loop;
    private final Serving serving;
    private final FrontParts parts;
    private final long deadlineNanos;
    private long base64Bytes;

    /** What is to be answered. */
    record Asked(Exchange exchange, RequestHead head, ModelEndpoint endpoint, ImageInput image) {}

    /** What became of a picture. */
    private record Decoded(@Nullable InferenceError error, long nanos) {}

    PictureCall(Asked asked, LoopParts loop) {
        this.asked = asked;
        this.loop = loop;
        this.serving = loop.serving();
        this.parts = serving.parts();
        long patience = asked.head.timeoutNanos() == RequestHead.UNSAID
                ? parts.admitOptions().requestTimeout().toNanos()
                : asked.head.timeoutNanos();
        this.deadlineNanos = asked.exchange.startNanos()
                + Math.min(patience, parts.admitOptions().maxRequestTimeout().toNanos());
    }

    /** Sets out, or is refused. */
    void begin(PredictBody form, HttpBytes body, ImageTransform images) {
        ByteBuffer memory;
        try {
            memory = take(form, body);
        } catch (InferenceException full) {
            giveUp(full.error());
            return;
        } catch (OutOfMemoryError full) {
            giveUp(Serving.noMemory());
            return;
        }
        long held = serving.buffers().settle();
        Cancellation gone = asked.exchange.cancellation();
        Context here = loop.vertx().getOrCreateContext();
        @Nullable
        InferenceError full = parts.transforms().begin(() -> {
            Decoded decoded = decode(form, body, images, memory, gone);
            here.runOnContext(back -> end(decoded, memory, held));
            return decoded.error == null;
        });
        if (full != null) {
            end(new Decoded(full, 0), memory, held);
        }
    }

    private ByteBuffer take(PredictBody form, HttpBytes body) {
        if (form.isJson(body)) {
            long bytes = body.length() * 3L / 4;
            loop.bodies().budget().reserve(bytes);
            base64Bytes = bytes;
        }
        TensorBuffers buffers = serving.buffers();
        buffers.besideBody(body.length() + base64Bytes);
        return buffers.take((int) asked.image.shape().elementCount()
                * asked.image.tensor().dataType().elementBytes());
    }

    /** Before it has set out. */
    private void giveUp(InferenceError error) {
        loop.bodies().budget().release(serving.buffers().settle());
        refuse(error);
    }

    /** On a thread of the pool. */
    private Decoded decode(
            PredictBody form, HttpBytes body, ImageTransform images, ByteBuffer memory, Cancellation gone) {
        long start = parts.ticker().nanos();
        @Nullable InferenceError error = null;
        try {
            if (isGivenUp(gone)) {
                throw new InferenceException(new InferenceError.Cancelled());
            }
            images.apply(form.picture(body), asked.image, memory, () -> isGivenUp(gone));
        } catch (InferenceException refused) {
            error = refused.error();
        } catch (Throwable failure) { // a machine without the libraries of pictures throws errors, and must answer
            error = Serving.failed(asked.exchange, failure);
        }
        if (error instanceof InferenceError.Cancelled && !gone.isCancelled()) {
            error = new InferenceError.DeadlineExceeded(STAGE);
        }
        return new Decoded(error, parts.ticker().nanos() - start);
    }

    private boolean isGivenUp(Cancellation gone) {
        return gone.isCancelled() || parts.ticker().nanos() - deadlineNanos >= 0;
    }

    private void end(Decoded decoded, ByteBuffer memory, long held) {
        loop.bodies().budget().release(base64Bytes);
        base64Bytes = 0;
        @Nullable
        InferenceError error =
                decoded.error == null && !asked.exchange.isOpen() ? new InferenceError.Cancelled() : decoded.error;
        if (error != null) {
            serving.buffers().giveBack(memory);
            loop.bodies().budget().release(held);
            refuse(error);
            return;
        }
        asked.exchange.tookToDecode(Math.max(1, decoded.nanos));
        serving.infer(asked.exchange, asked.head, asked.endpoint, (by, buffers) -> {
            buffers.resume(held);
            return request(memory);
        });
    }

    private void refuse(InferenceError error) {
        loop.bodies().budget().release(base64Bytes);
        base64Bytes = 0;
        serving.refuse(asked.exchange, asked.endpoint.model(), error);
    }

    private DecodedRequest request(ByteBuffer memory) {
        Description model = asked.endpoint.description();
        @Nullable ClassOutput classes = model.transform().classes();
        Tensor tensor =
                new Tensor(asked.image.tensor().name(), asked.image.tensor().dataType(), asked.image.shape(), memory);
        return new DecodedRequest(
                List.of(tensor),
                classes == null ? model.signature().outputNames() : List.of(classes.output()),
                1,
                null,
                0,
                new AnswerForm(null, List.of(), false));
    }
}
