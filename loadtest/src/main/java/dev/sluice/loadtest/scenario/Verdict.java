package dev.sluice.loadtest.scenario;

/** How a scenario ended, worst last. */
enum Verdict {
    PASSED(0),
    FAILED(1),
    /** The generator did not keep to its plan, so nothing is proven. */
    INVALID(3);

    private final int exitStatus;

    Verdict(int exitStatus) {
        this.exitStatus = exitStatus;
    }

    int exitStatus() {
        return exitStatus;
    }

    Verdict and(Verdict other) {
        return compareTo(other) >= 0 ? this : other;
    }
}
