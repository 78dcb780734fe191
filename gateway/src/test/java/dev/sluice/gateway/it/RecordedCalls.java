package dev.sluice.gateway.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.MethodDescriptor;
import com.google.protobuf.Descriptors.ServiceDescriptor;
import com.google.protobuf.DynamicMessage;
import com.google.protobuf.Message;
import com.google.protobuf.TextFormat;
import com.google.protobuf.TypeRegistry;
import dev.sluice.gateway.front.tfs.grpc.wire.Services;
import dev.sluice.gateway.front.tfs.grpc.wire.SignatureDefMap;
import io.vertx.grpc.common.GrpcStatus;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;

/**
 * Calls of TensorFlow Serving's services with the answers that they must get, from a file of blocks with an empty line between
 * them: what it is about, behind a {@code #}; the method; the request, in protobuf's text format, or {@code -}; the status, and behind it the
 * answer in the same format, or the message of the error.
 */
record RecordedCalls(String title, MethodDescriptor method, String request, String answer) {

    private static final Path FOLDER = Places.ROOT.resolve("gateway/src/test/resources/compat");
    private static final String EMPTY = "-";
    private static final TypeRegistry TYPES =
            TypeRegistry.newBuilder().add(SignatureDefMap.getDescriptor()).build();

    static List<RecordedCalls> read(String file) throws IOException {
        List<RecordedCalls> calls = new ArrayList<>();
        for (String block : Files.readString(FOLDER.resolve(file)).split("\n\n+", -1)) {
            if (!block.isBlank()) {
                calls.add(parse(block.strip().split("\n", -1)));
            }
        }
        return calls;
    }

    private static RecordedCalls parse(String[] lines) {
        MethodDescriptor method = Services.getDescriptor().getServices().stream()
                .map(service -> service.findMethodByName(lines[1]))
                .filter(found -> found != null)
                .findFirst()
                .orElseThrow(() -> new AssertionError(lines[1]));
        return new RecordedCalls(
                lines[0].substring("# ".length()), method, lines[2].equals(EMPTY) ? "" : lines[2], lines[3]);
    }

    static Stream<DynamicTest> tests(List<RecordedCalls> calls, GrpcCaller caller) {
        return calls.stream().map(call -> DynamicTest.dynamicTest(call.title, () -> call.check(caller)));
    }

    private void check(GrpcCaller caller) throws IOException {
        ServiceDescriptor service = method.getService();
        GrpcCaller.Reply reply =
                caller.call(service.getFullName(), method.getName(), message(method.getInputType(), request));
        String status = reply.status().name();
        if (reply.status() != GrpcStatus.OK) {
            assertEquals(answer, status + " " + reply.message(), title);
            return;
        }
        Message got = DynamicMessage.parseFrom(
                method.getOutputType(), reply.messages().getFirst().getBytes());
        String shown = TextFormat.printer()
                .usingTypeRegistry(TYPES)
                .emittingSingleLine(true)
                .printToString(got);
        assertTrue(answer.startsWith(status), shown);
        assertEquals(message(method.getOutputType(), answer.substring(status.length())), got, shown);
    }

    private static Message message(Descriptor type, String text) throws TextFormat.ParseException {
        DynamicMessage.Builder message = DynamicMessage.newBuilder(type);
        TextFormat.Parser.newBuilder().setTypeRegistry(TYPES).build().merge(text, message);
        return message.build();
    }
}
