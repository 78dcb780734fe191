package dev.sluice.worker.detection;

import dev.sluice.worker.contract.BoxesOutput;

/**
 * Where the boxes of a row lie, one at a time.
 *
 * @thread confined to its caller
 * @units the model's own
 */
final class Corners {

    private final NumberTable table;
    private final BoxesOutput.Corners how;
    private float left;
    private float top;
    private float right;
    private float bottom;

    Corners(NumberTable table, BoxesOutput.Corners how) {
        this.table = table;
        this.how = how;
    }

    /** Goes to that box; whether it is one: all of its corners are numbers, and it has an inside. */
    boolean moveTo(int box) {
        float a = table.at(box, 0);
        float b = table.at(box, 1);
        float c = table.at(box, 2);
        float d = table.at(box, 3);
        switch (how) {
            case XYXY -> set(a, b, c, d);
            case YXYX -> set(b, a, d, c);
            case XYWH -> set(a, b, a + c, b + d);
            case CXCYWH -> set(a - c / 2, b - d / 2, a + c / 2, b + d / 2);
        }
        return right > left && bottom > top && Float.isFinite(right - left) && Float.isFinite(bottom - top);
    }

    private void set(float x, float y, float toX, float toY) {
        left = x;
        top = y;
        right = toX;
        bottom = toY;
    }

    double area() {
        return Detections.area(left, top, right, bottom);
    }

    float left() {
        return left;
    }

    float top() {
        return top;
    }

    float right() {
        return right;
    }

    float bottom() {
        return bottom;
    }
}
