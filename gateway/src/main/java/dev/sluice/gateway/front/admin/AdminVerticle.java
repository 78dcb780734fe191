package dev.sluice.gateway.front.admin;

import dev.sluice.gateway.admit.ByteBudget;
import dev.sluice.gateway.dispatch.ModelCommands;
import dev.sluice.gateway.front.call.FrontParts;
import dev.sluice.gateway.front.control.Operator;
import dev.sluice.gateway.front.http.Bodies;
import dev.sluice.gateway.front.http.Exchanges;
import dev.sluice.gateway.front.http.HttpListener;
import dev.sluice.gateway.front.http.HttpOptions;
import dev.sluice.gateway.front.http.Orders;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import java.util.function.IntConsumer;
import org.jspecify.annotations.Nullable;

/**
 * The listener for operators.
 *
 * @thread one loop, which reads no inference where {@code http.front_loops} leaves one
 * @bound the limits of {@link HttpOptions} for each connection, and {@value #BODY_BYTES} bytes of all bodies
 */
public final class AdminVerticle extends VerticleBase {

    private static final long BODY_BYTES = 1 << 20;

    /** To Vert.x, all servers of one negative number share a port; HTTP and gRPC have the first two. */
    private static final int ANY_FREE_PORT = -3;

    private final FrontParts parts;
    private final HttpOptions http;
    private final AdminOptions options;
    private final ManagementFront management;
    private final IntConsumer listening;
    private @Nullable HttpListener listener;

    /**
     * @param management what {@code admin.profile} adds
     * @param listening hears the port once the socket is open
     */
    public AdminVerticle(
            FrontParts parts,
            HttpOptions http,
            AdminOptions options,
            ManagementFront management,
            IntConsumer listening) {
        this.parts = parts;
        this.http = http;
        this.options = options;
        this.management = management;
        this.listening = listening;
    }

    @Override
    public Future<?> start() {
        Exchanges exchanges = new Exchanges(http, parts);
        Bodies bodies = Bodies.of(parts, new ByteBudget(BODY_BYTES), vertx);
        Orders orders = new Orders(parts.operations(), Operator.Api.ADMIN, exchanges, bodies);
        ManagementFront.Desk desk = new ManagementFront.Desk(vertx, parts, orders, exchanges, bodies);
        listener = new HttpListener(vertx, http, ModelCommands.PATIENCE);
        return listener.listen(
                options.host(),
                options.port() < 0 ? ANY_FREE_PORT : options.port(),
                AdminRoutes.build(desk, options, management),
                listening);
    }

    @Override
    public Future<?> stop() {
        return listener == null ? Future.succeededFuture() : listener.close();
    }
}
