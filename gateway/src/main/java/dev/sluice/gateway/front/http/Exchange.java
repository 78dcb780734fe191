package dev.sluice.gateway.front.http;

import dev.sluice.gateway.admit.Permit;
import dev.sluice.gateway.admit.RequestHead;
import dev.sluice.gateway.dispatch.ModelEndpoint;
import dev.sluice.gateway.front.ClientGone;
import dev.sluice.gateway.front.Protocol;
import dev.sluice.gateway.front.call.CacheUse;
import dev.sluice.gateway.front.call.Call;
import dev.sluice.gateway.front.v2.AnswerForm;
import dev.sluice.gateway.front.v2.EncodedResponse;
import dev.sluice.gateway.front.v2.InferResponseEncoder;
import dev.sluice.gateway.front.v2.JsonOutput;
import dev.sluice.gateway.front.v2.RequestBody;
import dev.sluice.gateway.security.KeyHolder;
import dev.sluice.gateway.transform.BodyNotes;
import dev.sluice.gateway.transform.OutputWork;
import dev.sluice.gateway.transform.PictureFrame;
import dev.sluice.gateway.transform.TextNotes;
import dev.sluice.worker.contract.Cancellation;
import dev.sluice.worker.contract.InferenceError;
import dev.sluice.worker.contract.InferenceException;
import dev.sluice.worker.contract.InferenceResponse;
import dev.sluice.worker.contract.ModelId;
import dev.sluice.worker.contract.ModelReport.Description;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.http.HttpVersion;
import java.util.List;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * One HTTP request and the one answer it gets.
 *
 * @thread confined to the front loop of its connection, but for {@link #make} and {@link #isGivenUp}
 * @errors an answer to a connection that has gone, or a second answer, is dropped in silence
 */
public final class Exchange extends Call {

    private static final CharSequence JSON = HttpHeaders.createOptimized("application/json");
    private static final CharSequence PLAIN = HttpHeaders.createOptimized("text/plain; charset=utf-8");
    private static final CharSequence OCTETS = HttpHeaders.createOptimized("application/octet-stream");
    private static final CharSequence JSON_LENGTH = HttpHeaders.createOptimized("Inference-Header-Content-Length");
    private static final CharSequence FALLBACK = HttpHeaders.createOptimized("Sluice-Fallback");
    private static final CharSequence CACHE = HttpHeaders.createOptimized("Sluice-Cache");
    private static final CharSequence AUTHENTICATE = HttpHeaders.createOptimized("WWW-Authenticate");
    private static final String CHALLENGE = "Bearer realm=\"sluice\"";
    private static final CharSequence REQUEST_ID = HttpHeaders.createOptimized(RequestIds.HEADER);

    private final HttpServerRequest request;
    private final String requestId;
    private final long startNanos;
    private final Exchanges front;
    private @Nullable String client;
    private @Nullable KeyHolder keyHolder;
    private Dialect dialect = Dialect.V2;
    private @Nullable AnswerWriter writer;
    private long decodeNanos;
    private @Nullable BodyNotes notes;
    private @Nullable ClientGone gone;
    private @Nullable Written made;
    private boolean limited;
    private volatile boolean answered;

    /** What a writer has made: plain text, or otherwise JSON. */
    private record Written(@Nullable String text, @Nullable JsonOutput json) {}

    Exchange(HttpServerRequest request, String requestId, long startNanos, Exchanges front) {
        this.request = request;
        this.requestId = requestId;
        this.startNanos = startNanos;
        this.front = front;
    }

    @Override
    public Protocol protocol() {
        return dialect.protocol();
    }

    public HttpServerRequest request() {
        return request;
    }

    /** From now on it is refused in those words. */
    public void speaks(Dialect its) {
        dialect = its;
    }

    /** Its answer is written so, and not as V2 has it. */
    public void answersBy(AnswerWriter its) {
        writer = its;
    }

    /** Its body took so long to become tensors. */
    void transformed(long nanos, @Nullable BodyNotes itsNotes) {
        decodeNanos = nanos;
        notes = itsNotes;
    }

    /** What its answer needs to know of the texts that it brought; null where tensors are not made of any. */
    public @Nullable TextNotes texts() {
        return notes instanceof TextNotes texts ? texts : null;
    }

    /** The same of the picture that it brought. */
    public @Nullable PictureFrame picture() {
        return notes instanceof PictureFrame picture ? picture : null;
    }

    /** It shows that client's key. */
    void sentBy(KeyHolder holder) {
        keyHolder = holder;
        client = holder.name();
    }

    @Override
    public @Nullable KeyHolder keyHolder() {
        return keyHolder;
    }

    /** From now on its client is told what it has left of its quotas. */
    void showStanding() {
        limited = true;
    }

    @Override
    protected void hold(Permit place) {
        super.hold(place);
        request.response().closeHandler(closed -> leave());
    }

    /** From now on only the outcome ends the request. */
    @Override
    public Cancellation cancellation() {
        ClientGone cancellation = new ClientGone();
        request.response().closeHandler(closed -> cancellation.cancel());
        gone = cancellation;
        return cancellation;
    }

    /** Whether nobody waits for its answer any more; asked by whoever makes it, on whatever thread. */
    public boolean isGivenUp() {
        return answered || (gone != null && gone.isCancelled());
    }

    @Override
    public String client() {
        if (client == null) {
            client = front.clientNames().of(request);
        }
        return client;
    }

    @Override
    public String requestId() {
        return requestId;
    }

    @Override
    public long startNanos() {
        return startNanos;
    }

    @Override
    protected String header(String name) {
        return String.join(",", request.headers().getAll(name));
    }

    /** Whether the time that its head gives it is over already. */
    boolean isLate(RequestHead head) {
        return head.timeoutNanos() != RequestHead.UNSAID && front.ticker().nanos() - startNanos >= head.timeoutNanos();
    }

    @Override
    public boolean isOpen() {
        return !answered && !request.response().ended() && !request.response().closed();
    }

    @Override
    protected OutputWork work(ModelEndpoint endpoint, InferenceResponse response) {
        return writer == null ? OutputWork.NONE : writer.work(response, endpoint.description());
    }

    @Override
    protected void make(ModelEndpoint endpoint, InferenceResponse response) {
        made = writer == null ? null : written(writer, response, endpoint.description());
    }

    private static Written written(AnswerWriter writer, InferenceResponse response, Description model) {
        @Nullable String text = writer.text(response, model);
        return new Written(text, text == null ? writer.write(response, model) : null);
    }

    /** With its tensors, some perhaps as raw bytes behind the JSON. A client that is far behind gets no more. */
    @Override
    public void answer(ModelEndpoint endpoint, InferenceResponse response, AnswerForm form) {
        FrontConnection.requireTaken(request);
        if (isOpen()) {
            ServerTiming.tell(request, response.timing(), decodeNanos);
        }
        if (made == null) {
            make(endpoint, response);
        }
        if (made == null) {
            tensors(new InferResponseEncoder(response, form, endpoint.description(), front.jsonOptions()).encode());
        } else if (made.json() == null) {
            text("text/plain", String.valueOf(made.text()));
        } else {
            tensors(new EncodedResponse(made.json(), List.of()));
        }
    }

    public void json(JsonOutput body) {
        answer(200, body);
    }

    /**
     * What the request says of the length of its JSON; null when all of it is JSON.
     *
     * @throws InferenceException when it says so twice, for others on the way may have believed the other one
     */
    @Nullable
    String jsonLength() {
        String length = request.getHeader(RequestBody.JSON_LENGTH_HEADER);
        if (length != null
                && request.headers().getAll(RequestBody.JSON_LENGTH_HEADER).size() > 1) {
            throw InferenceException.invalid(RequestBody.JSON_LENGTH_HEADER, "given twice");
        }
        return length;
    }

    private void tensors(EncodedResponse answer) {
        if (!isOpen()) {
            return;
        }
        boolean raw = !answer.raw().isEmpty();
        if (raw) {
            request.response()
                    .putHeader(JSON_LENGTH, Integer.toString(answer.json().length()));
        }
        Buffer body = raw ? HttpBytes.buffer(answer) : HttpBytes.buffer(answer.json());
        end(200, raw ? OCTETS : JSON, front.compressesResponses() ? AnswerDeflater.fit(request, body) : body);
    }

    @Override
    public void standsIn(ModelId model) {
        if (isOpen()) {
            request.response().putHeader(FALLBACK, model.toString());
        }
    }

    @Override
    protected void cached(CacheUse use, long ageSeconds) {
        if (isOpen()) {
            request.response().putHeader(CACHE, use.toString());
            if (use == CacheUse.HIT) {
                request.response().putHeader(HttpHeaders.AGE, Long.toString(ageSeconds));
            }
        }
    }

    /** It has been done, and there is nothing more to say. */
    public void done() {
        end(200, null, Buffer.buffer());
    }

    /** An answer without a body, whose headers say everything. */
    void nothing() {
        end(204, null, Buffer.buffer());
    }

    /** A body of that type, with nothing in it. */
    void empty(String contentType) {
        end(200, contentType, Buffer.buffer());
    }

    /** The client has kept what it asks for, and it is still the same. */
    void unchanged() {
        end(304, null, Buffer.buffer());
    }

    @Override
    public void refuse(InferenceError error) {
        OptionalLong seconds = front.retryAfter().seconds(error);
        if (seconds.isPresent() && isOpen()) {
            request.response().putHeader(HttpHeaders.RETRY_AFTER, Long.toString(seconds.getAsLong()));
        }
        if (error instanceof InferenceError.Unauthenticated && isOpen()) {
            request.response().putHeader(AUTHENTICATE, CHALLENGE);
        }
        @Nullable String policy = error instanceof InferenceError.Throttled throttled ? throttled.policy() : null;
        int status = dialect.status(error);
        if (Refusal.isProblemWanted(request)) {
            problem(status, dialect.text(error), policy);
        } else if (dialect.isPlain(error)) {
            end(status, PLAIN, Buffer.buffer(dialect.text(error)));
        } else {
            answer(status, dialect.body(error));
        }
    }

    public void error(int status, String message) {
        if (Refusal.isProblemWanted(request)) {
            problem(status, message, null);
        } else {
            answer(status, dialect.body(status, message));
        }
    }

    private void problem(int status, String message, @Nullable String policy) {
        end(status, Refusal.PROBLEM_JSON, HttpBytes.buffer(Refusal.problem(status, message, policy)));
    }

    public void answer(int status, JsonOutput body) {
        end(status, JSON, HttpBytes.buffer(body));
    }

    public void text(String mediaType, String body) {
        end(200, mediaType + "; charset=utf-8", Buffer.buffer(body));
    }

    private void end(int status, @Nullable CharSequence contentType, Buffer body) {
        leave();
        if (!isOpen()) {
            return;
        }
        HttpServerResponse response = request.response().setStatusCode(status);
        response.putHeader(REQUEST_ID, requestId);
        if (limited) {
            front.tellStanding(client(), response.headers());
        }
        if (contentType != null) {
            response.putHeader(HttpHeaders.CONTENT_TYPE, contentType);
        }
        boolean draining = front.isDraining();
        if (draining) {
            sendElsewhere(response);
        }
        answered = true;
        Future<Void> written = write(response, body);
        if (draining) {
            written.onComplete(done -> FrontConnection.end(request));
        }
        if (front.accessLog().isOn()) {
            AccessLog.Asked asked = AccessLog.Asked.of(request, client());
            front.accessLog().answered(requestId, startNanos, asked, new AccessLog.Given(status, body.length()));
        }
    }

    private Future<Void> write(HttpServerResponse response, Buffer body) {
        if (!request.method().equals(HttpMethod.HEAD)) {
            return FrontConnection.send(request, body);
        }
        response.putHeader(HttpHeaders.CONTENT_LENGTH, Integer.toString(body.length()));
        return FrontConnection.sendNothing(request); // given the body, Vert.x would send it on HTTP/2
    }

    /** Asks the client to open another connection for what it sends next; what it has sent is still answered. */
    private void sendElsewhere(HttpServerResponse response) {
        if (request.version() == HttpVersion.HTTP_2) {
            FrontConnection.sendElsewhere(request);
        } else {
            response.putHeader(HttpHeaders.CONNECTION, HttpHeaders.CLOSE);
        }
    }
}
