package dev.sluice.gateway.front.v2;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sluice.worker.contract.InferenceError.InvalidRequest;
import dev.sluice.worker.contract.InferenceException;
import dev.sluice.worker.contract.Shape;
import dev.sluice.worker.contract.Signature;
import dev.sluice.worker.contract.Tensor;
import dev.sluice.worker.contract.TensorSpec;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * What must hold whatever bytes a client sends: they decode to a request that fits the signature and says what the body
 * says, or they are an invalid request, with a reason; Jackson agrees on what is JSON; and no memory is lost.
 */
final class RequestOracle {

    /** Reasons that no well-formed text may be refused for. */
    private static final List<String> SYNTAX = List.of(
            "expected ',' or",
            "expected ':'",
            "a member name in double quotes and found",
            "ends too early",
            "unexpected text after the end",
            "without its closing quote",
            "bare control character",
            "unknown escape",
            "four hexadecimal digits",
            "not UTF-8",
            "no leading zeros",
            "a digit is missing");

    private final BufferLedger ledger = new BufferLedger();

    /** Decodes the body for that signature and checks what comes of it. */
    void check(RequestBody body, Signature signature, JsonOptions options) {
        DecodedRequest request;
        try {
            request = new InferRequestDecoder(body, signature, ledger.buffers, options).decode();
        } catch (InferenceException refused) {
            checkRefusal(refused, body, options);
            return;
        }
        checkFits(request, signature);
        checkRaw(request, body);
        if (!body.isRawTensor()) {
            checkJson(request, body, options);
        }
        request.inputs().forEach(input -> ledger.buffers.giveBack(input.data()));
    }

    /** Holds our grammar to Jackson's. */
    void checkGrammar(RequestBody body, JsonOptions options) {
        WellFormed jackson = jackson(body, options);
        if (jackson.valid() && (jackson.deep() || jackson.halfPairs())) {
            return;
        }
        String reason = "";
        try {
            JsonCursor cursor = new JsonCursor(body.array(), body.from(), body.jsonEnd(), options.nanAndInfinity());
            cursor.skipValue();
            cursor.readEnd();
        } catch (BadJson bad) {
            reason = bad.reason();
            assertFalse(reason.isEmpty());
        }
        assertEquals(jackson.valid(), reason.isEmpty(), "Jackson takes it for JSON, and we say: " + reason);
    }

    /** To be called when all is decoded. */
    void checkMemory() {
        assertEquals(0, ledger.missing(), "buffers were lost or given back twice");
    }

    private static WellFormed jackson(RequestBody body, JsonOptions options) {
        return WellFormed.of(body.array(), body.from(), body.jsonEnd(), options);
    }

    private static void checkRefusal(InferenceException refused, RequestBody body, JsonOptions options) {
        InvalidRequest error = assertInstanceOf(InvalidRequest.class, refused.error());
        assertFalse(error.field().isBlank(), "a refusal says where");
        assertFalse(error.reason().isBlank(), "a refusal says why");
        if (!body.isRawTensor() && SYNTAX.stream().anyMatch(error.reason()::contains)) {
            assertFalse(jackson(body, options).valid(), () -> "refused, and yet it is JSON: " + error);
        }
    }

    private static void checkFits(DecodedRequest request, Signature signature) {
        int last = -1;
        for (Tensor input : request.inputs()) {
            int place = signature.indexOfInput(input.name());
            assertTrue(place > last, "inputs are in the signature's order, each once");
            TensorSpec spec = signature.inputs().get(place);
            assertEquals(spec.dataType(), input.dataType());
            assertTrue(spec.shape().accepts(input.shape()));
            assertEquals(ByteOrder.LITTLE_ENDIAN, input.data().order());
            assertSize(input);
            last = place;
        }
        long required =
                signature.inputs().stream().filter(spec -> !spec.optional()).count();
        assertTrue(request.inputs().size() >= required);
        assertFalse(request.outputs().isEmpty());
        assertTrue(signature.outputNames().containsAll(request.outputs()));
        assertTrue(request.rows() >= 0 && request.priority() >= 0);
        assertTrue(request.timeout() == null || request.timeout().isPositive());
    }

    private static void assertSize(Tensor input) {
        Shape shape = input.shape();
        ByteBuffer data = input.data();
        long found = 0;
        if (input.dataType().isVariableSize()) {
            for (int at = 0; at < data.limit(); at += Integer.BYTES + data.getInt(at)) {
                found++;
            }
        } else {
            found = data.remaining() / input.dataType().elementBytes();
            assertEquals(0, data.remaining() % input.dataType().elementBytes());
        }
        assertEquals(shape.elementCount(), found, () -> input + " has " + data);
    }

    /** Raw tensors are views that cover all bytes behind the JSON, and none twice. */
    private static void checkRaw(DecodedRequest request, RequestBody body) {
        List<ByteBuffer> views = new ArrayList<>();
        for (Tensor input : request.inputs()) {
            if (!input.data().isDirect() && input.data().hasRemaining()) {
                views.add(input.data());
            }
        }
        views.sort(Comparator.comparingInt(ByteBuffer::arrayOffset));
        int at = body.jsonEnd();
        for (ByteBuffer view : views) {
            assertEquals(at, view.arrayOffset());
            assertSame(body.array(), view.array());
            at += view.remaining();
        }
        assertEquals(body.end(), at);
    }

    private static void checkJson(DecodedRequest request, RequestBody body, JsonOptions options) {
        assertTrue(jackson(body, options).valid(), "decoded, and yet it is no JSON");
        try {
            ReferenceInputs expected = ReferenceInputs.of(body.array(), body.from(), body.jsonEnd(), options);
            request.inputs().stream().filter(input -> input.data().isDirect()).forEach(expected::assertSame);
        } catch (IOException impossible) {
            throw new UncheckedIOException(impossible);
        }
    }
}
