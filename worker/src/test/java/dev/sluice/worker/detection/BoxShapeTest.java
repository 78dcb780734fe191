package dev.sluice.worker.detection;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sluice.worker.contract.BoxesOutput;
import dev.sluice.worker.contract.BoxesOutput.Activation;
import dev.sluice.worker.contract.BoxesOutput.Form;
import dev.sluice.worker.contract.BoxesOutput.Places;
import dev.sluice.worker.contract.BoxesOutput.Scores;
import dev.sluice.worker.contract.Shape;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class BoxShapeTest {

    private static final List<String> NAMES = List.of("boxes", "scores", "classes", "count");

    /** Of outputs {@code 1x2x3;4x5}, the first that of the boxes. */
    private static BoxShape of(String shapes, Form form, boolean last, int background) {
        String[] each = shapes.split(";", -1);
        Map<String, Shape> all = new HashMap<>();
        for (int i = 0; i < each.length; i++) {
            long[] dimensions = Arrays.stream(each[i].split("x", -1))
                    .mapToLong(Long::parseLong)
                    .toArray();
            all.put(NAMES.get(i), new Shape(dimensions));
        }
        Places places = new Places(
                "boxes",
                each.length > 1 ? "scores" : "",
                each.length > 2 ? "classes" : "",
                each.length > 3 ? "count" : "",
                last);
        BoxesOutput how =
                DetectorOutputs.how(places, new Scores(form, Activation.NONE, background), DetectorOutputs.ALL);
        return BoxShape.of(how, name -> Objects.requireNonNull(all.get(name)));
    }

    @ParameterizedTest
    @CsvSource({
        "1x84x8400,PER_CLASS,true,1 8400 80",
        "-1x84x-1,PER_CLASS,true,-1 -1 80",
        "-1x25200x85,OBJECTNESS,false,-1 25200 80",
        "300x85,PER_CLASS,false,1 300 81",
        "-1x300x6,CHOSEN,false,-1 300 -1",
        "-1x-1x-1,PER_CLASS,false,-1 -1 -1",
        "-1x4420x4;-1x4420x2,PER_CLASS,false,-1 4420 2",
        "-1x4x8400;-1x80x8400,PER_CLASS,true,-1 8400 80",
        "5x100x4;5x100x3,OBJECTNESS,false,5 100 2",
        "-1x4;-1,PER_CLASS,false,1 -1 1",
        "-1x4;-1;-1,CHOSEN,false,1 -1 -1",
        "2x100x4;2x100;2x100;2,CHOSEN,false,2 100 -1",
        "-1x100x4;-1x100;-1x100;-1x1,CHOSEN,false,-1 100 -1",
    })
    void countsWhatThereIs(String shapes, Form form, boolean last, String rowsBoxesClasses) {
        BoxShape shape = of(shapes, form, last, -1);
        assertEquals(rowsBoxesClasses, shape.rows() + " " + shape.boxes() + " " + shape.classes());
    }

    @ParameterizedTest
    @CsvSource({
        "84,PER_CLASS,false,numbers]",
        "1x1x100x4,PER_CLASS,false,numbers]",
        "1x100x4,PER_CLASS,false,more than 4",
        "1x100x5,OBJECTNESS,false,more than 5",
        "1x100x7,CHOSEN,false,6 are expected",
        "1x84x8400;1x80x8400,PER_CLASS,true,4 are expected",
        "1x100x4;1x99x80,PER_CLASS,false,100 boxes",
        "2x100x4;1x100x80,PER_CLASS,false,2 x 100 boxes",
        "1x100x4;100x80,OBJECTNESS,false,100 boxes",
        "1x100x4;100x80,PER_CLASS,false,one number",
        "1x100x4;1x100x1,OBJECTNESS,false,no scores",
        "1x100x4;1x100x2;1x100,CHOSEN,false,one number",
        "1x100x4;1x100;1x99,CHOSEN,false,one number",
        "2x100x4;2x100;2x100;1,CHOSEN,false,number of boxes",
    })
    void saysWhatDoesNotFit(String shapes, Form form, boolean last, String problem) {
        String said = String.valueOf(assertThrows(IllegalArgumentException.class, () -> of(shapes, form, last, -1))
                .getMessage());
        assertTrue(said.contains(problem), said);
    }

    @Test
    void theBackgroundIsOneOfTheClasses() {
        assertEquals(92, of("1x100x4;1x100x92", Form.PER_CLASS, false, 91).classes());
        assertThrows(IllegalArgumentException.class, () -> of("1x100x4;1x100x92", Form.PER_CLASS, false, 92));
    }
}
