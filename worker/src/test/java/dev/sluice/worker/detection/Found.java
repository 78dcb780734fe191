package dev.sluice.worker.detection;

import dev.sluice.worker.contract.BoxesOutput.Suppression;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** A box, and which boxes are left of many, found without any care for speed. */
record Found(float left, float top, float right, float bottom, float score, int classOf) {

    static List<Found> of(Detections detections) {
        List<Found> found = new ArrayList<>();
        for (int i = 0; i < detections.size(); i++) {
            found.add(new Found(
                    detections.left(i),
                    detections.top(i),
                    detections.right(i),
                    detections.bottom(i),
                    detections.score(i),
                    detections.classOf(i)));
        }
        return found;
    }

    /** The same by the definition: the best one of those that are there, and without all that it overlaps, again. */
    static List<Found> kept(List<Found> boxes, double score, double overlap, Suppression suppression) {
        List<Found> left = new ArrayList<>(boxes);
        left.removeIf(box -> box.score < score);
        left.sort(Comparator.comparingDouble(Found::score).reversed());
        List<Found> kept = new ArrayList<>();
        while (!left.isEmpty()) {
            Found best = left.removeFirst();
            kept.add(best);
            left.removeIf(box -> (suppression == Suppression.ACROSS_CLASSES
                            || (suppression == Suppression.PER_CLASS && box.classOf == best.classOf))
                    && best.overlap(box) > overlap);
        }
        return kept;
    }

    private double overlap(Found other) {
        double width = Math.max(0, Math.min(right, other.right) - Math.max(left, other.left));
        double height = Math.max(0, Math.min(bottom, other.bottom) - Math.max(top, other.top));
        return width * height / (area() + other.area() - width * height);
    }

    private double area() {
        return (double) (right - left) * (bottom - top);
    }
}
