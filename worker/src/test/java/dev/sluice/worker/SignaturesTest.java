package dev.sluice.worker;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.sluice.worker.contract.DataType;
import dev.sluice.worker.contract.ModelId;
import dev.sluice.worker.contract.Shape;
import dev.sluice.worker.contract.Signature;
import dev.sluice.worker.contract.TensorSpec;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** What a version that comes changes for clients. */
class SignaturesTest {

    private static final TensorSpec X = new TensorSpec("x", DataType.FP32, new Shape(-1, 4));
    private static final TensorSpec Y = new TensorSpec("y", DataType.INT64, new Shape(-1));
    private static final Signature OLD = new Signature(List.of(X), List.of(Y), true);

    private final Map<String, String> kept = new HashMap<>();
    private final Signatures signatures = new Signatures(name -> kept.getOrDefault(name, ""), kept::put);

    private static ModelId cat(long version) {
        return new ModelId("cat", version);
    }

    @Test
    void theFirstChangesNothing() {
        signatures.serves(new Incarnation(new ModelId("dog", 1), 1), OLD, true);
        assertEquals(Optional.empty(), signatures.change(cat(1), OLD));
    }

    @Test
    void eachDifferenceIsNamed() {
        signatures.serves(new Incarnation(cat(1), 1), OLD, false);
        assertEquals(Optional.empty(), signatures.change(cat(2), OLD));
        TensorSpec named = new TensorSpec("x", DataType.FP32, new Shape(-1, 4), false, List.of("rows", ""));
        assertEquals(
                Optional.empty(),
                signatures.change(cat(2), new Signature(List.of(named), List.of(Y), true)),
                "what the model calls an axis is nothing to clients");
        Signature other = new Signature(
                List.of(new TensorSpec("x", DataType.FP32, new Shape(-1, 5))),
                List.of(new TensorSpec("z", DataType.INT64, new Shape(-1))),
                true);
        assertEquals(
                Optional.of(
                        "it takes or gives other than version 1, which served before it: input x FP32[-1,5] was x FP32[-1,4],"
                                + " output z INT64[-1] is new, output y INT64[-1] is gone"),
                signatures.change(cat(2), other));
        TensorSpec optional = new TensorSpec("x", DataType.FP32, new Shape(-1, 4), true);
        assertEquals(
                Optional.of(
                        "it takes or gives other than version 1, which served before it: input x FP32[-1,4] (optional) was x"
                                + " FP32[-1,4]"),
                signatures.change(cat(2), new Signature(List.of(optional), List.of(Y), true)));
    }

    @Test
    void theNewestThatServesCounts() {
        Incarnation second = new Incarnation(cat(2), 2);
        signatures.serves(new Incarnation(cat(1), 1), OLD, false);
        signatures.serves(second, new Signature(List.of(X), List.of(), true), false);
        assertEquals(
                Optional.of(
                        "it takes or gives other than version 2, which served before it: output y INT64[-1] is new"),
                signatures.change(cat(3), OLD));
        signatures.isGone(second);
        assertEquals(Optional.empty(), signatures.change(cat(3), OLD));
    }

    @Test
    void whatVersionsAreHeldToIsKeptWhenNoneServes() {
        Incarnation first = new Incarnation(cat(1), 1);
        TensorSpec spaced = new TensorSpec("x y (optional)", DataType.FP32, new Shape(-1), true);
        Signature odd = new Signature(List.of(X, spaced), List.of(Y), true);
        signatures.serves(first, odd, true);
        signatures.isGone(first);
        assertEquals(
                "1\ninput x FP32[-1,4]\ninput x y (optional) FP32[-1] (optional)\noutput y INT64[-1]", kept.get("cat"));
        assertEquals(Optional.empty(), signatures.change(cat(2), odd));
        assertEquals(
                Optional.of("it takes or gives other than version 1, which served before it:"
                        + " input x y (optional) FP32[-1] (optional) is gone"),
                signatures.change(cat(2), OLD));
        signatures.serves(new Incarnation(cat(2), 2), OLD, false);
        assertEquals("", kept.get("cat"), "nobody is held to anything any more");
    }

    @Test
    void whatIsKeptAlreadyIsNotKeptAgain() {
        List<String> written = new ArrayList<>();
        Signatures counted = new Signatures(name -> kept.getOrDefault(name, ""), (name, text) -> {
            written.add(text.isEmpty() ? text : text.lines().findFirst().orElseThrow());
            kept.put(name, text);
        });
        counted.serves(new Incarnation(cat(1), 1), OLD, true);
        counted.serves(new Incarnation(cat(2), 2), OLD, true);
        counted.serves(new Incarnation(cat(1), 3), OLD, true);
        assertEquals(List.of("1"), written);
        counted.serves(new Incarnation(cat(2), 4), new Signature(List.of(X), List.of(), true), true);
        assertEquals(List.of("1", "2"), written);
    }
}
