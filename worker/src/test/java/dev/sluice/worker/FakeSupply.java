package dev.sluice.worker;

import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/** Hands out the instances that the test puts in, and keeps those that were given up. */
final class FakeSupply implements InstanceSupply {

    private final List<Instance> spare = Collections.synchronizedList(new ArrayList<>());
    private final List<Instance> lost = Collections.synchronizedList(new ArrayList<>());
    private final List<String> failures = Collections.synchronizedList(new ArrayList<>());
    private final AtomicInteger restorations = new AtomicInteger();
    private final List<Instance> retired = Collections.synchronizedList(new ArrayList<>());
    private volatile boolean exhausted;
    private volatile int expected;
    private volatile int there;

    FakeSupply with(Instance instance) {
        spare.add(instance);
        return this;
    }

    /** From now on nothing can be replaced, or it can again. */
    void exhaust(boolean exhausted) {
        this.exhausted = exhausted;
    }

    List<String> failures() {
        return failures;
    }

    List<Instance> lost() {
        return lost;
    }

    @Override
    public Future<Instance> deploy() {
        return spare.isEmpty() ? Future.failedFuture("there is no other") : Future.succeededFuture(spare.removeFirst());
    }

    @Override
    public Future<Instance> replace(Instance instance) {
        lost.add(instance);
        return replaceLater();
    }

    @Override
    public Future<Instance> replaceLater() {
        return exhausted ? Future.failedFuture("too many threads hang") : deploy();
    }

    @Override
    public void expect(int instances) {
        expected = instances;
    }

    /** How many it was told that there are to be; 0 if it was not. */
    int expected() {
        return expected;
    }

    @Override
    public void areThere(int instances) {
        there = instances;
    }

    /** How many it was told that there are. */
    int there() {
        return there;
    }

    @Override
    public void retire(Instance instance) {
        retired.add(instance);
    }

    List<Instance> retired() {
        return retired;
    }

    @Override
    public void exhausted(String why) {
        failures.add(why);
    }

    @Override
    public void restored() {
        restorations.incrementAndGet();
    }

    /** How often there was an instance again after the last had been lost. */
    int restorations() {
        return restorations.get();
    }
}
