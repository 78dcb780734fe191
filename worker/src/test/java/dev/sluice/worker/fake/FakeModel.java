package dev.sluice.worker.fake;

import dev.sluice.worker.contract.DataType;
import dev.sluice.worker.contract.Shape;
import dev.sluice.worker.contract.Signature;
import dev.sluice.worker.contract.Tensor;
import dev.sluice.worker.contract.TensorSpec;
import dev.sluice.worker.engine.LoadedModel;
import dev.sluice.worker.engine.ModelInstance;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.function.UnaryOperator;

/** The model of {@link Requests}, whose engine is written in the test; it remembers its instances. */
public class FakeModel implements LoadedModel {

    private static final Shape ROWS = new Shape(Shape.VARIABLE, Shape.VARIABLE);

    private final UnaryOperator<List<Tensor>> engine;
    private final List<FakeInstance> instances = Collections.synchronizedList(new ArrayList<>());

    public FakeModel(UnaryOperator<List<Tensor>> engine) {
        this.engine = engine;
    }

    @Override
    public Signature signature() {
        return new Signature(
                List.of(new TensorSpec("x", DataType.INT64, ROWS)),
                List.of(new TensorSpec("y", DataType.INT64, ROWS)),
                true);
    }

    @Override
    public List<String> labels() {
        return List.of();
    }

    @Override
    public String platform() {
        return "fake";
    }

    @Override
    public ModelInstance newInstance(int maxBatchRows, long maxMemoryBytes) {
        FakeInstance instance = new FakeInstance(engine);
        instances.add(instance);
        return instance;
    }

    /** In the order in which they were made. */
    public FakeInstance instance(int index) {
        return instances.get(index);
    }

    public int instances() {
        return instances.size();
    }

    @Override
    public void close() {}
}
