package dev.sluice.gateway.it;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.http.WebSocket;
import io.vertx.core.http.WebSocketClient;
import io.vertx.core.http.WebSocketConnectOptions;
import io.vertx.core.json.JsonObject;
import java.util.Arrays;
import java.util.List;

/** The example of docs/streaming.md for Java; StreamExampleIT runs it, and sees that the page has it. */
// example
final class StreamExample {

    private final List<JsonObject> requests;
    private final JsonObject[] answers;
    private final Promise<List<JsonObject>> done = Promise.promise();
    private int sent;
    private int answered;

    private StreamExample(List<JsonObject> requests) {
        this.requests = requests;
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
            int window = message.getJsonObject("hello").getJsonObject("window").getInteger("messages");
            for (int i = 0; i < window; i++) {
                sendNext(stream);
            }
        } else if (message.containsKey("error")) {
            done.tryFail(message.encode());
        } else {
            answers[Integer.parseInt(message.getString("id"))] = message;
            answered++;
            sendNext(stream); // its place is free again
        }
        if (answered == answers.length) {
            done.tryComplete(Arrays.asList(answers));
            stream.close((short) 1000);
        }
    }

    private void sendNext(WebSocket stream) {
        if (sent < answers.length) {
            JsonObject request = requests.get(sent);
            stream.writeTextMessage(new JsonObject()
                    .put("id", Integer.toString(sent++))
                    .mergeIn(request)
                    .encode());
        }
    }
}
