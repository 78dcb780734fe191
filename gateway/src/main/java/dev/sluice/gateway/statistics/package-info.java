/**
 * What each model has done since it was loaded, counted for clients that ask: the statistics extension of Triton.
 *
 * <p>Apart from the metrics, because clients such as perf_analyzer need it whether or not an operator wants Prometheus,
 * and because it counts differently: by request where Prometheus counts by batch. It hears what the metrics hear.
 *
 * <p>Read {@link dev.sluice.gateway.statistics.Statistics} first.
 */
@NullMarked
package dev.sluice.gateway.statistics;

import org.jspecify.annotations.NullMarked;
