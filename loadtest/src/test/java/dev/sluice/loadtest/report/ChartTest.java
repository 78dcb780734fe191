package dev.sluice.loadtest.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;

final class ChartTest {

    private final Locale usual = Locale.getDefault();

    @AfterEach
    void restore() {
        Locale.setDefault(usual);
    }

    private static Document parsed(Chart chart) throws Exception {
        return DocumentBuilderFactory.newInstance()
                .newDocumentBuilder()
                .parse(new ByteArrayInputStream(chart.svg().getBytes(StandardCharsets.UTF_8)));
    }

    private static List<String> texts(Document svg) {
        NodeList nodes = svg.getElementsByTagName("text");
        List<String> texts = new ArrayList<>();
        for (int i = 0; i < nodes.getLength(); i++) {
            texts.add(nodes.item(i).getTextContent());
        }
        return texts;
    }

    /** In a language that writes decimals with a comma, which SVG would take for the next number. */
    @Test
    void pointsLieWhereTheAxesSay() throws Exception {
        Locale.setDefault(Locale.GERMANY);
        Document svg = parsed(new Chart("T", "x", "y")
                .add(new Chart.Series("a", new double[] {0, 5, 10}, new double[] {0, 50, 100}, false)));
        String points = ((Element) svg.getElementsByTagName("polyline").item(0)).getAttribute("points");
        assertEquals(
                List.of("70.0,370.0", "415.0,205.0", "760.0,40.0"),
                List.of(points.trim().split("\\s+")));
        assertTrue(
                texts(svg).containsAll(List.of("0", "2", "10", "20", "100")),
                texts(svg).toString());
    }

    @Test
    void axesEndAtTheNextRoundNumber() throws Exception {
        Document svg = parsed(new Chart("T", "x", "y")
                .add(new Chart.Series("a", new double[] {0, 0.3}, new double[] {0, 12_345}, true)));
        assertTrue(texts(svg).containsAll(List.of("0.30", "15,000")), texts(svg).toString());
        assertTrue(new Chart("T", "x", "y")
                .add(new Chart.Series("a", new double[1], new double[1], true))
                .svg()
                .contains("stroke-dasharray"));
    }

    @Test
    void namesAreEscapedAndNothingToDrawIsNoMistake() throws Exception {
        Document svg = parsed(
                new Chart("a < b & c", "x", "y").add(new Chart.Series("<s>", new double[0], new double[0], false)));
        assertTrue(
                texts(svg).containsAll(List.of("a < b & c", "<s>")), texts(svg).toString());
    }
}
