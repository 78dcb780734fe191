package dev.sluice.gateway.front.v2;

import dev.sluice.worker.contract.InferenceException;
import java.util.HashSet;
import java.util.Set;

/**
 * Which members of an object have been read, of those that mean something: none may come twice.
 *
 * @thread confined to its decoder
 * @bound what means nothing is read over as often as it comes, and not remembered
 */
final class KnownMembers {

    private final Set<String> seen = new HashSet<>();

    /** Takes note of one; {@code field} is what an error calls it. */
    void take(String field, String name) {
        if (!seen.add(name)) {
            throw InferenceException.invalid(field, "given twice");
        }
    }
}
