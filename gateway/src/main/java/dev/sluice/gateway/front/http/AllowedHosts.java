package dev.sluice.gateway.front.http;

import io.vertx.core.Handler;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.net.HostAndPort;
import io.vertx.ext.web.RoutingContext;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Lets only those requests through that call this server by a name it is known by, and no page but its own.
 *
 * <p>A page on the internet can have its own name point to this machine once it is loaded, and then call what listens here
 * as if that were its own server. But the browser says by which name it calls. And where it does not come by a name of its
 * own, it says whose page it is.
 *
 * @thread immutable
 * @errors 403
 */
public final class AllowedHosts implements Handler<RoutingContext> {

    private static final String LOCALHOST = "localhost";
    private static final byte[] IPV6_LOOPBACK = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1};
    private static final AddressBlock LOOPBACK = new AddressBlock(new byte[] {127, 0, 0, 0}, 8);

    private final Set<String> names = new TreeSet<>();
    private final Exchanges exchanges;
    private final Bodies bodies;

    /**
     * @param own the address that is listened on
     * @param others names and addresses besides that and those of loopback
     */
    public AllowedHosts(String own, List<String> others, Exchanges exchanges, Bodies bodies) {
        this.exchanges = exchanges;
        this.bodies = bodies;
        names.add(bare(own));
        others.forEach(name -> names.add(bare(name)));
    }

    @Override
    public void handle(RoutingContext context) {
        HttpServerRequest request = context.request();
        @Nullable HostAndPort called = request.authority();
        if (called == null || !isKnown(bare(called.host()))) {
            refuse(
                    context,
                    "this server is not called " + (called == null ? "nothing" : called.host())
                            + "; it may be by the addresses of loopback and by admin.hosts");
        } else if (!PageOrigin.isOwnOrNone(request)) {
            refuse(context, "pages of another origin may not call this server");
        } else {
            context.next();
        }
    }

    private void refuse(RoutingContext context, String why) {
        BodyReader.discard(context.request(), bodies);
        exchanges.of(context).error(403, why);
    }

    private boolean isKnown(String host) {
        return host.equals(LOCALHOST) || names.contains(host) || isLoopback(AddressBlock.bytes(host));
    }

    private static boolean isLoopback(byte @Nullable [] address) {
        return address != null && (LOOPBACK.contains(address) || Arrays.equals(address, IPV6_LOOPBACK));
    }

    /** Without the brackets of an IPv6 address, and in lower case. */
    private static String bare(String host) {
        String name = host.toLowerCase(Locale.ROOT);
        return name.startsWith("[") && name.endsWith("]") ? name.substring(1, name.length() - 1) : name;
    }
}
