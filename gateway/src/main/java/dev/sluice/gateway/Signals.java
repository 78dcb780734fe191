package dev.sluice.gateway;

import java.lang.reflect.Proxy;

/**
 * Hears the signals that a process is stopped with.
 *
 * <p>A shutdown hook would hear them too, but after it the JVM ends with status 143, unless the hook halts the JVM, and
 * then ONNX Runtime's 20 MB of unpacked libraries stay in the temporary directory for ever. Only {@code sun.misc.Signal}
 * does better. It is part of the JDK's supported module {@code jdk.unsupported}, but the compiler cannot be told not to
 * warn of it, hence the reflection.
 *
 * @thread the action runs on a thread of the JVM's own
 */
final class Signals {

    private Signals() {}

    /** @param name without SIG, as in TERM */
    static void on(String name, Runnable action) {
        try {
            Class<?> handlerType = Class.forName("sun.misc.SignalHandler");
            Class<?> signalType = Class.forName("sun.misc.Signal");
            Object handler = Proxy.newProxyInstance(
                    Signals.class.getClassLoader(), new Class<?>[] {handlerType}, (proxy, method, signal) -> {
                        action.run();
                        return null;
                    });
            Object signal = signalType.getConstructor(String.class).newInstance(name);
            signalType.getMethod("handle", signalType, handlerType).invoke(null, signal, handler);
        } catch (ReflectiveOperationException unsupported) {
            throw new IllegalStateException("cannot listen for SIG" + name, unsupported);
        }
    }
}
