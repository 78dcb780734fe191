package dev.sluice.worker.contract;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Which versions of a model are served. */
class VersionPolicyTest {

    private static final Set<Long> PRESENT = Set.of(1L, 2L, 3L, 10L);

    private static Set<Long> served(String... items) {
        return VersionPolicy.parse(List.of(items)).of(PRESENT, version -> false);
    }

    @Test
    void eachFormMeansWhatItSays() {
        assertEquals(Set.of(10L), served());
        assertEquals(Set.of(10L), served("latest"), "by number, not by letters");
        assertEquals(Set.of(10L, 3L), served("latest 2"));
        assertEquals(PRESENT, served("latest 9"));
        assertEquals(PRESENT, served("all"));
        assertEquals(Set.of(1L, 3L), served("1", "3", "7"));
    }

    @Test
    void theNewestThatIsWholeTakesThePlaceOfABrokenOne() {
        VersionPolicy policy = VersionPolicy.parse(List.of("latest"));
        assertEquals(Set.of(10L, 3L), policy.of(PRESENT, version -> version == 10), "the broken one may be mended");
        assertEquals(Set.of(10L), policy.of(PRESENT, version -> version == 3), "which is not asked for");
        assertEquals(PRESENT, policy.of(PRESENT, version -> true));
    }

    @Test
    void whatMeansNothingIsRefusedAndNamed() {
        for (List<String> wrong : List.of(
                List.of("newest"), List.of("latest 0"), List.of("0"), List.of("01"), List.of("-1"), List.of(""))) {
            Exception refused = assertThrows(IllegalArgumentException.class, () -> VersionPolicy.parse(wrong));
            assertTrue(
                    String.valueOf(refused.getMessage()).contains("(got " + wrong.getFirst() + ")"),
                    refused.getMessage());
        }
        assertThrows(IllegalArgumentException.class, () -> VersionPolicy.parse(List.of("latest", "1")));
        assertThrows(IllegalArgumentException.class, () -> VersionPolicy.parse(List.of("all", "latest")));
    }

    @Test
    void whatIsNamedAndNotThereIsKnown() {
        assertEquals(Set.of(7L), VersionPolicy.parse(List.of("1", "7")).missingFrom(PRESENT));
        assertEquals(Set.of(), VersionPolicy.parse(List.of("latest 9")).missingFrom(PRESENT));
    }

    @Test
    void aPolicyReadsAsItIsWritten() {
        for (String text : List.of("latest", "latest 3", "all", "4")) {
            assertEquals(text, VersionPolicy.parse(List.of(text)).toString());
        }
        assertEquals("1, 12", VersionPolicy.parse(List.of("12", "1")).toString());
    }
}
