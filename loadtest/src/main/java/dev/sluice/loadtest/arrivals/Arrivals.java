package dev.sluice.loadtest.arrivals;

import java.io.IOException;
import java.nio.file.Path;

/**
 * An arrival process: plans the moments at which requests are to be sent.
 *
 * @thread any; immutable
 */
public sealed interface Arrivals permits Renewal, Trace {

    /** For help texts and messages: what {@link #parse} takes. */
    String FORMS = "poisson, gamma:CV, on-off, step, sine or trace:FILE";

    /**
     * The moments in ascending order, in nanoseconds from 0 and below {@code lengthNanos}.
     *
     * @param perSecond the rate that envelopes are multiples of, and the mean rate of all others
     */
    long[] planned(double perSecond, long lengthNanos, long seed);

    /** @errors {@link IllegalArgumentException} with a sentence for the user */
    static Arrivals parse(String text) throws IOException {
        String[] kindAndDetail = text.split(":", 2);
        String detail = kindAndDetail.length == 2 ? kindAndDetail[1] : "";
        return switch (kindAndDetail[0]) {
            case "poisson" -> steady(text, detail, Envelope.CONSTANT);
            case "on-off" -> steady(text, detail, Envelope.ON_OFF);
            case "step" -> steady(text, detail, Envelope.STEP);
            case "sine" -> steady(text, detail, Envelope.SINE);
            case "gamma" -> new Renewal(variation(detail), Envelope.CONSTANT);
            case "trace" -> Trace.read(Path.of(detail));
            default -> throw unknown(text);
        };
    }

    private static Arrivals steady(String text, String detail, Envelope envelope) {
        if (!detail.isEmpty()) {
            throw unknown(text);
        }
        return new Renewal(1, envelope);
    }

    private static double variation(String detail) {
        try {
            double variation = Double.parseDouble(detail);
            if (variation > 0 && variation <= 20) {
                return variation;
            }
        } catch (NumberFormatException wrong) {
            // Said below, together with numbers out of range.
        }
        throw new IllegalArgumentException(
                "gamma:CV takes a coefficient of variation above 0 and up to 20, not " + detail);
    }

    private static IllegalArgumentException unknown(String text) {
        return new IllegalArgumentException("no arrivals " + text + "; there are " + FORMS);
    }
}
