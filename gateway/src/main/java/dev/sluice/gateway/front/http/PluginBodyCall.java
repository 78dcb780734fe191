package dev.sluice.gateway.front.http;

import dev.sluice.gateway.admit.ByteBudget;
import dev.sluice.gateway.front.SizeLimit;
import dev.sluice.gateway.front.v2.SignatureCheck;
import dev.sluice.gateway.transform.TransformPool;
import dev.sluice.worker.contract.DataType;
import dev.sluice.worker.contract.InferenceException;
import dev.sluice.worker.contract.PluginException;
import dev.sluice.worker.contract.PluginInput;
import dev.sluice.worker.contract.Signature;
import dev.sluice.worker.contract.Tensor;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * A body that a user's own class makes tensors of. What it gives is held to the signature before anybody else sees it, for
 * the batcher and the engine believe what they are given.
 *
 * @param contentType as the client wrote it
 * @thread immutable
 * @bound the tensors, which are counted as soon as there are any; what the class takes meanwhile nobody knows
 * @errors those of the class; Overloaded and PayloadTooLarge for its tensors; PluginException for whatever is wrong with
 *     them: its mistake, and no client's
 */
record PluginBodyCall(
        HttpBytes body,
        PluginInput to,
        Signature signature,
        @Nullable String contentType) implements BodyTransform {

    @Override
    public TransformPool.Kind kind() {
        return TransformPool.Kind.PLUGIN;
    }

    @Override
    public long workBytes() {
        return 0;
    }

    @Override
    public int tensorBytes() {
        return 0;
    }

    @Override
    public Transformed apply(ByteBuffer memory, ByteBudget budget, BooleanSupplier givenUp) {
        ByteBuffer bytes = ByteBuffer.wrap(body.array(), body.from(), body.length())
                .slice()
                .asReadOnlyBuffer();
        List<Tensor> made = to.prepared().apply(bytes, contentType, givenUp);
        List<Tensor> inputs;
        int rows;
        try {
            inputs = fitting(made);
            rows = SignatureCheck.rows(inputs, signature);
        } catch (PluginException | OutOfMemoryError told) {
            throw told;
        } catch (InferenceException unfit) {
            throw wrong(String.valueOf(unfit.getMessage()));
        } catch (Throwable failure) { // more elements than can be counted; or, of raw types, something else in the list
            throw new PluginException(to.plugin(), failure);
        }
        if (rows < 1) {
            throw wrong("no rows");
        }
        long held = inputs.stream().mapToLong(Tensor::byteCount).sum();
        if (held > budget.maxBytes()) {
            throw new InferenceException(SizeLimit.of(budget).tooLarge());
        }
        budget.reserve(held);
        return new Transformed(inputs, rows, held, null);
    }

    /** In the signature's order; of those that fit, its buffers are not to change under the batcher. */
    private List<Tensor> fitting(List<Tensor> made) {
        List<Tensor> checked = new ArrayList<>();
        for (Tensor input : made) {
            SignatureCheck.input("inputs", input.name(), input.dataType(), input.shape(), signature);
            requireWhole(input);
            checked.add(new Tensor(input.name(), input.dataType(), input.shape(), ours(input.data())));
        }
        return SignatureCheck.inOrder(checked, signature);
    }

    /** What is direct would be taken for memory of the loop's own when the request is over, and be used again. */
    private static ByteBuffer ours(ByteBuffer data) {
        return data.isDirect()
                ? ByteBuffer.allocate(data.remaining()).put(data.duplicate()).flip()
                : data.slice();
    }

    /** Whether its bytes are as many as its shape says. */
    private void requireWhole(Tensor input) {
        if (!input.shape().isFixed()) {
            throw wrong(input + " has an axis without a size");
        }
        long elements = input.shape().elementCount();
        long bytes = input.dataType() == DataType.BYTES
                ? prefixedBytes(input.data(), elements)
                : Math.multiplyExact(elements, (long) input.dataType().elementBytes());
        if (bytes != input.byteCount()) {
            throw wrong(input + " does not have as many elements as its " + input.byteCount() + " bytes");
        }
    }

    /** How many so many elements take, each behind its length; -1 where there are fewer. */
    private static long prefixedBytes(ByteBuffer data, long elements) {
        long at = data.position();
        for (long i = 0; i < elements; i++) {
            if (data.limit() - at < Integer.BYTES) {
                return -1;
            }
            int length = data.getInt((int) at);
            if (length < 0 || data.limit() - at - Integer.BYTES < length) {
                return -1;
            }
            at += Integer.BYTES + length;
        }
        return at - data.position();
    }

    private PluginException wrong(String problem) {
        return new PluginException(to.plugin(), problem);
    }
}
