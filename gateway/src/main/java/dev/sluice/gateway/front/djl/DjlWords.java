package dev.sluice.gateway.front.djl;

import dev.sluice.gateway.front.multimodel.BareWriter;
import dev.sluice.gateway.front.v2.JsonOutput;
import dev.sluice.gateway.transform.DetectedObjects;
import dev.sluice.gateway.transform.DetectedObjects.Box;
import dev.sluice.gateway.transform.DetectedObjects.Found;
import dev.sluice.gateway.transform.PictureFrame;
import dev.sluice.gateway.transform.TopClasses;
import dev.sluice.worker.contract.BoxesOutput.Units;
import org.jspecify.annotations.Nullable;

/**
 * What a model has recognised, as DJL's own values of it are written.
 *
 * @thread stateless
 * @source djl, Classifications.java, DetectedObjects.java, Rectangle.java
 */
final class DjlWords implements BareWriter.Words {

    /** The likeliest first. */
    @Override
    public void classes(TopClasses row, JsonOutput out) {
        String between = "[";
        for (TopClasses.Scored scored : row.classes()) {
            out.raw(between);
            begin(scored.label(), scored.probability(), out);
            out.raw('}');
            between = ",";
        }
        out.raw(row.classes().isEmpty() ? "[]" : "]");
    }

    /** The corners are parts of the picture there; in pixels of a picture that nobody has sent they are none. */
    @Override
    public void objects(DetectedObjects row, JsonOutput out) {
        @Nullable PictureFrame picture = row.picture();
        double width = picture == null ? 1 : picture.width();
        double height = picture == null ? 1 : picture.height();
        boolean placed = picture != null || row.units() == Units.FRACTIONS;
        String between = "[";
        for (Found found : row.objects()) {
            Box box = found.box();
            out.raw(between);
            begin(found.label(), found.probability(), out);
            if (placed) {
                out.raw(",\"boundingBox\":{\"rect\":[");
                out.number(box.x() / width).raw(',').number(box.y() / height).raw(',');
                out.number((box.x() + box.width()) / width).raw(',').number((box.y() + box.height()) / height);
                out.raw("]}");
            }
            out.raw('}');
            between = ",";
        }
        out.raw(row.objects().isEmpty() ? "[]" : "]");
    }

    private static void begin(String label, double probability, JsonOutput out) {
        out.raw("{\"className\":").string(label).raw(",\"probability\":").number(probability);
    }
}
