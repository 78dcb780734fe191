package dev.sluice.gateway.front.v2;

import dev.sluice.worker.contract.DataType;
import dev.sluice.worker.contract.Shape;
import dev.sluice.worker.contract.Signature;
import dev.sluice.worker.contract.TensorSpec;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** Models for a fuzzer to talk to; each input bears the name of its datatype. */
final class FuzzSignatures {

    private FuzzSignatures() {}

    /** Each has an optional input of every datatype: rows of any width, lists, scalars; and one knows its inputs. */
    static List<Signature> ofEveryType() {
        return List.of(
                new Signature(everyType(new Shape(-1, -1)), Decoding.OUTPUTS, true),
                new Signature(everyType(new Shape(-1)), Decoding.OUTPUTS, false),
                new Signature(everyType(Shape.SCALAR), Decoding.OUTPUTS, false),
                Decoding.THREE);
    }

    /** Each has one input, as a body without JSON needs it: for every datatype some shapes. */
    static List<Signature> ofOneInput() {
        List<Signature> signatures = new ArrayList<>();
        for (DataType type : DataType.values()) {
            for (Shape shape : List.of(new Shape(-1, -1), new Shape(-1, 2, 3), new Shape(-1, 0, -1))) {
                signatures.add(Decoding.batched(new TensorSpec(type.name(), type, shape)));
            }
            signatures.add(Decoding.one(type, 0));
            signatures.add(Decoding.one(type, 1));
        }
        return signatures;
    }

    private static List<TensorSpec> everyType(Shape shape) {
        return Stream.of(DataType.values())
                .map(type -> new TensorSpec(type.name(), type, shape, true))
                .toList();
    }
}
