package dev.sluice.gateway.front.v2;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sluice.gateway.front.TensorBuffers;
import dev.sluice.worker.contract.DataType;
import dev.sluice.worker.contract.InferenceResponse;
import dev.sluice.worker.contract.InferenceResponse.Timing;
import dev.sluice.worker.contract.ModelId;
import dev.sluice.worker.contract.ModelReport.Description;
import dev.sluice.worker.contract.Shape;
import dev.sluice.worker.contract.Signature;
import dev.sluice.worker.contract.Tensor;
import dev.sluice.worker.contract.TensorSpec;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** An answer is a request but for the word "outputs": whatever is answered, sent back as it is, decodes to the same. */
class WireRoundTripTest {

    private static final long SEED = 1937;
    private static final int ANSWERS = 1500;
    private static final int MOST_TENSORS = 5;
    private static final DataType[] TYPES = DataType.values();

    /** How the tensors of an answer go over the wire. */
    enum Wire {
        JSON,
        BINARY,
        MIXED
    }

    private final Random random = new Random(SEED);
    private final RandomTensors tensors = new RandomTensors(random);
    private final TensorBuffers buffers = new TensorBuffers();
    private final Set<DataType> seen = EnumSet.noneOf(DataType.class);
    private int scalars;
    private int empty;

    @ParameterizedTest
    @EnumSource
    void anAnswerSentBackIsTheSame(Wire wire) {
        for (int i = 0; i < ANSWERS; i++) {
            boolean batched = random.nextBoolean();
            List<WantedOutput> wanted = new ArrayList<>();
            List<Tensor> sent = answer(wire, batched, wanted);
            AnswerForm form = new AnswerForm("i" + tensors.nextText(), wanted, false);
            DecodedRequest back = sendBack(sent, form, batched, new JsonOptions(true));
            String which = "seed " + SEED + ", answer " + i + ": " + sent;
            assertEquals(sent, back.inputs(), which);
            assertEquals(form.id(), back.form().id(), which);
            assertEquals(batched ? sent.getFirst().rows() : 1, back.rows(), which);
            back.inputs().forEach(input -> buffers.giveBack(input.data()));
        }
        assertEquals(wire == Wire.JSON ? TYPES.length - 2 : TYPES.length, seen.size(), () -> "only " + seen);
        assertTrue(scalars > 100 && empty > 100, scalars + " scalars, " + empty + " without elements");
    }

    private List<Tensor> answer(Wire wire, boolean batched, List<WantedOutput> wanted) {
        List<Tensor> answer = new ArrayList<>();
        int rows = random.nextInt(5);
        for (int n = 1 + random.nextInt(MOST_TENSORS); n > 0; n--) {
            DataType type = TYPES[random.nextInt(TYPES.length)];
            boolean binary = wire == Wire.BINARY || (wire == Wire.MIXED && random.nextBoolean());
            if (!binary && (type == DataType.FP16 || type == DataType.BF16)) {
                continue; // in JSON they are answered as numbers, and are taken as FP32 only
            }
            Tensor tensor = tensors.next(answer.size() + tensors.nextText(), type, shape(batched, rows), true);
            answer.add(tensor);
            wanted.add(new WantedOutput(tensor.name(), binary, 0));
            seen.add(type);
            scalars += tensor.shape().rank() == 0 ? 1 : 0;
            empty += tensor.shape().elementCount() == 0 ? 1 : 0;
        }
        return answer.isEmpty() ? answer(wire, batched, wanted) : answer;
    }

    private Shape shape(boolean batched, int rows) {
        long[] dimensions = new long[batched ? 1 + random.nextInt(3) : random.nextInt(4)];
        for (int axis = 0; axis < dimensions.length; axis++) {
            dimensions[axis] = batched && axis == 0 ? rows : random.nextInt(5);
        }
        return new Shape(dimensions);
    }

    private DecodedRequest sendBack(List<Tensor> sent, AnswerForm form, boolean batched, JsonOptions options) {
        List<TensorSpec> specs = new ArrayList<>();
        for (Tensor tensor : sent) {
            long[] dimensions = tensor.shape().dimensions().clone();
            Arrays.fill(dimensions, Shape.VARIABLE);
            specs.add(new TensorSpec(tensor.name(), tensor.dataType(), new Shape(dimensions)));
        }
        Signature signature = new Signature(specs, Decoding.OUTPUTS, batched);
        Description model = new Description("test", signature, List.of(), 8, 1, "nowhere");
        InferenceResponse response = new InferenceResponse(new ModelId("m", 1), sent, new Timing(0, 0, 0, 1, 0));
        EncodedResponse encoded = new InferResponseEncoder(response, form, model, options).encode();
        String json = new String(encoded.json().array(), 0, encoded.json().length(), StandardCharsets.UTF_8);
        byte[] text = json.replaceFirst("\"outputs\":\\[", "\"inputs\":[").getBytes(StandardCharsets.UTF_8);
        byte[] body = behind(text, encoded.raw());
        RequestBody request = RequestBody.of(body, 0, body.length, Integer.toString(text.length));
        return new InferRequestDecoder(request, signature, buffers, options).decode();
    }

    private static byte[] behind(byte[] text, List<ByteBuffer> raw) {
        ByteBuffer body = ByteBuffer.allocate(
                text.length + raw.stream().mapToInt(ByteBuffer::remaining).sum());
        body.put(text);
        raw.forEach(tensor -> body.put(tensor.duplicate()));
        return body.array();
    }
}
