package dev.sluice.worker.plugin;

import java.util.List;

/**
 * What a plug-in sees of this server: the JDK and a few packages, so that a library that the jar brings is never mixed with
 * ours of the same name.
 *
 * @thread any
 */
final class PromisedClasses extends ClassLoader {

    private static final List<String> PACKAGES =
            List.of("dev.sluice.worker.transform.", "dev.sluice.worker.contract.", "org.jspecify.", "org.slf4j.");

    private final ClassLoader ours = PromisedClasses.class.getClassLoader();

    PromisedClasses() {
        super("promised to plug-ins", ClassLoader.getPlatformClassLoader());
    }

    @Override
    protected Class<?> findClass(String name) throws ClassNotFoundException {
        if (PACKAGES.stream().noneMatch(name::startsWith)) {
            throw new ClassNotFoundException(name);
        }
        return ours.loadClass(name);
    }
}
