package dev.sluice.gateway;

import dev.sluice.gateway.config.GatewayConfig;
import dev.sluice.gateway.front.http.ProfileListener;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;

/**
 * Finds two listeners on one port, which Vert.x would let share it: every other connection would meet the wrong one.
 *
 * @thread stateless
 */
final class PortClash {

    private PortClash() {}

    /** What is wrong, if anything is; gRPC may have the port of HTTP, where calls are told by their content type. */
    static Optional<String> of(GatewayConfig config) {
        int operators = config.admin().port();
        Set<Integer> clients = new HashSet<>(Set.of(config.http().port()));
        clients.add(config.grpc().port());
        if (operators > 0 && clients.contains(operators)) {
            return Optional.of("admin.port is " + operators
                    + ", where clients are served as well: operators need a port of their own");
        }
        clients.add(operators);
        for (ProfileListener listener : config.compat().ports()) {
            if (listener.port() > 0 && !clients.add(listener.port())) {
                return Optional.of("compat.listeners has " + listener.profile() + " on port " + listener.port()
                        + ", where something else listens as well; each needs a port of its own");
            }
        }
        return Optional.empty();
    }
}
