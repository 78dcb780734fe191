package dev.sluice.worker.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertSame;

import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtException.OrtErrorCode;
import dev.sluice.worker.contract.InferenceException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class OnnxErrorsTest {

    @Test
    void anInvalidArgumentIsTheClientsFault() {
        OrtException error = error(
                OrtErrorCode.ORT_INVALID_ARGUMENT,
                "Got invalid dimensions for input: a for the following indices\n index: 1 Got: 5 Expected: 3\n"
                        + " Please fix either the inputs/outputs or the model.");

        InferenceException refused = assertInstanceOf(InferenceException.class, OnnxErrors.ofRun("m", error));

        assertEquals(
                "inputs: Got invalid dimensions for input: a for the following indices; index: 1 Got: 5 Expected: 3",
                refused.error().message());
    }

    @Test
    void aShapeThatDoesNotFitInsideTheGraphIsTheClientsFault() {
        OrtException error = error(
                OrtErrorCode.ORT_RUNTIME_EXCEPTION,
                "Non-zero status code returned while running Add node. Name:'' Status Message: "
                        + "axis == 1 || axis == largest was false. Attempting to broadcast an axis by a dimension other"
                        + " than 1. 13 by 21");

        assertInstanceOf(InferenceException.class, OnnxErrors.ofRun("m", error));
    }

    @Test
    void anythingElseIsTheEnginesAndKeepsItsCause() {
        OrtException error = error(OrtErrorCode.ORT_FAIL, "out of luck");

        EngineRunException failure = assertInstanceOf(EngineRunException.class, OnnxErrors.ofRun("m", error));

        assertSame(error, failure.getCause());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Failed to allocate memory for requested buffer of size 211106232532992",
                "std::bad_alloc",
                "CUDA failure 2: out of memory ; GPU=0 ; expr=cudaMalloc((void**)&p, size);",
                "CUBLAS failure 3: CUBLAS_STATUS_ALLOC_FAILED ; GPU=0 ; expr=cublasCreate(&cublas_handle_);"
            })
    void tooLittleMemoryIsToldApart(String message) {
        OrtException error = error(OrtErrorCode.ORT_RUNTIME_EXCEPTION, message);

        assertEquals(
                EngineRunException.Reason.OUT_OF_MEMORY,
                assertInstanceOf(EngineRunException.class, OnnxErrors.ofRun("m", error))
                        .reason());
    }

    @Test
    void onnxRuntimesInsidesStayOutOfTheAnswer() {
        OrtException error = error(
                OrtErrorCode.ORT_INVALID_ARGUMENT,
                "\u001B[1;31mNon-zero status code returned while running Gather node. Name:'' Status Message: "
                        + "indices element out of data bounds, idx=9 must be within the inclusive range [-3,2]"
                        + "\u001B[m");

        assertEquals(
                "indices element out of data bounds, idx=9 must be within the inclusive range [-3,2]",
                OnnxErrors.readable(error));
    }

    @Test
    void sourceLinesStayOutOfTheAnswer() {
        OrtException error = error(
                OrtErrorCode.ORT_RUNTIME_EXCEPTION,
                "/onnxruntime_src/onnxruntime/core/providers/cpu/tensor/reshape_helper.h:47 "
                        + "onnxruntime::ReshapeHelper::ReshapeHelper(const onnxruntime::TensorShape&) "
                        + "input_shape_size == size was false. The input tensor cannot be reshaped");

        assertEquals(
                "input_shape_size == size was false. The input tensor cannot be reshaped", OnnxErrors.readable(error));
    }

    private static OrtException error(OrtErrorCode code, String message) {
        return new OrtException(code, message);
    }
}
