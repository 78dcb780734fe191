package dev.sluice.worker.contract;

import java.util.HashMap;
import java.util.Map;
import java.util.Objects;

/**
 * What has become of one model's versions, which its files do not say and nobody said: kept beside what operators want, or
 * a version that was sent away would be back after a restart.
 *
 * @param stable the version that answers while a newer one is tried; {@link TrafficPlan#NOBODY} if none has been
 * @param rejected by version, why it is tried no more
 * @param signature what a version that comes must take and give, as text; empty if that is nobody's wish
 * @thread immutable
 */
public record Rollout(long stable, Map<Long, String> rejected, String signature) {

    /** Of a model of which no version has been tried. */
    public static final Rollout NONE = new Rollout(TrafficPlan.NOBODY, Map.of(), "");

    public Rollout {
        rejected = Map.copyOf(rejected);
    }

    public Rollout with(long nextStable, Map<Long, String> nextRejected) {
        return new Rollout(nextStable, nextRejected, signature);
    }

    /** That version is not tried any more. */
    public Rollout rejecting(long version, String reason) {
        Map<Long, String> next = new HashMap<>(rejected);
        next.put(version, reason);
        return with(stable, next);
    }

    /** Whoever was sent away has another chance. */
    public Rollout forgiving() {
        return with(stable, Map.of());
    }

    public Rollout knownAs(String nextSignature) {
        return new Rollout(stable, rejected, nextSignature);
    }

    /** Without what was done between these two, and with all that was done since. */
    Rollout takingBack(Rollout before, Rollout after) {
        Map<Long, String> away = new HashMap<>(rejected);
        after.rejected.forEach((version, reason) -> {
            if (!Objects.equals(before.rejected.get(version), reason)) {
                away.remove(version, reason);
            }
        });
        before.rejected.forEach(away::putIfAbsent);
        return with(before.stable, away);
    }
}
