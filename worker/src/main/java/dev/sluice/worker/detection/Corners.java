package dev.sluice.worker.detection;

import dev.sluice.worker.contract.BoxesOutput;

/**
 * Where boxes lie, one at a time.
 *
 * @thread confined to its caller
 * @units the model's own
 */
public final class Corners {

    private final Numbered boxes;
    private final BoxesOutput.Corners how;
    private float left;
    private float top;
    private float right;
    private float bottom;

    /**
     * The four numbers of each box.
     *
     * @thread its caller's
     */
    @FunctionalInterface
    public interface Numbered {

        double at(int box, int column);
    }

    public Corners(Numbered boxes, BoxesOutput.Corners how) {
        this.boxes = boxes;
        this.how = how;
    }

    /** Goes to that box; whether it is one: all of its corners and sizes are numbers, and it has an inside. */
    public boolean moveTo(int box) {
        double a = boxes.at(box, 0);
        double b = boxes.at(box, 1);
        double c = boxes.at(box, 2);
        double d = boxes.at(box, 3);
        switch (how) {
            case XYXY -> set(a, b, c, d);
            case YXYX -> set(b, a, d, c);
            case XYWH -> set(a, b, a + c, b + d);
            case CXCYWH -> set(a - c / 2, b - d / 2, a + c / 2, b + d / 2);
        }
        return right > left && bottom > top && Float.isFinite(right - left) && Float.isFinite(bottom - top);
    }

    private void set(double x, double y, double toX, double toY) {
        left = (float) x;
        top = (float) y;
        right = (float) toX;
        bottom = (float) toY;
    }

    double area() {
        return Detections.area(left, top, right, bottom);
    }

    public float left() {
        return left;
    }

    public float top() {
        return top;
    }

    public float right() {
        return right;
    }

    public float bottom() {
        return bottom;
    }
}
