package dev.sluice.gateway.traffic;

import dev.sluice.gateway.dispatch.ModelEndpoint;
import dev.sluice.worker.contract.ModelId;
import dev.sluice.worker.contract.TrafficPolicy;

/**
 * Divides the requests to a model between its stable version and the candidate.
 *
 * <p>Each request has a ticket of 32 bits, by chance or made of its key, and tickets below a threshold go to the candidate.
 * So one key always goes the same way, in every process, and a larger weight only adds keys to the candidate's. The
 * candidate's version is mixed in, or the same clients would have to try every new one.
 *
 * @param trial counts what becomes of them
 * @thread immutable, but for what the trial counts
 */
public record Split(ModelEndpoint stable, ModelEndpoint candidate, TrafficPolicy policy, Trial trial) {

    private static final double TICKETS = 1L << 32;

    /** The version on trial. */
    public ModelId candidateModel() {
        return candidate.model();
    }

    /** Whose turn it is, of a request with a key. */
    public ModelEndpoint byKey(String key) {
        ModelId model = candidate.model();
        int salt = 31 * model.name().hashCode() + Long.hashCode(model.version());
        return byTicket(mixed(key.hashCode() + mixed(salt)));
    }

    /** Whose turn it is, of a request without. */
    public ModelEndpoint byTicket(int ticket) {
        boolean drawn = Integer.toUnsignedLong(ticket) < policy.weightPercent() / 100 * TICKETS;
        return drawn ? candidate : stable;
    }

    /** Whether that one is on trial here. */
    public boolean isCandidate(ModelEndpoint endpoint) {
        return endpoint.equals(candidate);
    }

    /** Whether it is one of both. */
    public boolean concerns(ModelEndpoint endpoint) {
        return endpoint.equals(candidate) || endpoint.equals(stable);
    }

    /** @source MurmurHash3, 32-bit finalizer */
    private static int mixed(int hash) {
        int mixed = (hash ^ (hash >>> 16)) * 0x85ebca6b;
        mixed = (mixed ^ (mixed >>> 13)) * 0xc2b2ae35;
        return mixed ^ (mixed >>> 16);
    }
}
