package dev.sluice.gateway.front.http;

import io.vertx.core.Future;
import io.vertx.core.Handler;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.Router;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The profiles that are served: beside V2 on the port of HTTP, and on ports of their own.
 *
 * @thread any; what is built for a front loop is confined to it
 */
public final class ProfileFronts {

    /** To Vert.x, all servers of one negative number share a port; HTTP, gRPC and operators have the first three. */
    private static final int FIRST_FREE_PORT = -4;

    private static final String V2 = "/v2";

    /** A part of a path that begins with a dot, as {@code ..} does. */
    private static final Pattern DOTS = Pattern.compile("/(?:\\.|%2[eE])");

    private final Profile beside;
    private final List<ProfileListener> listeners;
    private final Map<Profile, ProfileFront> fronts;
    private final AtomicIntegerArray ports;

    /** @param fronts one for each profile but V2 */
    public ProfileFronts(CompatOptions options, Map<Profile, ProfileFront> fronts) {
        this.beside = options.profile();
        this.listeners = options.ports();
        this.fronts = Map.copyOf(fronts);
        this.ports = new AtomicIntegerArray(listeners.size());
    }

    /** The ports that are listened on, in the order in which they were configured; 0 as long as one is not open. */
    public List<Integer> ports() {
        List<Integer> open = new ArrayList<>();
        for (int place = 0; place < ports.length(); place++) {
            open.add(ports.get(place));
        }
        return open;
    }

    /** Adds what the port of HTTP speaks beside V2. */
    void addTo(RouteTable table, LoopParts loop) {
        @Nullable ProfileFront front = fronts.get(beside);
        if (front != null) {
            front.addTo(table, loop);
        }
    }

    /**
     * Opens the ports of a loop.
     *
     * @param v2 takes what comes to a port that speaks V2
     */
    Future<?> listen(HttpListener sockets, LoopParts loop, Handler<HttpServerRequest> v2) {
        List<Future<?>> open = new ArrayList<>();
        for (int place = 0; place < listeners.size(); place++) {
            ProfileListener listener = listeners.get(place);
            @Nullable ProfileFront front = fronts.get(listener.profile());
            String host = listener.host().isEmpty() ? loop.options().host() : listener.host();
            int port = listener.port() == 0 ? FIRST_FREE_PORT - place : listener.port();
            int here = place;
            open.add(sockets.listen(
                    host,
                    port,
                    front == null ? v2 : requests(listener.profile(), front, loop, v2),
                    at -> ports.set(here, at)));
        }
        return Future.all(open);
    }

    private static Handler<HttpServerRequest> requests(
            Profile profile, ProfileFront front, LoopParts loop, Handler<HttpServerRequest> v2) {
        Router own = routes(profile, front, loop);
        Handler<HttpServerRequest> routes =
                front.hasV2() ? request -> (isBelowV2(request) ? v2 : own).handle(request) : own;
        return front.other(loop)
                .<Handler<HttpServerRequest>>map(
                        other -> request -> (other.takes(request) ? other : routes).handle(request))
                .orElse(routes);
    }

    /** And stays there: routes go by the path that is left when dots have been followed. */
    private static boolean isBelowV2(HttpServerRequest request) {
        String path = String.valueOf(request.path());
        return path.equals(V2)
                || (path.startsWith(V2 + "/") && !DOTS.matcher(path).find());
    }

    private static Router routes(Profile profile, ProfileFront front, LoopParts loop) {
        RouteTable table = Routes.guarded(loop, ProfileDocument.pathOf(profile), front.dialect());
        Routes.addHealth(table, loop);
        front.addTo(table, loop);
        return table.router();
    }
}
