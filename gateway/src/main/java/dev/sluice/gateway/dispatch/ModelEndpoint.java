package dev.sluice.gateway.dispatch;

import dev.sluice.worker.contract.ModelId;
import dev.sluice.worker.contract.ModelReport.Description;
import dev.sluice.worker.contract.Signature;
import dev.sluice.worker.contract.TensorSpec;
import java.util.List;
import java.util.Objects;

/** A model version that takes requests, and where they go. */
public record ModelEndpoint(ModelId model, Description description) {

    /**
     * Whether requests that were made for the other one can be read by this one, which gives the same outputs; what one makes
     * of a picture in another way means nothing to it.
     */
    public boolean fits(ModelEndpoint other) {
        Signature wanted = other.description.signature();
        Signature offered = description.signature();
        return wanted.batched() == offered.batched()
                && fit(wanted.inputs(), offered.inputs())
                && fit(wanted.outputs(), offered.outputs())
                && Objects.equals(
                        other.description.transform().input(),
                        description.transform().input());
    }

    private static boolean fit(List<TensorSpec> wanted, List<TensorSpec> offered) {
        boolean fit = wanted.size() == offered.size();
        for (int i = 0; fit && i < wanted.size(); i++) {
            TensorSpec one = wanted.get(i);
            TensorSpec other = offered.get(i);
            fit = one.name().equals(other.name())
                    && one.dataType() == other.dataType()
                    && one.optional() == other.optional()
                    && one.shape().equals(other.shape());
        }
        return fit;
    }
}
