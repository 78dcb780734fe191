package dev.sluice.loadtest.report;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;

/**
 * Lines over two axes that begin at 0, as SVG that needs neither script nor font.
 *
 * @thread one at a time
 */
public final class Chart {

    /**
     * A line.
     *
     * @param dashed for what was asked for, as against what came of it
     */
    public record Series(String name, double[] x, double[] y, boolean dashed) {}

    private static final int WIDTH = 960;
    private static final int HEIGHT = 420;
    private static final int LEFT = 70;
    private static final int RIGHT = 200;
    private static final int TOP = 40;
    private static final int BOTTOM = 50;
    private static final int LEGEND_LINE = 18;
    private static final int TICKS = 6;

    /** Told apart also by those who see fewer colours (Okabe and Ito). */
    private static final List<String> COLOURS =
            List.of("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#000000");

    private final String title;
    private final String xTitle;
    private final String yTitle;
    private final List<Series> series = new ArrayList<>();

    public Chart(String title, String xTitle, String yTitle) {
        this.title = title;
        this.xTitle = xTitle;
        this.yTitle = yTitle;
    }

    public Chart add(Series line) {
        series.add(line);
        return this;
    }

    /** The picture as a whole SVG document, which may also stand inside of HTML. */
    public String svg() {
        double right = axisEnd(Series::x);
        double top = axisEnd(Series::y);
        StringBuilder svg = new StringBuilder();
        append(
                svg,
                "<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 %d %d' font-family='sans-serif' font-size='12'>"
                        + "<rect width='100%%' height='100%%' fill='white'/>",
                WIDTH,
                HEIGHT);
        text(svg, LEFT, TOP - 22, "start", title);
        text(svg, (LEFT + WIDTH - RIGHT) / 2.0, HEIGHT - 10, "middle", xTitle);
        text(svg, LEFT, TOP - 6, "start", yTitle);
        axes(svg, right, top);
        for (int i = 0; i < series.size(); i++) {
            line(svg, i, right, top);
        }
        return svg.append("</svg>\n").toString();
    }

    private static void axes(StringBuilder svg, double right, double top) {
        for (double x = 0; x <= right * 1.001; x += step(right)) {
            text(svg, x(x, right), HEIGHT - BOTTOM + 16, "middle", number(x));
        }
        for (double y = 0; y <= top * 1.001; y += step(top)) {
            append(svg, "<path d='M%d %.1fH%d' stroke='#dddddd'/>", LEFT, y(y, top), WIDTH - RIGHT);
            text(svg, LEFT - 6, y(y, top) + 4, "end", number(y));
        }
    }

    private void line(StringBuilder svg, int index, double right, double top) {
        Series line = series.get(index);
        String style = "fill='none' stroke-width='1.6' stroke='" + COLOURS.get(index % COLOURS.size()) + "'"
                + (line.dashed() ? " stroke-dasharray='5 4'" : "");
        svg.append("<polyline ").append(style).append(" points='");
        for (int i = 0; i < line.x().length; i++) {
            append(svg, "%.1f,%.1f ", x(line.x()[i], right), y(line.y()[i], top));
        }
        svg.append("'/>\n");
        int legend = TOP + 6 + index * LEGEND_LINE;
        append(svg, "<path d='M%d %dh24' %s/>", WIDTH - RIGHT + 10, legend, style);
        text(svg, WIDTH - RIGHT + 40, legend + 4, "start", line.name());
    }

    private static double x(double value, double right) {
        return LEFT + value / right * (WIDTH - LEFT - RIGHT);
    }

    private static double y(double value, double top) {
        return HEIGHT - BOTTOM - value / top * (HEIGHT - TOP - BOTTOM);
    }

    /** The first round number that no value is beyond. */
    private double axisEnd(Function<Series, double[]> values) {
        double most = 0;
        for (Series line : series) {
            for (double value : values.apply(line)) {
                most = Math.max(most, value);
            }
        }
        double step = step(most);
        return most == 0 ? 1 : Math.ceil(most / step - 1e-9) * step;
    }

    /** 1, 2 or 5 times a power of ten, so that an axis has a handful of ticks. */
    private static double step(double end) {
        double rough = Math.max(end, 1e-9) / TICKS;
        double power = Math.pow(10, Math.floor(Math.log10(rough)));
        for (double round : new double[] {1, 2, 5}) {
            if (rough <= round * power * 1.0001) {
                return round * power;
            }
        }
        return 10 * power;
    }

    private static String number(double value) {
        return String.format(Locale.ROOT, value == Math.rint(value) ? "%,.0f" : "%.2f", value);
    }

    private static void text(StringBuilder svg, double x, double y, String anchor, String text) {
        String escaped = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;");
        append(svg, "<text x='%.1f' y='%.1f' text-anchor='%s'>%s</text>", x, y, anchor, escaped);
    }

    /** Never in the user's language: a comma in a number would break the picture. */
    @SuppressWarnings("AnnotateFormatMethod") // the annotation would cost a library
    private static void append(StringBuilder svg, String format, Object... values) {
        svg.append(String.format(Locale.ROOT, format, values)).append('\n');
    }
}
