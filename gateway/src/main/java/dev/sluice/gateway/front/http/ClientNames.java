package dev.sluice.gateway.front.http;

import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.net.SocketAddress;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Tells clients apart: by the configured header, if who sends it may be believed, and otherwise by address.
 *
 * <p>{@code X-Forwarded-For} and {@code Forwarded} are chains. Each proxy adds on the right whom it got the request
 * from, and clients may have put anything before that, so the client is the first address from the right that is no
 * trusted proxy.
 *
 * @thread immutable
 */
public final class ClientNames {

    private final Optional<String> header;
    private final boolean isChain;
    private final List<AddressBlock> proxies;

    /**
     * @param header that names the client; empty for none
     * @param proxies who may send it, blocks that {@link HttpOptions#proxyProblem} has found nothing wrong with; empty
     *     for everybody
     */
    ClientNames(Optional<String> header, List<String> proxies) {
        this.header = header;
        this.isChain = header.filter(ForwardedHops::areSaidBy).isPresent();
        this.proxies = proxies.stream()
                .map(block -> AddressBlock.parse(block).orElseThrow())
                .toList();
    }

    /** Whose request it is; empty when the client has gone before anybody asked. */
    public String of(HttpServerRequest request) {
        @Nullable SocketAddress remote = request.remoteAddress();
        @Nullable String host = remote == null ? null : remote.hostAddress();
        if (host == null) {
            return "";
        }
        boolean plain = header.isEmpty() && host.indexOf(':') < 0; // an IPv4 address is its own name
        return plain ? host : named(request, AddressBlock.bytes(host));
    }

    private String named(HttpServerRequest request, byte @Nullable [] peer) {
        if (peer == null) {
            return "";
        }
        if (header.isEmpty() || !(proxies.isEmpty() || isProxy(peer))) {
            return AddressBlock.owner(peer);
        }
        String name = header.get();
        if (isChain) {
            ForwardedHops hops = ForwardedHops.of(name, request.headers().getAll(name));
            return AddressBlock.owner(origin(peer, hops));
        }
        String said = request.getHeader(name);
        return said == null || said.isEmpty() ? AddressBlock.owner(peer) : said;
    }

    /** Where nobody can tell where a request comes from, it comes from the last proxy that could be believed. */
    private byte[] origin(byte[] peer, ForwardedHops hops) {
        byte[] known = peer;
        byte[] next = hops.next();
        while (next != null) {
            known = next;
            next = isProxy(known) ? hops.next() : null;
        }
        return known;
    }

    private boolean isProxy(byte[] address) {
        return proxies.stream().anyMatch(block -> block.contains(address));
    }
}
