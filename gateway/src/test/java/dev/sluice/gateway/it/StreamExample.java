package dev.sluice.gateway.it;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.WebSocket;
import io.vertx.core.http.WebSocketClient;
import io.vertx.core.http.WebSocketConnectOptions;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** The example of docs/streaming.md for Java; StreamExampleIT runs it, and sees that the page has it. */
// example
final class StreamExample {

    private final List<Buffer> messages = new ArrayList<>();
    private final JsonObject[] answers;
    private final Promise<List<JsonObject>> done = Promise.promise();
    private JsonObject window = new JsonObject();
    private long bytes;
    private int sent;
    private int answered;

    private StreamExample(List<JsonObject> requests) {
        for (JsonObject request : requests) {
            JsonObject id = new JsonObject().put("id", Integer.toString(messages.size()));
            messages.add(id.mergeIn(request).toBuffer());
        }
        this.answers = new JsonObject[requests.size()];
    }

    /** The answers in the order of the requests, as many in flight as the server allows. */
    static Future<List<JsonObject>> predict(
            WebSocketClient client, WebSocketConnectOptions place, List<JsonObject> requests) {
        StreamExample example = new StreamExample(requests);
        client.connect(place.addSubProtocol("sluice.v2.stream.1"))
                .onSuccess(stream -> stream.textMessageHandler(text -> example.take(stream, new JsonObject(text)))
                        .closeHandler(gone -> example.done.tryFail("closed with " + stream.closeStatusCode())))
                .onFailure(example.done::tryFail);
        return example.done.future();
    }

    private void take(WebSocket stream, JsonObject message) {
        if (message.containsKey("hello")) {
            window = message.getJsonObject("hello").getJsonObject("window");
        } else if (message.containsKey("error")) {
            done.tryFail(message.encode());
        } else {
            int number = Integer.parseInt(message.getString("id"));
            answers[number] = message;
            answered++;
            bytes -= messages.get(number).length(); // its place is free again
        }
        if (answered == answers.length) {
            done.tryComplete(Arrays.asList(answers));
            stream.close((short) 1000);
        } else {
            send(stream);
        }
    }

    private void send(WebSocket stream) {
        while (sent < answers.length && hasPlace(messages.get(sent))) {
            Buffer message = messages.get(sent++);
            bytes += message.length();
            stream.writeTextMessage(message.toString());
        }
    }

    /** One message alone may be longer than the window. */
    private boolean hasPlace(Buffer message) {
        int inFlight = sent - answered;
        return inFlight == 0
                || (inFlight < window.getInteger("messages") && bytes + message.length() <= window.getLong("bytes"));
    }
}
