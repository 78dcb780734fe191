package dev.sluice.gateway.front.http;

import dev.sluice.gateway.admit.AdmitOptions;
import dev.sluice.gateway.admit.RequestHead;
import dev.sluice.gateway.dispatch.ModelEndpoint;
import dev.sluice.gateway.transform.ImageTransform;
import dev.sluice.gateway.transform.TextRows;
import dev.sluice.worker.contract.AudioInput;
import dev.sluice.worker.contract.ImageInput;
import dev.sluice.worker.contract.InferenceError;
import dev.sluice.worker.contract.InputTransform;
import dev.sluice.worker.contract.PluginInput;
import dev.sluice.worker.contract.RowsInput;
import dev.sluice.worker.contract.TextInput;
import io.vertx.core.http.HttpHeaders;
import java.util.List;
import java.util.Objects;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Has the bodies of requests made tensors as their models declare it, whatever protocol they came by: whoever speaks one
 * has said how the exchange is refused ({@link Dialect}) and answered ({@link AnswerWriter}), and where in the body the thing
 * is ({@link PredictBody}).
 *
 * @thread confined to one front loop
 * @errors those of {@link TransformCall}
 */
public final class TransformCalls {

    private final LoopParts loop;
    private final ImageTransform images;

    public TransformCalls(LoopParts loop) {
        this.loop = loop;
        this.images =
                new ImageTransform(loop.serving().parts().transforms().options().maxPixels());
    }

    /** What is to be answered. */
    public record Asked(Exchange exchange, RequestHead head, ModelEndpoint endpoint) {

        /** By when it must be answered: what its head says, or else what these limits do, from when its head came. */
        long deadlineNanos(AdmitOptions limits) {
            long patience = head.timeoutNanos() == RequestHead.UNSAID
                    ? limits.requestTimeout().toNanos()
                    : head.timeoutNanos();
            return exchange.startNanos()
                    + Math.min(patience, limits.maxRequestTimeout().toNanos());
        }
    }

    /** Writes its answer as people read it, in JSON. */
    public static AnswerWriter forPeople(Exchange exchange) {
        return new PredictWriter(exchange, false);
    }

    /** Whether that model's tensors are made of something else. */
    public static boolean isFor(ModelEndpoint endpoint) {
        return endpoint.description().transform().input() != null;
    }

    /** Why the body of such a request to that model need not come at all; null where it may. */
    public static @Nullable InferenceError refusal(Exchange exchange, ModelEndpoint endpoint) {
        return endpoint.description().transform().input() instanceof AudioInput
                ? PcmType.refusal(exchange.request().getHeader(HttpHeaders.CONTENT_TYPE))
                : null;
    }

    /** Whether all that comes for that model goes to a user's own class, which reads JSON and tables as it likes. */
    public static boolean isForPlugin(ModelEndpoint endpoint) {
        return endpoint.description().transform().input() instanceof PluginInput;
    }

    /** Has a whole body answered by a model that {@link #isFor} says yes to, or refused. */
    public void begin(Asked asked, PredictBody form, HttpBytes body) {
        InputTransform input = Objects.requireNonNull(
                asked.endpoint.description().transform().input(), "it takes nothing but tensors");
        switch (input) {
            case ImageInput image ->
                begin(asked, new PictureBody(form, body, form.base64Bytes(body), image, images), body.length());
            case AudioInput audio -> begin(asked, new AudioBody(form, body, audio, contentType(asked)), body.length());
            case PluginInput plugin ->
                begin(
                        asked,
                        new PluginBodyCall(
                                body, plugin, asked.endpoint.description().signature(), contentType(asked)),
                        body.length());
            case TextInput text -> begin(asked, text, () -> form.texts(body, text.maxTexts()), body.length());
            case RowsInput rows ->
                loop.serving()
                        .infer(
                                asked.exchange,
                                asked.head,
                                asked.endpoint,
                                (by, buffers) -> RowsBody.decode(form, body, by.description(), buffers));
        }
    }

    /** The same for a model of pictures, with one that came otherwise than in a body, and is in the budget already. */
    void beginPicture(Asked asked, byte[] picture) {
        ImageInput image = (ImageInput) Objects.requireNonNull(
                asked.endpoint.description().transform().input(), "it takes nothing but tensors");
        PredictBody form = new PredictBody(PredictBody.Kind.FILE, "", List.of());
        HttpBytes bytes = new HttpBytes(picture, 0, picture.length);
        PictureBody work = new PictureBody(form, bytes, picture.length, image, images);
        new TransformCall(asked, loop).begin(work, 0, picture.length);
    }

    private static @Nullable String contentType(Asked asked) {
        return asked.exchange.request().getHeader(HttpHeaders.CONTENT_TYPE);
    }

    /**
     * The same for texts that their protocol reads by itself.
     *
     * @param rows reads them, on another thread
     * @param bodyBytes the length of the body that they are in
     */
    public void begin(Asked asked, TextInput to, Supplier<TextRows> rows, int bodyBytes) {
        begin(asked, new TextBody(to, rows, bodyBytes), bodyBytes);
    }

    private void begin(Asked asked, BodyTransform work, int bodyBytes) {
        new TransformCall(asked, loop).begin(work, bodyBytes);
    }
}
