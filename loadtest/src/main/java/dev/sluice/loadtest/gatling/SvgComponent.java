package dev.sluice.loadtest.gatling;

import io.gatling.charts.component.Component;
import scala.collection.immutable.Seq;
import scala.jdk.javaapi.CollectionConverters;

/**
 * A piece of a report that is HTML and nothing else.
 *
 * @thread any; immutable
 */
final class SvgComponent extends Component {

    private final String html;

    SvgComponent(String html) {
        this.html = html;
    }

    @Override
    public String html() {
        return html;
    }

    @Override
    public String js() {
        return "";
    }

    @Override
    public Seq<String> jsFiles() {
        return CollectionConverters.asScala(java.util.List.<String>of()).toSeq();
    }
}
