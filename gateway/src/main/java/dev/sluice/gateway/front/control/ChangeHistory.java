package dev.sluice.gateway.front.control;

import io.vertx.core.Future;
import java.util.List;
import java.util.Optional;

/**
 * Keeps changes and what became of them, and knows them again.
 *
 * @thread any; futures complete on the context that asked
 * @errors futures fail when it cannot be written, or read
 */
public interface ChangeHistory {

    /** Complete when it will be known even if this process is killed. */
    Future<Void> add(AuditEntry entry);

    /**
     * The last changes, the newest first.
     *
     * @param model of this model only
     * @param limit that many at most
     */
    Future<List<AuditEntry>> newest(Optional<String> model, int limit);
}
