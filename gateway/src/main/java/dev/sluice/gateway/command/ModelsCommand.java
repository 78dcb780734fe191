package dev.sluice.gateway.command;

import dev.sluice.gateway.front.v2.JsonMembers;
import dev.sluice.worker.contract.InferenceException;
import java.io.IOException;
import java.io.PrintStream;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Set;

/**
 * The command {@code ./sluice models}: shows the models of a running server, and changes them.
 *
 * <p>The exit status is 0 if that was done, 1 if the server refused, and 2 if the question was wrong or nobody answered.
 *
 * @thread the main thread
 */
public final class ModelsCommand {

    private static final int DONE = 0;
    private static final int REFUSED = 1;
    private static final int WRONG_USAGE = 2;

    private static final int FIRST_REFUSAL = 300;
    private static final String ERROR = "error";

    /** The server itself waits no longer than ten minutes. */
    private static final Duration PATIENCE = Duration.ofMinutes(11);

    private static final Duration CONNECTING = Duration.ofSeconds(10);

    private ModelsCommand() {}

    @SuppressWarnings("SystemOut") // what a command says is its output
    public static void main(String[] words) throws InterruptedException {
        System.exit(run(List.of(words), System.out, System.err));
    }

    public static int run(List<String> words, PrintStream out, PrintStream err) throws InterruptedException {
        try {
            ModelsRequest request = ModelsRequest.parse(words);
            return show(request, ask(request), out, err);
        } catch (IllegalArgumentException wrong) {
            err.println("sluice models: " + wrong.getMessage());
        } catch (ConnectException nobody) {
            err.println(
                    "sluice models: nobody listens there. Is the server started with --set admin.port=8090 or the like?");
        } catch (IOException broken) {
            err.println("sluice models: " + broken);
        }
        return WRONG_USAGE;
    }

    private static HttpResponse<byte[]> ask(ModelsRequest asked) throws IOException, InterruptedException {
        HttpRequest request = HttpRequest.newBuilder(URI.create(asked.url() + asked.path()))
                .timeout(PATIENCE)
                .header("accept", "text/plain")
                .header("content-type", "application/json")
                .method(asked.method(), BodyPublishers.ofString(asked.body()))
                .build();
        try (HttpClient client = HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .connectTimeout(CONNECTING)
                .build()) {
            return client.send(request, BodyHandlers.ofByteArray());
        }
    }

    private static int show(ModelsRequest asked, HttpResponse<byte[]> answer, PrintStream out, PrintStream err) {
        byte[] body = answer.body();
        if (answer.statusCode() < FIRST_REFUSAL) {
            out.print(new String(body, StandardCharsets.UTF_8));
            out.flush();
            return DONE;
        }
        err.println("sluice models: " + answer.statusCode() + " from " + asked.url() + ": " + reason(body));
        return REFUSED;
    }

    /** As this server says it; of another one, whatever it says. */
    private static String reason(byte[] body) {
        try {
            String said = JsonMembers.read(body, 0, body.length, Set.of(ERROR)).text(ERROR);
            if (said != null) {
                return said;
            }
        } catch (InferenceException notOurs) {
            // then it is shown as it came
        }
        return new String(body, StandardCharsets.UTF_8);
    }
}
