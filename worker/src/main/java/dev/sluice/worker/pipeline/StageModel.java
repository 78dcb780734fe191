package dev.sluice.worker.pipeline;

/**
 * The model that a stage asks.
 *
 * @param version its number, or a label; empty for whichever answers those who leave it open
 */
public record StageModel(String name, String version) implements StageTask {

    private static final String NUMBER = "[1-9][0-9]{0,17}";

    public boolean isVersionOpen() {
        return version.isEmpty();
    }

    /** Whether it names its version by the number. */
    public boolean hasNumber() {
        return version.matches(NUMBER);
    }

    /** As people write it. */
    @Override
    public String toString() {
        return isVersionOpen() ? name : name + "/" + version;
    }
}
