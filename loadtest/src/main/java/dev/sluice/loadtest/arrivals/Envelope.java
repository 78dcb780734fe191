package dev.sluice.loadtest.arrivals;

import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;

/** How a rate changes with time, as phases of constant rate. */
enum Envelope {
    CONSTANT {
        @Override
        List<Phase> phases(double seconds, RandomGenerator random) {
            return List.of(new Phase(seconds, 1));
        }
    },
    /** Ten times as much in the bursts as between them, 200 ms and 1.8 s long in the mean; the mean rate is 1. */
    ON_OFF {
        private static final double MEAN_ON = 0.2;
        private static final double MEAN_OFF = 1.8;
        private static final double SHARE_ON = MEAN_ON / (MEAN_ON + MEAN_OFF);
        private static final double OFF = 1 / (10 * SHARE_ON + 1 - SHARE_ON);

        @Override
        List<Phase> phases(double seconds, RandomGenerator random) {
            List<Phase> phases = new ArrayList<>();
            boolean on = random.nextDouble() < SHARE_ON;
            for (double at = 0; at < seconds; on = !on) {
                double length = random.nextExponential() * (on ? MEAN_ON : MEAN_OFF);
                phases.add(new Phase(Math.min(length, seconds - at), on ? 10 * OFF : OFF));
                at += length;
            }
            return phases;
        }
    },
    /** Half, for the middle third three times as much as the whole, and half again. */
    STEP {
        @Override
        List<Phase> phases(double seconds, RandomGenerator random) {
            double third = seconds / 3;
            return List.of(new Phase(third, 0.5), new Phase(third, 3), new Phase(third, 0.5));
        }
    },
    /** From a fifth to one and a fifth and back within a minute, or within the run if that is shorter. */
    SINE {
        private static final double LONGEST_PERIOD = 60;
        private static final int STEPS = 120;

        @Override
        List<Phase> phases(double seconds, RandomGenerator random) {
            double period = Math.min(LONGEST_PERIOD, seconds);
            double step = period / STEPS;
            List<Phase> phases = new ArrayList<>();
            for (int i = 0; i * step < seconds; i++) {
                double factor = 0.7 - 0.5 * Math.cos(2 * Math.PI * (i + 0.5) / STEPS);
                phases.add(new Phase(Math.min(step, seconds - i * step), factor));
            }
            return phases;
        }
    };

    /** Phases that together last that long. */
    abstract List<Phase> phases(double seconds, RandomGenerator random);
}
