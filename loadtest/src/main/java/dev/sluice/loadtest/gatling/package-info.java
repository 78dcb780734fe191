/**
 * The pictures in Gatling's reports.
 *
 * <p>Gatling draws with Highcharts, which is not free software and does not come with its engine; the engine looks for
 * whatever else there is, and finds this. The charts that matter are drawn as plain SVG by the same class that draws our
 * own: users, requests, answers and percentiles over time. The others stay away; their figures are in the report's
 * tables.
 *
 * <p>Read {@link dev.sluice.loadtest.gatling.SvgCharts} first.
 */
@NullMarked
package dev.sluice.loadtest.gatling;

import org.jspecify.annotations.NullMarked;
