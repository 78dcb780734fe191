package dev.sluice.gateway.front.grpc;

import dev.sluice.gateway.front.RequestedModel;
import dev.sluice.gateway.front.call.FrontParts;
import dev.sluice.gateway.front.call.ServerState;
import dev.sluice.gateway.front.grpc.MessageReader.Message;
import dev.sluice.gateway.front.grpc.wire.HealthCheckRequest;
import dev.sluice.gateway.front.grpc.wire.HealthCheckResponse;
import dev.sluice.gateway.front.grpc.wire.HealthCheckResponse.ServingStatus;
import dev.sluice.gateway.front.http.FrontConnection;
import dev.sluice.gateway.front.http.HttpBytes;
import dev.sluice.worker.contract.InferenceError;
import dev.sluice.worker.contract.InferenceException;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The standard health service: of the server, which has the empty name and those of the inference services, and of each model
 * by its name.
 *
 * @thread confined to one front loop
 * @bound one timer for each client that watches
 * @errors NOT_FOUND for a name that is nobody's, from Check alone
 * @source gRPC, "Health checking protocol"
 */
final class HealthService {

    static final String NAME = "grpc.health.v1.Health";

    /** How soon who watches hears of a change: nobody tells us, so it is looked at. */
    private static final long LOOK_MILLIS = 1000;

    private final FrontParts parts;
    private final Set<String> services;

    /** @param services of inference */
    HealthService(FrontParts parts, Set<String> services) {
        this.parts = parts;
        this.services = services;
    }

    void addTo(Map<String, GrpcFront.Method> methods) {
        methods.put("/" + NAME + "/Check", UnaryMethod.atOnce(HealthCheckRequest.parser(), this::check));
        methods.put("/" + NAME + "/Watch", stream -> new Watch(stream).begin());
    }

    private HealthCheckResponse check(HealthCheckRequest asked) {
        ServingStatus status = status(asked.getService());
        if (status == ServingStatus.SERVICE_UNKNOWN) {
            throw new InferenceException(new InferenceError.UnknownModel(
                    "there is no service and no model " + InferenceException.quoted(asked.getService())));
        }
        return answer(status);
    }

    private static HealthCheckResponse answer(ServingStatus status) {
        return HealthCheckResponse.newBuilder().setStatus(status).build();
    }

    private ServingStatus status(String service) {
        if (service.isEmpty() || services.contains(service)) {
            return ServerState.isReady(parts) ? ServingStatus.SERVING : ServingStatus.NOT_SERVING;
        }
        try {
            ServerState.answering(parts, new RequestedModel(service, null));
            return parts.admission().isDraining() ? ServingStatus.NOT_SERVING : ServingStatus.SERVING;
        } catch (InferenceException refused) {
            return refused.error() instanceof InferenceError.UnknownModel
                    ? ServingStatus.SERVICE_UNKNOWN
                    : ServingStatus.NOT_SERVING;
        }
    }

    /**
     * One client that watches.
     *
     * @thread confined to the front loop of its connection
     */
    private final class Watch implements MessageReader.Receiver {

        private final GrpcStream stream;
        private final MessageReader reader;
        private final Runnable stopClock;
        private final Runnable forgetLeaving;
        private @Nullable String service;
        private @Nullable ServingStatus said;
        private @Nullable Runnable stopTimer;

        Watch(GrpcStream stream) {
            this.stream = stream;
            var settings = new MessageReader.Settings(stream.coding(), UnaryMethod.LIMIT, stream.bodies());
            this.reader = new MessageReader(stream.request(), settings, this);
            this.stopClock = stream.whenLate(() -> failed(new InferenceError.DeadlineExceeded("stream")));
            this.forgetLeaving =
                    FrontConnection.whenLeaving(stream.request(), () -> failed(new InferenceError.Draining()));
        }

        void begin() {
            stream.whenOver(this::stop);
            reader.begin();
        }

        @Override
        public void message(Message message) {
            try {
                if (service != null) {
                    throw InferenceException.invalid("message", "a second one; this call takes one");
                }
                service = UnaryMethod.parse(HealthCheckRequest.parser(), message.bytes())
                        .getService();
            } finally {
                message.release();
            }
            look();
            reader.next(); // whatever comes is refused, where it would lie unread in the windows of HTTP/2
        }

        private void look() {
            if (service == null || !stream.isOpen()) {
                return;
            }
            ServingStatus now = status(service);
            if (now == said) {
                lookAgain();
            } else {
                said = now;
                stream.send(HttpBytes.buffer(UnaryMethod.framed(answer(now))), this::lookAgain);
            }
        }

        private void lookAgain() {
            stopTimer = stream.bodies().timers().start(LOOK_MILLIS, this::look);
        }

        /** Nothing more is asked, which is how such a call begins. */
        @Override
        public void ended() {
            if (service == null) {
                failed(new InferenceError.InvalidRequest("message", "there is none"));
            }
        }

        @Override
        public void failed(InferenceError error) {
            stop();
            stream.finish(GrpcStatus.of(error, stream.retryMillis(error)));
        }

        private void stop() {
            stopClock.run();
            forgetLeaving.run();
            reader.close();
            if (stopTimer != null) {
                stopTimer.run();
            }
        }
    }
}
