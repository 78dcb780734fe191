package dev.sluice.gateway.front.http;

import dev.sluice.gateway.admit.ByteBudget;
import dev.sluice.gateway.transform.ImageTransform;
import dev.sluice.gateway.transform.PictureFrame;
import dev.sluice.gateway.transform.TransformPool;
import dev.sluice.worker.contract.ImageInput;
import dev.sluice.worker.contract.Tensor;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.function.BooleanSupplier;

/**
 * A body with a picture, which becomes one tensor of a size that is known before.
 *
 * @param workBytes of the heap beside a body that is counted already
 * @thread immutable
 * @bound where the picture comes as base64, three quarters of the body
 * @errors those of {@link PredictBody} and {@link ImageTransform}
 */
record PictureBody(PredictBody form, HttpBytes body, long workBytes, ImageInput image, ImageTransform images)
        implements BodyTransform {

    @Override
    public TransformPool.Kind kind() {
        return TransformPool.Kind.PICTURE;
    }

    @Override
    public int tensorBytes() {
        return (int) image.shape().elementCount() * image.tensor().dataType().elementBytes();
    }

    @Override
    public Transformed apply(ByteBuffer memory, ByteBudget budget, BooleanSupplier givenUp) {
        PictureFrame frame = images.apply(form.picture(body), image, memory, givenUp);
        Tensor tensor = new Tensor(image.tensor().name(), image.tensor().dataType(), image.shape(), memory);
        return new Transformed(List.of(tensor), 1, 0, frame);
    }
}
