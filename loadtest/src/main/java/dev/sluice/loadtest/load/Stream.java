package dev.sluice.loadtest.load;

import dev.sluice.loadtest.wire.StreamMessages;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.http.WebSocket;
import io.vertx.core.json.JsonObject;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Consumer;

/**
 * One connection of a stream, and what is in flight on it.
 *
 * @thread its event loop
 * @bound the window that the server announces
 */
final class Stream {

    private final WebSocket socket;
    private final StreamMessages messages;
    private final Consumer<Stream> hasPlaceAgain;
    private final Map<Integer, Pending> inFlight = new HashMap<>();
    private final Promise<Void> ready = Promise.promise();
    private int window;
    private int next;

    /** @param hasPlaceAgain hears when there is a place where there was none */
    Stream(WebSocket socket, StreamMessages messages, Consumer<Stream> hasPlaceAgain) {
        this.socket = socket;
        this.messages = messages;
        this.hasPlaceAgain = hasPlaceAgain;
        socket.textMessageHandler(text -> take(new JsonObject(text)));
        socket.binaryMessageHandler(message -> take(StreamMessages.json(message)));
        socket.closeHandler(closed -> end());
    }

    /** Once the server has said how much it takes. */
    Future<Void> ready() {
        return ready.future();
    }

    boolean hasPlace() {
        return inFlight.size() < window;
    }

    void send(Pending pending) {
        int id = next++;
        inFlight.put(id, pending);
        if (messages.isText()) {
            socket.writeTextMessage(messages.text(id));
        } else {
            socket.writeBinaryMessage(messages.binary(id));
        }
    }

    private void take(JsonObject message) {
        JsonObject hello = message.getJsonObject("hello");
        if (hello != null) {
            window = hello.getJsonObject("window").getInteger("messages");
            ready.complete();
            hasPlaceAgain.accept(this);
            return;
        }
        boolean full = !hasPlace();
        Pending pending = inFlight.remove(StreamMessages.id(message));
        if (full && hasPlace()) {
            hasPlaceAgain.accept(this);
        }
        if (pending != null) {
            pending.answered(Reply.message(message));
        }
    }

    private void end() {
        window = 0;
        ready.tryFail("a stream was closed with " + socket.closeStatusCode());
        inFlight.values().forEach(Pending::broken);
        inFlight.clear();
    }
}
