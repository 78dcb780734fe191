package dev.sluice.gateway.it;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.zip.GZIPOutputStream;

/**
 * A request of a few kilobytes whose answer is as large as a test likes: compressed zeros to the model that says what it
 * is told.
 */
final class LargeAnswer {

    static final String PATH = "/v2/models/echo/infer";

    private final int bytes;
    private final String json;
    private final byte[] body;

    /** @param bytes of the one tensor that comes back */
    LargeAnswer(int bytes) {
        this.bytes = bytes;
        this.json = "{\"parameters\":{\"binary_data_output\":true},\"inputs\":[{\"name\":\"x\",\"datatype\":\"FP32\","
                + "\"shape\":[1," + bytes / Float.BYTES + "],\"parameters\":{\"binary_data_size\":" + bytes + "}}]}";
        ByteArrayOutputStream compressed = new ByteArrayOutputStream();
        try (GZIPOutputStream gzip = new GZIPOutputStream(compressed)) {
            gzip.write(json.getBytes(StandardCharsets.US_ASCII));
            gzip.write(new byte[bytes]);
        } catch (IOException impossible) {
            throw new AssertionError(impossible);
        }
        this.body = compressed.toByteArray();
    }

    private List<String> headers() {
        return List.of("content-encoding", "gzip", "inference-header-content-length", Integer.toString(json.length()));
    }

    RawConnection ask(RawConnection connection) throws IOException {
        StringBuilder head = new StringBuilder("POST " + PATH + " HTTP/1.1\r\nhost: x\r\n");
        for (int i = 0; i < headers().size(); i += 2) {
            head.append(headers().get(i))
                    .append(": ")
                    .append(headers().get(i + 1))
                    .append("\r\n");
        }
        return connection
                .send(head + "content-length: " + body.length + "\r\n\r\n")
                .send(body);
    }

    RawHttp2 ask(RawHttp2 connection, int stream) throws IOException {
        return finish(begin(connection, stream), stream);
    }

    RawHttp2 begin(RawHttp2 connection, int stream) throws IOException {
        return connection.head(stream, "POST", PATH, false, headers().toArray(String[]::new));
    }

    RawHttp2 finish(RawHttp2 connection, int stream) throws IOException {
        return connection.data(stream, body, true);
    }

    /** Whether that is the whole of the answer. */
    boolean is(Answer answer) {
        return answer.status() == 200
                && answer.body().length() > bytes
                && answer.body().endsWith("\0".repeat(bytes))
                && answer.body().startsWith("{");
    }
}
