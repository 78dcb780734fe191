package dev.sluice.loadtest.gatling;

import dev.sluice.loadtest.report.Chart;
import io.gatling.charts.component.Component;
import io.gatling.charts.component.ComponentLibrary;
import io.gatling.charts.report.GroupContainer;
import io.gatling.charts.stats.CountsVsTimePlot;
import io.gatling.charts.stats.IntVsTimePlot;
import io.gatling.charts.stats.PercentVsTimePlot;
import io.gatling.charts.stats.Percentiles;
import io.gatling.charts.stats.PercentilesVsTimePlot;
import io.gatling.charts.stats.Ranges;
import io.gatling.charts.stats.UserSeries;
import java.util.List;
import java.util.function.ToDoubleFunction;
import scala.collection.immutable.Seq;
import scala.jdk.javaapi.CollectionConverters;

/**
 * Gatling's charts without Highcharts; Gatling finds them by the name in {@code META-INF/services}.
 *
 * @thread any; immutable
 */
public final class SvgCharts implements ComponentLibrary {

    private static final String SECONDS = "seconds";
    private static final String PER_SECOND = "per second";
    private static final Component NOTHING = new SvgComponent("");

    @Override
    public Component getUserStartRateComponent(String axis, long start, UserSeries all, Seq<UserSeries> scenarios) {
        return users("Users who came", PER_SECOND, scenarios);
    }

    @Override
    public Component getMaxConcurrentUsersComponent(
            String axis, long start, UserSeries all, Seq<UserSeries> scenarios) {
        return users("Users who wait", "at a time", scenarios);
    }

    private static Component users(String title, String unit, Seq<UserSeries> scenarios) {
        Chart chart = new Chart(title, SECONDS, unit);
        for (UserSeries scenario : CollectionConverters.asJava(scenarios)) {
            List<IntVsTimePlot> points = CollectionConverters.asJava(scenario.data());
            chart.add(line(scenario.name(), points, IntVsTimePlot::time, IntVsTimePlot::value));
        }
        return picture(chart);
    }

    @Override
    public Component getRequestsComponent(String axis, long start, Seq<CountsVsTimePlot> counts) {
        return counts("Requests", counts);
    }

    @Override
    public Component getResponsesComponent(String axis, long start, Seq<CountsVsTimePlot> counts) {
        return counts("Answers", counts);
    }

    private static Component counts(String title, Seq<CountsVsTimePlot> counts) {
        List<CountsVsTimePlot> points = CollectionConverters.asJava(counts);
        return picture(new Chart(title, SECONDS, PER_SECOND)
                .add(line("OK", points, CountsVsTimePlot::time, CountsVsTimePlot::oks))
                .add(line("KO", points, CountsVsTimePlot::time, CountsVsTimePlot::kos)));
    }

    @Override
    public Component getPercentilesOverTimeComponent(
            String axis, String unit, String title, long start, Seq<PercentilesVsTimePlot> percentiles) {
        List<PercentilesVsTimePlot> points = CollectionConverters.asJava(percentiles).stream()
                .filter(point -> point.percentiles().isDefined())
                .toList();
        return picture(new Chart(title, SECONDS, "ms")
                .add(percentile("50 %", points, Percentiles::percentile50))
                .add(percentile("95 %", points, Percentiles::percentile95))
                .add(percentile("99 %", points, Percentiles::percentile99)));
    }

    private static Chart.Series percentile(
            String name, List<PercentilesVsTimePlot> points, ToDoubleFunction<Percentiles> value) {
        return line(
                name,
                points,
                PercentilesVsTimePlot::time,
                point -> value.applyAsDouble(point.percentiles().get()));
    }

    private static <P> Chart.Series line(
            String name, List<P> points, ToDoubleFunction<P> millis, ToDoubleFunction<P> value) {
        double[] x = points.stream().mapToDouble(millis).map(at -> at / 1000).toArray();
        return new Chart.Series(name, x, points.stream().mapToDouble(value).toArray(), false);
    }

    private static Component picture(Chart chart) {
        return new SvgComponent("<div style=\"margin: 1em 0\">" + chart.svg() + "</div>");
    }

    @Override
    public Component getRangesComponent(String title, String axis, String unit, Ranges ranges, boolean large) {
        return NOTHING;
    }

    @Override
    public Component getRequestCountPolarComponent(GroupContainer root) {
        return NOTHING;
    }

    @Override
    public Component getDistributionComponent(
            String title, String axis, String unit, Seq<PercentVsTimePlot> ok, Seq<PercentVsTimePlot> ko) {
        return NOTHING;
    }

    @Override
    public Component getResponseTimeScatterComponent(String axis, Seq<IntVsTimePlot> ok, Seq<IntVsTimePlot> ko) {
        return NOTHING;
    }
}
