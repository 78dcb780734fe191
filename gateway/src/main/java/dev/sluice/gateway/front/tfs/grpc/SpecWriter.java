package dev.sluice.gateway.front.tfs.grpc;

import com.google.protobuf.CodedOutputStream;
import com.google.protobuf.Int64Value;
import dev.sluice.gateway.front.tfs.grpc.wire.ModelSpec;
import dev.sluice.worker.contract.ModelId;
import java.io.IOException;

/**
 * Writes who has answered: the last field of each answer.
 *
 * @thread confined to one front loop
 * @source tensorflow/serving, util.cc: MakeModelSpec
 */
final class SpecWriter {

    private final ModelSpec spec;

    SpecWriter(ModelId model) {
        this.spec = ModelSpec.newBuilder()
                .setName(model.name())
                .setVersion(Int64Value.of(model.version()))
                .setSignatureName(AskedModel.SIGNATURE)
                .build();
    }

    int fieldSize() {
        return CodedOutputStream.computeMessageSize(Tags.RESPONSE_SPEC, spec);
    }

    void write(CodedOutputStream out) throws IOException {
        out.writeMessage(Tags.RESPONSE_SPEC, spec);
    }
}
