package dev.sluice.gateway.front.mlflow;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.sluice.gateway.front.TensorBuffers;
import dev.sluice.gateway.front.http.HttpBytes;
import dev.sluice.worker.contract.DataType;
import dev.sluice.worker.contract.InferenceException;
import dev.sluice.worker.contract.ModelReport.Description;
import dev.sluice.worker.contract.Shape;
import dev.sluice.worker.contract.Signature;
import dev.sluice.worker.contract.TensorSpec;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Whose fault a body is: its own form's, or the signature's, which takes other things. */
class FrameDecoderTest {

    private static final Description MODEL = new Description(
            "test",
            new Signature(
                    List.of(
                            new TensorSpec("schema", DataType.FP32, new Shape(-1, 1)),
                            new TensorSpec("Invalid input.", DataType.FP32, new Shape(-1, 1))),
                    List.of(new TensorSpec("y", DataType.FP32, new Shape(-1, 1))),
                    true),
            List.of(),
            8,
            1,
            "");

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '~',
            value = {
                "{\"inputs\": {\"schema\": [\"x\"], \"Invalid input.\": [1]}}|false",
                "{\"dataframe_split\": {\"columns\": [\"schema\"], \"data\": [[1]]}}|true",
                "{\"dataframe_records\": [{\"schema\": \"x\", \"Invalid input.\": 1}]}|true",
                "{\"dataframe_records\": [{\"schema\": \"x\", \"Invalid input.\": 1}|false",
                "{\"dataframe_records\": {}}|false",
                "{\"dataframe_split\": {\"rows\": 1}}|false",
                "[]|false"
            })
    void isToldByWhatItIs(String body, boolean signatures) {
        byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
        FrameDecoder decoder = new FrameDecoder(new HttpBytes(bytes, 0, bytes.length), MODEL, new TensorBuffers());
        InferenceException wrong = assertThrows(InferenceException.class, decoder::decode);
        assertEquals(signatures, decoder.isSignaturesFault(), wrong.getMessage());
    }
}
