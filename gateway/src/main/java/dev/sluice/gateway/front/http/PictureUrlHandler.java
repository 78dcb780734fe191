package dev.sluice.gateway.front.http;

import dev.sluice.gateway.admit.ByteBudget;
import dev.sluice.gateway.admit.RequestHead;
import dev.sluice.gateway.dispatch.ModelEndpoint;
import dev.sluice.gateway.front.RequestedModel;
import dev.sluice.gateway.front.SizeLimit;
import dev.sluice.gateway.front.call.FrontParts;
import dev.sluice.gateway.transform.PictureUrls;
import dev.sluice.worker.contract.Cancellation;
import dev.sluice.worker.contract.ImageInput;
import dev.sluice.worker.contract.InferenceError;
import dev.sluice.worker.contract.InferenceException;
import io.vertx.core.Context;
import io.vertx.core.Handler;
import io.vertx.ext.web.RoutingContext;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * {@code GET /predict?url=} and {@code GET /models/{model}[/versions/{version}]/predict?url=}: the URL of a picture in, where
 * the server may fetch it, an answer for people out.
 *
 * @thread confined to one front loop; {@link PictureUrls} fetches on others
 * @bound {@code http.max_body_size} for each picture, and the budget of bytes for all
 * @errors those of {@link PictureUrls} and {@link TransformCalls}; DeadlineExceeded while a picture is fetched
 */
final class PictureUrlHandler implements Handler<RoutingContext> {

    private static final InferenceError LATE = new InferenceError.DeadlineExceeded("fetch");

    private final LoopParts loop;
    private final FrontParts parts;
    private final Intake intake;
    private final TransformCalls transforms;
    private final DefaultModel defaultModel;
    private final SizeLimit limit;

    PictureUrlHandler(LoopParts loop) {
        this.loop = loop;
        this.parts = loop.serving().parts();
        this.intake = new Intake(loop);
        this.transforms = new TransformCalls(loop);
        this.defaultModel = new DefaultModel(loop);
        this.limit = new SizeLimit(loop.options().maxBodySize(), "http.max_body_size")
                .within(loop.bodies().budget());
    }

    @Override
    public void handle(RoutingContext context) {
        Exchange exchange = loop.exchanges().of(context);
        exchange.speaks(PredictHandler.DIALECT);
        exchange.answersBy(new PredictWriter(exchange, PredictHandler.wantsText(context.request())));
        try {
            String url = url(context);
            RequestedModel model = context.pathParam("model") == null
                    ? new RequestedModel(defaultModel.required(), null)
                    : Routes.model(context);
            intake.takeWhole(exchange, model, new Taker(exchange, url));
        } catch (InferenceException refused) {
            intake.refuse(exchange, refused.error());
        }
    }

    private String url(RoutingContext context) {
        @Nullable String url = Queries.parameter(context.request(), PictureUrls.FIELD);
        if (url == null) {
            throw InferenceException.invalid(
                    PictureUrls.FIELD, "is missing; expected the URL of a picture, or POST with a body");
        }
        @Nullable InferenceError refusal = parts.pictureUrls().refusal(url);
        if (refusal != null) {
            throw new InferenceException(refusal);
        }
        return url;
    }

    /**
     * Has its picture fetched once it is let in.
     *
     * @thread confined to the front loop
     */
    private final class Taker implements Intake.BodyTaker {

        private final Exchange exchange;
        private final String url;

        Taker(Exchange exchange, String url) {
            this.exchange = exchange;
            this.url = url;
        }

        @Override
        public @Nullable InferenceError refusal(ModelEndpoint endpoint) {
            return endpoint.description().transform().input() instanceof ImageInput
                    ? null
                    : new InferenceError.InvalidRequest(
                            PictureUrls.FIELD, "model " + endpoint.model() + " takes no pictures");
        }

        @Override
        public void take(HttpBytes nothing, RequestHead head, ModelEndpoint endpoint) {
            new Fetch(new TransformCalls.Asked(exchange, head, endpoint), url).begin();
        }
    }

    /**
     * One picture on its way.
     *
     * @thread begun and ended on the front loop; it is read on another, which touches what is safe from any
     * @owns the bytes of the budget that it has counted, until its picture goes on
     */
    private final class Fetch implements PictureUrls.Reader {

        private final TransformCalls.Asked asked;
        private final String url;
        private final ByteBudget budget = loop.bodies().budget();
        private final Cancellation gone;
        private final long deadlineNanos;
        private final AtomicLong countedBytes = new AtomicLong();
        private Runnable stopWaiting = () -> {};
        private volatile boolean over;

        Fetch(TransformCalls.Asked asked, String url) {
            this.asked = asked;
            this.url = url;
            this.gone = asked.exchange().cancellation();
            this.deadlineNanos = asked.deadlineNanos(parts.admitOptions());
        }

        void begin() {
            Context here = loop.vertx().getOrCreateContext();
            long start = asked.exchange().startNanos();
            stopWaiting = loop.bodies().whenLate(start, deadlineNanos - start, this::giveUp);
            String id = asked.exchange().requestId();
            @Nullable
            InferenceError full =
                    parts.pictureUrls().fetch(id, url, this, fetched -> here.runOnContext(back -> end(fetched)));
            if (full != null) {
                finish(full);
            }
        }

        /** The other server may say nothing for long, and be waited for in vain; the client is told in time. */
        private void giveUp(InferenceError why) {
            finish(why instanceof InferenceError.DeadlineExceeded ? LATE : why);
        }

        @Override
        public void count(int bytes) {
            if (countedBytes.get() + bytes > limit.bytes()) {
                throw new InferenceException(limit.tooLarge());
            }
            budget.reserve(bytes);
            countedBytes.addAndGet(bytes);
        }

        @Override
        public boolean waits() {
            return !over && !gone.isCancelled();
        }

        private void end(PictureUrls.Fetched fetched) {
            byte @Nullable [] bytes = fetched.bytes();
            if (bytes != null && waits()) {
                stopWaiting.run();
                transforms.beginPicture(asked, bytes); // and what has been counted of it
                return;
            }
            budget.release(countedBytes.get());
            if (over) {
                return;
            }
            @Nullable InferenceError error = gone.isCancelled() ? new InferenceError.Cancelled() : fetched.error();
            finish(error == null ? LATE : error);
        }

        private void finish(InferenceError error) {
            over = true;
            stopWaiting.run();
            loop.serving().refuse(asked.exchange(), asked.endpoint().model(), error);
        }
    }
}
