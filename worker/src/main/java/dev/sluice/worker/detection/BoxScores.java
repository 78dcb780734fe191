package dev.sluice.worker.detection;

/**
 * How probable each box of a row is, and of which class.
 *
 * @thread confined to its caller
 */
sealed interface BoxScores permits ClassScores, ChosenScores {

    /** What is written for a box of no class. */
    int NONE = -1;

    /** For each box; what is no finite number stands for a box that is none. */
    float[] scores();

    /** The class of a box whose score counts, or {@link #NONE}. */
    int classOf(int box);

    /** What makes a probability of any number. */
    static float sigmoid(float number) {
        return Float.isFinite(number) ? (float) (1 / (1 + Math.exp(-number))) : Float.NaN;
    }
}
