package dev.sluice.gateway.front.grpc;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.WireFormat;
import dev.sluice.gateway.front.grpc.wire.InferParameter;
import dev.sluice.gateway.front.grpc.wire.InferTensorContents;
import dev.sluice.gateway.front.grpc.wire.ModelInferRequest;
import dev.sluice.gateway.front.grpc.wire.ModelInferRequest.InferInputTensor;
import dev.sluice.gateway.front.grpc.wire.ModelInferRequest.InferRequestedOutputTensor;
import dev.sluice.gateway.front.grpc.wire.ModelInferResponse;
import dev.sluice.gateway.front.grpc.wire.ModelStreamInferResponse;
import org.junit.jupiter.api.Test;

/** The numbers that our codec has in its source are those of the protocol. */
class MessageTagsTest {

    private static int number(Descriptor message, String field) {
        return message.findFieldByName(field).getNumber();
    }

    private static void assertTag(int tag, Descriptor message, String name) {
        FieldDescriptor field = message.findFieldByName(name);
        assertEquals(field.getNumber(), WireFormat.getTagFieldNumber(tag), name);
        assertEquals(field.getLiteType().getWireType(), WireFormat.getTagWireType(tag), name);
    }

    @Test
    void requests() {
        Descriptor request = ModelInferRequest.getDescriptor();
        assertTag(MessageTags.REQUEST_MODEL_NAME, request, "model_name");
        assertTag(MessageTags.REQUEST_MODEL_VERSION, request, "model_version");
        assertTag(MessageTags.REQUEST_ID, request, "id");
        assertTag(MessageTags.REQUEST_PARAMETER, request, "parameters");
        assertTag(MessageTags.REQUEST_INPUT, request, "inputs");
        assertTag(MessageTags.REQUEST_OUTPUT, request, "outputs");
        assertTag(MessageTags.REQUEST_RAW, request, "raw_input_contents");
        Descriptor input = InferInputTensor.getDescriptor();
        assertTag(MessageTags.TENSOR_NAME, input, "name");
        assertTag(MessageTags.TENSOR_DATATYPE, input, "datatype");
        assertTag(MessageTags.TENSOR_DIMENSION, input, "shape");
        assertTag(MessageTags.TENSOR_PARAMETER, input, "parameters");
        assertTag(MessageTags.TENSOR_CONTENTS, input, "contents");
        assertTag(MessageTags.OUTPUT_NAME, InferRequestedOutputTensor.getDescriptor(), "name");
        assertTag(MessageTags.OUTPUT_PARAMETER, InferRequestedOutputTensor.getDescriptor(), "parameters");
        Descriptor parameter = InferParameter.getDescriptor();
        assertTag(MessageTags.BOOL_PARAM, parameter, "bool_param");
        assertTag(MessageTags.INT64_PARAM, parameter, "int64_param");
        assertTag(MessageTags.STRING_PARAM, parameter, "string_param");
        assertTag(MessageTags.DOUBLE_PARAM, parameter, "double_param");
        assertTag(MessageTags.UINT64_PARAM, parameter, "uint64_param");
    }

    @Test
    void contents() {
        for (FieldDescriptor field : InferTensorContents.getDescriptor().getFields()) {
            ContentsField ours = ContentsField.ofNumber(field.getNumber());
            assertEquals(field.getName(), ours == null ? "missing" : ours.fieldName());
            if (ours != null) {
                assertTag(ours.unpackedTag(), InferTensorContents.getDescriptor(), field.getName());
            }
        }
        assertEquals(
                ContentsField.values().length,
                InferTensorContents.getDescriptor().getFields().size());
    }

    @Test
    void responses() {
        Descriptor response = ModelInferResponse.getDescriptor();
        assertEquals(MessageTags.RESPONSE_MODEL_NAME, number(response, "model_name"));
        assertEquals(MessageTags.RESPONSE_MODEL_VERSION, number(response, "model_version"));
        assertEquals(MessageTags.RESPONSE_ID, number(response, "id"));
        assertTag(MessageTags.RESPONSE_PARAMETER << 3 | WireFormat.WIRETYPE_LENGTH_DELIMITED, response, "parameters");
        assertEquals(MessageTags.RESPONSE_OUTPUT, number(response, "outputs"));
        assertEquals(MessageTags.RESPONSE_RAW, number(response, "raw_output_contents"));
        Descriptor streamed = ModelStreamInferResponse.getDescriptor();
        assertEquals(MessageTags.STREAM_RESPONSE, number(streamed, "infer_response"));
    }
}
