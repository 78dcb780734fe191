package dev.sluice.worker.repository;

import dev.sluice.worker.contract.TrafficPolicy;
import dev.sluice.worker.settings.Setting;
import dev.sluice.worker.settings.Settings;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * What a model.yaml, or an operator, may say of how a version is tried before it serves.
 *
 * @param candidate the version to try: {@code newest} for the newest one beyond the stable one, a number, a label, or {@code
 *     none}; none, because what is copied into a repository is to serve unless its owner says otherwise
 * @param weight percent of the requests that leave the version open; a small part, for nothing is known of it yet
 * @param keyHeader the header whose value keeps requests together; a name of our own, for only the owner knows which of the
 *     clients' headers says who they are
 */
public record TrafficConfig(
        @Setting("none") String candidate,
        @Setting(value = "5", min = "0", max = "100") double weight,
        @Setting("Sluice-Routing-Key") String keyHeader,
        Shadow shadow,
        Guard guard) {

    /** Nobody is tried. */
    static final TrafficConfig NONE = parse("{}");

    /** Of a file that cannot be understood, and never could since the start. */
    static final TrafficConfig UNREAD = new TrafficConfig("", NONE.weight, NONE.keyHeader, NONE.shadow, NONE.guard);

    private static final String NOBODY = "none";
    private static final String NEWEST = "newest";
    private static final Pattern CANDIDATE = Pattern.compile("[1-9][0-9]{0,17}|[A-Za-z][A-Za-z0-9._-]{0,62}");

    /**
     * Copies of requests to the candidate.
     *
     * @param share percent of the requests that the stable version has answered; 0 for none, for each costs a run
     * @param maxInFlight copies that are not answered yet; few, so that what they hold is small
     * @param tolerance by how much of the number, or of 1, two numbers may differ and still agree; as golden samples have it
     */
    public record Shadow(
            @Setting(value = "0", min = "0", max = "100") double share,
            @Setting(value = "8", min = "1", max = "10000") int maxInFlight,

            @Setting(value = "0.001", min = "0", max = "1000")
            double tolerance) {}

    /**
     * What ends the trial by itself; a bound of 0 is not looked at.
     *
     * @param window how long answers are counted before counting begins anew; long enough for a few hundred of them
     * @param minRequests of the candidate before anything is said; fewer tell little
     * @param errors by how many points of a percentage more of its requests may fail
     * @param latency how many times as long as the stable version it may take
     * @param disagreement percent of its answers to copies that may differ; not looked at, for a better model differs
     * @param drift how large the population stability index of its outputs may be; not looked at, for a better model differs
     * @param promoteAfter how long it must have held before it takes over; 0s for not until an operator says so
     */
    public record Guard(
            @Setting(value = "1m", min = "1s", max = "24h") Duration window,

            @Setting(value = "50", min = "10", max = "1000000")
            int minRequests,

            @Setting(value = "1", min = "0", max = "100") double errors,
            @Setting(value = "2", min = "0", max = "1000") double latency,
            @Setting(value = "0", min = "0", max = "100") double disagreement,
            @Setting(value = "0", min = "0", max = "100") double drift,
            @Setting(value = "0s", min = "0s", max = "720h") Duration promoteAfter) {}

    /**
     * Reads what an operator says, YAML or JSON.
     *
     * @throws dev.sluice.worker.settings.SettingsException with all that is wrong with it
     */
    public static TrafficConfig parse(String text) {
        return Settings.of(TrafficConfig.class).read("traffic", text, Map.of("candidate", TrafficConfig::badCandidate));
    }

    static Optional<String> badCandidate(String text) {
        return CANDIDATE.matcher(text).matches()
                ? Optional.empty()
                : Optional.of("is neither none, newest, the number of a version nor a label (got " + text + ")");
    }

    /** Whether any version is to be tried. */
    public boolean triesAny() {
        return isKnown() && !candidate.equals(NOBODY);
    }

    /** Whether anybody knows what the file says. */
    boolean isKnown() {
        return !candidate.isEmpty();
    }

    boolean triesTheNewest() {
        return candidate.equals(NEWEST);
    }

    /** The version that is named, by number or by one of those labels; none if it is not known. */
    Optional<Long> named(Map<String, Long> labels) {
        return Character.isDigit(candidate.charAt(0))
                ? Optional.of(Long.valueOf(candidate))
                : Optional.ofNullable(labels.get(candidate));
    }

    /** The same for who sends requests its way. */
    TrafficPolicy policy() {
        return new TrafficPolicy(
                weight,
                keyHeader,
                new TrafficPolicy.Shadow(shadow.share, shadow.maxInFlight, shadow.tolerance),
                new TrafficPolicy.Guard(
                        guard.window,
                        guard.minRequests,
                        guard.errors,
                        guard.latency,
                        guard.disagreement,
                        guard.drift,
                        guard.promoteAfter));
    }
}
