package dev.sluice.loadtest.arrivals;

/** A stretch of time with one rate, as a multiple of the rate that a run is given. */
record Phase(double seconds, double factor) {}
