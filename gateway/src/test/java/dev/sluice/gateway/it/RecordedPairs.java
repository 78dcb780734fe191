package dev.sluice.gateway.it;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;

/**
 * Requests with the answers that they must get, from a file of blocks with an empty line between them: what it is
 * about, behind a {@code #}; method and path; headers, each behind a {@code >}; the body, where there is one, or the parts
 * of a form, each on a line behind a {@code |}; the type of the answer behind a {@code <}, where that is not JSON; the status and the answer's body, which may go on
 * over lines.
 *
 * @param headers of the request, name and value by turns
 * @param type of the answer
 */
record RecordedPairs(
        String title,
        String method,
        String path,
        List<String> headers,
        String body,
        String type,
        int status,
        String answer) {

    private static final String HEADER = "> ";
    private static final String TYPE = "< ";
    private static final String PART = "| ";
    private static final Pattern STATUS = Pattern.compile("[1-5][0-9][0-9](?= |$)");
    private static final Path FOLDER = Places.ROOT.resolve("gateway/src/test/resources/compat");

    static List<RecordedPairs> read(String file) throws IOException {
        List<RecordedPairs> pairs = new ArrayList<>();
        for (String block : Files.readString(FOLDER.resolve(file)).split("\n\n+", -1)) {
            if (!block.isBlank()) {
                pairs.add(parse(block.strip().split("\n", -1)));
            }
        }
        return pairs;
    }

    private static RecordedPairs parse(String[] lines) {
        String[] request = lines[1].split(" ", 2);
        int at = 2;
        List<String> headers = new ArrayList<>();
        while (lines[at].startsWith(HEADER)) {
            headers.addAll(List.of(lines[at++].substring(HEADER.length()).split(": ", 2)));
        }
        List<String> body = new ArrayList<>();
        StringBuilder parts = new StringBuilder();
        String type = "application/json";
        while (!STATUS.matcher(lines[at]).lookingAt()) {
            if (lines[at].startsWith(TYPE)) {
                type = lines[at].substring(TYPE.length());
            } else if (lines[at].startsWith(PART)) {
                parts.append(part(lines[at].substring(PART.length()).split(": ", 2)));
            } else {
                body.add(lines[at]);
            }
            at++;
        }
        if (!parts.isEmpty()) {
            headers.addAll(List.of("content-type", "multipart/form-data; boundary=b"));
            body.add(parts + "--b--");
        }
        String[] answer =
                String.join("\n", List.of(lines).subList(at, lines.length)).split(" ", 2);
        return new RecordedPairs(
                lines[0].substring("# ".length()),
                request[0],
                request[1],
                headers,
                String.join("\n", body),
                type,
                Integer.parseInt(answer[0]),
                answer.length > 1 ? answer[1] : "");
    }

    private static String part(String[] said) {
        return "--b\r\ncontent-disposition: form-data; name=\"" + said[0] + "\"\r\n\r\n" + said[1] + "\r\n";
    }

    static Stream<DynamicTest> tests(List<RecordedPairs> pairs, RunningGateway gateway, int port) {
        return pairs.stream().map(pair -> DynamicTest.dynamicTest(pair.title(), () -> pair.check(gateway, port)));
    }

    private void check(RunningGateway gateway, int port) {
        HttpRequest.Builder request = gateway.request(port, path)
                .method(method, body.isEmpty() ? BodyPublishers.noBody() : BodyPublishers.ofString(body));
        if (!headers.isEmpty()) {
            request.headers(headers.toArray(String[]::new));
        }
        Answer got = Waiting.await(gateway.send(request.build()));
        assertEquals(status + " " + answer, got.status() + " " + got.body().stripTrailing(), path + " " + body);
        assertEquals(type, got.header("content-type"));
    }
}
