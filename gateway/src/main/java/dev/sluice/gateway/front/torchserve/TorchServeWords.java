package dev.sluice.gateway.front.torchserve;

import dev.sluice.gateway.front.multimodel.BareWriter;
import dev.sluice.gateway.front.v2.JsonOutput;
import dev.sluice.gateway.transform.DetectedObjects;
import dev.sluice.gateway.transform.DetectedObjects.Box;
import dev.sluice.gateway.transform.DetectedObjects.Found;
import dev.sluice.gateway.transform.TopClasses;
import java.util.HashSet;
import java.util.Set;

/**
 * What a model has recognised, as TorchServe's own handlers say it.
 *
 * @thread stateless
 * @source pytorch/serve, ts/torch_handler: image_classifier.py, object_detector.py
 */
final class TorchServeWords implements BareWriter.Words {

    /** By label, the likeliest first; of classes with one name the first. */
    @Override
    public void classes(TopClasses row, JsonOutput out) {
        Set<String> said = new HashSet<>();
        for (TopClasses.Scored scored : row.classes()) {
            if (said.add(scored.label())) {
                out.raw(said.size() == 1 ? '{' : ',').string(scored.label()).raw(':');
                out.number(scored.probability());
            }
        }
        out.raw(row.classes().isEmpty() ? "{}" : "}");
    }

    /** The corners by the label, in pixels, and the score beside it. */
    @Override
    public void objects(DetectedObjects row, JsonOutput out) {
        String between = "[";
        for (Found found : row.objects()) {
            Box box = found.box();
            out.raw(between).raw('{').string(found.label()).raw(":[");
            out.number(box.x()).raw(',').number(box.y()).raw(',');
            out.number(box.x() + box.width()).raw(',').number(box.y() + box.height());
            out.raw("],\"score\":").number(found.probability()).raw('}');
            between = ",";
        }
        out.raw(row.objects().isEmpty() ? "[]" : "]");
    }
}
