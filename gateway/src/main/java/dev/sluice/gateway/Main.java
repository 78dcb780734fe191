package dev.sluice.gateway;

import dev.sluice.gateway.config.CommandLine;
import dev.sluice.gateway.config.ConfigLoader;
import dev.sluice.gateway.config.GatewayConfig;
import dev.sluice.worker.settings.SettingsException;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * The process: arguments in, one gateway, the ready line, signals, exit status.
 *
 * @thread the main thread starts the gateway and ends; a signal's thread stops it
 * @errors status 2 for wrong arguments or settings, 1 when the gateway cannot start, 0 after a drain, 3 when it was cut
 *     short
 */
public final class Main {

    private static final int OK = 0;
    private static final int CANNOT_START = 1;
    private static final int WRONG_USAGE = 2;
    private static final int NOT_DRAINED = 3;

    /** Closing takes well under a second, unless the engine does not return. */
    private static final Duration CLOSING = Duration.ofSeconds(5);

    private Main() {}

    @SuppressWarnings("SystemOut") // the ready line and the errors of a command are its output, not its log
    public static void main(String[] args) {
        try {
            CommandLine commandLine = CommandLine.parse(List.of(args));
            if (commandLine.help()) {
                System.out.print(CommandLine.USAGE);
                return;
            }
            run(ConfigLoader.ofProcess().load(commandLine));
        } catch (SettingsException wrong) {
            System.err.println("sluice: " + wrong.getMessage());
            System.exit(WRONG_USAGE);
        }
    }

    private static void run(GatewayConfig config) {
        System.getProperties().putIfAbsent("ai.djl.offline", "true"); // before any model, whatever kind comes first
        Gateway.start(config)
                .onSuccess(gateway -> {
                    stopWhenAsked(gateway, config.admission().longestDrain());
                    announce(gateway, config);
                })
                .onFailure(failure -> {
                    System.err.println("sluice: cannot start: " + failure.getMessage());
                    System.exit(failure instanceof SettingsException ? WRONG_USAGE : CANNOT_START);
                });
    }

    private static void announce(Gateway gateway, GatewayConfig config) {
        long millis = System.currentTimeMillis()
                - ManagementFactory.getRuntimeMXBean().getStartTime();
        System.out.printf(
                "sluice ready on http://%s:%d (%d models, %d ms)%n",
                bracketed(config.http().host()), gateway.port(), gateway.readyModels(), millis);
        System.out.flush();
    }

    /** As a URL has it: an IPv6 address stands in brackets. */
    private static String bracketed(String host) {
        return host.indexOf(':') >= 0 ? "[" + host + "]" : host;
    }

    /**
     * The first signal drains, or an operator does; a second signal, or an engine call that never returns, ends the process
     * all the same.
     */
    private static void stopWhenAsked(Gateway gateway, Duration longestDrain) {
        AtomicBoolean signalled = new AtomicBoolean();
        AtomicBoolean draining = new AtomicBoolean();
        Runnable drain = () -> {
            if (!draining.getAndSet(true)) {
                long patienceMillis = longestDrain.plus(CLOSING).toMillis();
                CompletableFuture.delayedExecutor(patienceMillis, TimeUnit.MILLISECONDS)
                        .execute(() -> System.exit(NOT_DRAINED));
                gateway.stop().onComplete(stopped -> System.exit(OK));
            }
        };
        Runnable signal = () -> {
            if (signalled.getAndSet(true)) {
                System.exit(NOT_DRAINED);
            }
            drain.run();
        };
        gateway.askedToStop().onSuccess(asked -> drain.run());
        Signals.on("TERM", signal);
        Signals.on("INT", signal);
    }
}
