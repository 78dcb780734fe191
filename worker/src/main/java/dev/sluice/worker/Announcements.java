package dev.sluice.worker;

import dev.sluice.worker.contract.CircuitReport;
import dev.sluice.worker.contract.ModelNews;
import io.vertx.core.eventbus.DeliveryOptions;
import io.vertx.core.eventbus.EventBus;
import java.time.Duration;
import java.util.function.Consumer;

/**
 * What the control side says on the event bus: to the gateway side about models, and to batchers that they are to finish.
 *
 * @thread the control thread, which waits for who has to take note; {@link #circuit} any
 */
final class Announcements {

    private static final DeliveryOptions LOCAL = new DeliveryOptions().setLocalOnly(true);

    private final EventBus bus;
    private final Consumer<ModelNews> first;

    Announcements(EventBus bus) {
        this(bus, news -> {});
    }

    /** @param first hears news before anybody else does */
    Announcements(EventBus bus, Consumer<ModelNews> first) {
        this.bus = bus;
        this.first = first;
    }

    /** Returns when it has been taken note of, so that what it says is true when it is said elsewhere. */
    void tell(ModelNews news) {
        first.accept(news);
        bus.request(ModelNews.ADDRESS, news, LOCAL).await();
    }

    /** The front learns of each state by a message, sent in the order of the states. */
    void circuit(CircuitReport report) {
        bus.send(CircuitReport.ADDRESS, report, LOCAL);
    }

    /** Returns when that group has so many instances; fails with why it cannot, and then it has fewer. */
    void resize(Incarnation incarnation, String group, int instances) {
        bus.request(incarnation.resizeAddress(group), instances, LOCAL).await();
    }

    /** Returns when that batcher has nothing to do any more, or the time is over. */
    void drain(Incarnation incarnation, Duration patience) {
        DeliveryOptions delivery = new DeliveryOptions(LOCAL).setSendTimeout(Math.max(1, patience.toMillis()));
        bus.request(incarnation.drainAddress(), null, delivery)
                .otherwiseEmpty() // then the rest is refused
                .await();
    }
}
