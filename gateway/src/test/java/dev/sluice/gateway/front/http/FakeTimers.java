package dev.sluice.gateway.front.http;

import dev.sluice.gateway.admit.ByteBudget;
import dev.sluice.gateway.fake.FakeTicker;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.concurrent.Executor;

/** Timers that run out when the test says so. */
public final class FakeTimers implements Bodies.Timers {

    public static final Duration PATIENCE = Duration.ofSeconds(3);

    public final FakeTicker ticker = new FakeTicker();
    public final List<Long> startedMillis = new ArrayList<>();
    private final List<Runnable> running = new ArrayList<>();

    static Bodies bodies(ByteBudget budget, Executor nextTurn) {
        return new FakeTimers().with(budget, nextTurn);
    }

    public Bodies with(ByteBudget budget, Executor nextTurn) {
        return new Bodies(
                budget,
                nextTurn,
                this,
                ticker,
                PATIENCE,
                request -> request.connection().close(),
                new HashSet<>());
    }

    @Override
    public Runnable start(long millis, Runnable work) {
        startedMillis.add(millis);
        running.add(work);
        return () -> running.remove(work);
    }

    public int running() {
        return running.size();
    }

    public void runOut() {
        List<Runnable> due = List.copyOf(running);
        running.clear();
        due.forEach(Runnable::run);
    }
}
