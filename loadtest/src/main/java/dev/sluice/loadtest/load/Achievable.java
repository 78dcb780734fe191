package dev.sluice.loadtest.load;

import java.util.List;

/**
 * What a perfect server of a known capacity could have served in time of a plan: the yardstick for goodput.
 *
 * @thread any; no state
 */
public final class Achievable {

    private Achievable() {}

    /**
     * Requests, counted with a bucket that holds as much as can wait until its deadline: each request that finds room is
     * served in time, each other is lost whoever is chosen.
     *
     * @param capacity requests a second
     */
    public static long requests(List<Traffic> traffic, double capacity) {
        double room = capacity * traffic.getFirst().deadlineNanos() / 1e9;
        double waiting = 0;
        long served = 0;
        long before = 0;
        Plan plan = new Plan(traffic);
        for (long due = plan.due(); due != Plan.NEVER; due = plan.due()) {
            waiting = Math.max(0, waiting - capacity * (due - before) / 1e9);
            if (waiting + 1 <= Math.max(1, room)) {
                waiting++;
                served++;
            }
            before = due;
            plan.take();
        }
        return served;
    }
}
