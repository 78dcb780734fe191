package dev.sluice.loadtest.load;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sluice.loadtest.load.PeakSearch.Verdict;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class PeakSearchTest {

    private static final PeakSearch SEARCH = new PeakSearch(0.02, 0.1);

    @ParameterizedTest
    @ValueSource(doubles = {1.5, 99, 100, 101, 1234, 77_777})
    void findsTheHighestRateThatPassesFromBelowAndFromAbove(double limit) {
        for (double first : new double[] {1, 100, 50_000}) {
            PeakSearch.Peak peak = SEARCH.find(first, rate -> rate <= limit ? Verdict.PASSED : Verdict.FAILED);
            assertTrue(peak.perSecond() <= limit && peak.perSecond() * 1.021 >= limit, peak + " for " + limit);
            assertFalse(peak.ceiling());
        }
    }

    @Test
    void doublesBeforeItBisects() {
        List<Double> tried = new ArrayList<>();
        SEARCH.find(100, rate -> {
            tried.add(rate);
            return rate <= 300 ? Verdict.PASSED : Verdict.FAILED;
        });
        assertEquals(List.of(100.0, 200.0, 400.0, 300.0, 350.0), tried.subList(0, 5));
    }

    @Test
    void nothingPassesAtAnyRate() {
        assertEquals(new PeakSearch.Peak(0, false), SEARCH.find(100, rate -> Verdict.FAILED));
    }

    @Test
    void whatTheGeneratorCannotSendIsNoLimitOfTheServer() {
        PeakSearch.Peak peak = SEARCH.find(100, rate -> rate <= 250 ? Verdict.PASSED : Verdict.DOUBTFUL);
        assertTrue(peak.ceiling());
        assertEquals(250, peak.perSecond(), 5);
    }

    @Test
    void aServerWithoutLimitEndsTheSearch() {
        PeakSearch.Peak peak = SEARCH.find(100, rate -> Verdict.PASSED);
        assertTrue(peak.perSecond() >= 5e5 && peak.perSecond() < 1e6, peak.toString());
    }
}
