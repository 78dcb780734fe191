package dev.sluice.gateway.admit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** How operators write quotas, and who has which. */
class QuotaTest {

    private static final long SECOND = 1_000_000_000;

    @Test
    void isWrittenAsAnybodyWouldSayIt() {
        assertEquals(
                new Quota(new Rate(100, SECOND), new Rate(5000, 10 * SECOND), 16),
                Quota.parse("100 requests/s 5000 rows/10s 16 concurrent"));
        assertEquals(new Quota(new Rate(1, 2 * SECOND), null, Quota.NO_LIMIT), Quota.parse("1 request/2s"));
        assertEquals(new Quota(null, new Rate(7, SECOND / 10), 1), Quota.parse("1 concurrent   7 rows/100ms"));
        assertEquals(
                new Quota(new Rate(1, 60 * SECOND), new Rate(1, 86_400 * SECOND), Quota.NO_LIMIT),
                Quota.parse("1 request/m 1 row/24h"));
        assertEquals(Quota.UNLIMITED, Quota.parse("unlimited"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " ",
                "100",
                "100 requests",
                "requests/s",
                "100 requests/",
                "100 requests/0s",
                "100 requests/25h",
                "100 requests/s,",
                "100 requests/s,16 concurrent",
                "100 requests/day",
                "100 tokens/s",
                "0 requests/s",
                "-1 requests/s",
                "0.5 requests/s",
                "1000000001 rows/s",
                "99999999999 rows/s",
                "0 concurrent",
                "-1 concurrent",
                "1 concurrent 2 concurrent",
                "1 requests/s 2 requests/m",
                "1 rows/s unlimited",
                "unlimited 1 rows/s",
                "1 rows/999999h",
                "1 rows/5124096h",
            })
    void anythingElseIsToldWithWhatIsExpected(String quota) {
        assertThrows(IllegalArgumentException.class, () -> Quota.parse(quota));
        String problem = QuotaRules.problem("a: " + quota).orElseThrow();
        assertTrue(problem.startsWith("is no limit (got a: " + quota + "; expected NAME: QUOTA"), problem);
    }

    @ParameterizedTest
    @ValueSource(strings = {"1 requests/s", ": 1 requests/s", "a"})
    void aQuotaIsSomebodys(String rule) {
        assertTrue(QuotaRules.problem(rule).isPresent());
    }

    @Test
    void someHaveTheirOwnAndAllOthersTheSame() {
        List<String> texts = List.of("*: 1 requests/s", "a b: 2 rows/s", "2001:db8::/64: unlimited", "*: 3 requests/s");
        texts.forEach(text -> assertTrue(QuotaRules.problem(text).isEmpty(), text));
        QuotaRules rules = QuotaRules.of(texts);
        assertEquals(Quota.parse("3 requests/s"), rules.of("anybody"));
        assertEquals(Quota.parse("2 rows/s"), rules.of("a b"));
        assertEquals(Quota.UNLIMITED, rules.of("2001:db8::/64"));
    }

    @Test
    void withoutAnyNothingIsLimited() {
        assertTrue(QuotaRules.of(List.of()).limitNothing());
        assertTrue(QuotaRules.of(List.of("*: unlimited")).limitNothing());
        assertEquals(Quota.UNLIMITED, QuotaRules.of(List.of("a: 1 rows/s")).of("b"));
    }
}
