package dev.sluice.worker;

import io.vertx.core.buffer.Buffer;
import io.vertx.core.eventbus.EventBus;
import io.vertx.core.eventbus.MessageCodec;

/**
 * Lets our immutable values cross the event bus of one JVM by reference.
 *
 * @thread immutable
 * @errors UnsupportedOperationException when a value is to leave the JVM: every crossing is sent local-only
 */
public final class ReferenceCodec implements MessageCodec<Object, Object> {

    private static final String OURS = "dev.sluice.";

    private ReferenceCodec() {}

    /** To be called once for each Vert.x instance, before anything of ours is sent. */
    public static void register(EventBus bus) {
        ReferenceCodec codec = new ReferenceCodec();
        bus.registerCodec(codec);
        bus.codecSelector(body -> body.getClass().getName().startsWith(OURS) ? codec.name() : null);
    }

    @Override
    public Object transform(Object value) {
        return value;
    }

    @Override
    public void encodeToWire(Buffer buffer, Object value) {
        throw new UnsupportedOperationException("crosses by reference, inside one JVM only: " + value.getClass());
    }

    @Override
    public Object decodeFromWire(int position, Buffer buffer) {
        throw new UnsupportedOperationException("crosses by reference, inside one JVM only");
    }

    @Override
    public String name() {
        return "sluice.reference";
    }

    @Override
    public byte systemCodecID() {
        return -1;
    }
}
