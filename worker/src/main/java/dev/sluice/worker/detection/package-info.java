/**
 * From the tensors of a detector to boxes: read as its owner declares them, the improbable ones and those that a better
 * one overlaps left out.
 *
 * <p>Everything here is pure, and used by both sides: a pipeline cuts what a detector has found out of a picture, and
 * the gateway lists it. Boxes are in the model's own units; whoever knows the picture knows what they are there.
 *
 * <p>Read {@link dev.sluice.worker.detection.Detections} first, then {@link dev.sluice.worker.detection.BoxShape},
 * which says what outputs may look like.
 */
@NullMarked
package dev.sluice.worker.detection;

import org.jspecify.annotations.NullMarked;
