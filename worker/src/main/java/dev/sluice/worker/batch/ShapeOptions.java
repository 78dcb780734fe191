package dev.sluice.worker.batch;

/**
 * What is done with requests whose shapes do not make a batch by themselves.
 *
 * @param maxPieceRows a request of more rows goes in pieces of that many
 * @param ragged axes that may be padded
 */
public record ShapeOptions(int maxPieceRows, RaggedAxes ragged) {

    /** Nothing: all stay as they come. */
    public static final ShapeOptions AS_THEY_COME = new ShapeOptions(Integer.MAX_VALUE, RaggedAxes.NONE);
}
