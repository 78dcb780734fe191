package dev.sluice.worker.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ModelLabelsTest {

    @Test
    void commasSeparateLabels() {
        assertEquals(List.of("cat", "dog"), ModelLabels.in(Map.of("labels", "cat, dog")));
    }

    @Test
    void lineBreaksWinOverCommas() {
        String labels = "tench, Tinca tinca\ngoldfish, Carassius auratus\n";
        assertEquals(
                List.of("tench, Tinca tinca", "goldfish, Carassius auratus"),
                ModelLabels.in(Map.of("classes", labels)));
    }

    @Test
    void aJsonArrayIsRead() {
        assertEquals(List.of("a,b", "c"), ModelLabels.in(Map.of("class_labels", "[\"a,b\", \"c\"]")));
    }

    @Test
    void aPythonDictIsReadInTheOrderOfItsNumbers() {
        String names = "{1: 'bicycle', 0: 'person', 2: \"driver's seat\"}";
        assertEquals(List.of("person", "bicycle", "driver's seat"), ModelLabels.in(Map.of("names", names)));
    }

    @Test
    void aDictWithGapsHasNoLabels() {
        assertEquals(List.of(), ModelLabels.in(Map.of("names", "{1: 'bicycle', 7: 'bus'}")));
        assertEquals(List.of(), ModelLabels.in(Map.of("names", "{}")));
    }

    @Test
    void emptyNamesKeepTheirPlace() {
        assertEquals(List.of("", "cat", "", "dog"), ModelLabels.in(Map.of("labels", ",cat,,dog")));
    }

    @Test
    void whatCannotBeReadIsNoError() {
        assertEquals(List.of(), ModelLabels.in(Map.of("labels", "[unfinished", "names", "{0: [1, 2]}")));
        assertEquals(List.of(), ModelLabels.in(Map.of("author", "someone")));
    }

    @Test
    void theNextKeyIsTriedWhenOneIsEmpty() {
        assertEquals(List.of("yes", "no"), ModelLabels.in(Map.of("labels", " ", "classes", "yes,no")));
    }
}
