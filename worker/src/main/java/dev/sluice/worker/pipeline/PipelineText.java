package dev.sluice.worker.pipeline;

import dev.sluice.worker.pipeline.Pipeline.Input;
import dev.sluice.worker.pipeline.Pipeline.Output;
import dev.sluice.worker.pipeline.Pipeline.Stage;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Reads pipelines as people write them, a line for each stage and each output:
 *
 * <pre>
 * encoder = image-encoder(pixels=image)
 * head = classifier/2(features=encoder.embedding)
 * probabilities = head.probabilities
 * </pre>
 *
 * @thread confined to the caller of {@link #read}
 * @errors told to {@link PipelineFaults}, all at once
 */
public final class PipelineText {

    private static final String NAME = "[A-Za-z][A-Za-z0-9_-]{0,62}";
    private static final String INPUT = "[^\\s.,()=]{1,100}";
    private static final Pattern STAGE = Pattern.compile(
            "(" + NAME + ")\\s*=\\s*([^\\s()/=,]+)(?:/([^\\s()/=,]+))?\\s*\\(([^()]*)\\)(?:\\s+(if|unless)\\s+(.+))?");
    private static final Pattern CROP =
            Pattern.compile("(" + NAME + ")\\s*=\\s*crop\\s*\\[([^\\[\\]]*)\\]\\s*\\(([^()]*)\\)");
    private static final Pattern CROP_BEGIN = Pattern.compile("(" + NAME + ")\\s*=\\s*crop\\s*\\[");
    private static final Pattern TEST =
            Pattern.compile("(\\S+)\\s*(<=|>=|==|!=|<|>)\\s*(-?[0-9]+(?:\\.[0-9]+)?(?:[eE][-+]?[0-9]+)?)");
    private static final Pattern COMBINED = Pattern.compile("(mean|vote)\\s*\\(([^()]*)\\)");
    private static final Pattern ELSE = Pattern.compile("\\s+else\\s+");

    private final PipelineFaults faults;
    private final Set<String> names = new HashSet<>();

    private PipelineText(PipelineFaults faults) {
        this.faults = faults;
    }

    /** What can be read of it; the rest is told to {@code faults}. */
    public static Pipeline read(List<String> stages, List<String> outputs, PipelineFaults faults) {
        PipelineText text = new PipelineText(faults);
        List<Matcher> forms = stages.stream().map(text::form).toList();
        List<Stage> read = new ArrayList<>();
        for (int i = 0; i < stages.size(); i++) {
            Matcher form = forms.get(i);
            if (form.matches()) {
                read.add(isCrop(form) ? text.crop(form, stages.get(i)) : text.stage(form, stages.get(i)));
            }
        }
        if (stages.size() > Pipeline.MOST_STAGES) {
            faults.add(stages.getLast(), "is one of more than " + Pipeline.MOST_STAGES + " stages");
        }
        return new Pipeline(read, outputs.stream().map(text::output).toList());
    }

    /** Looks at names first, for stages may speak of those that are written after them. */
    private Matcher form(String line) {
        Matcher crop = CROP.matcher(line.strip());
        Matcher form = crop.matches() ? crop : STAGE.matcher(line.strip());
        Matcher begin = CROP_BEGIN.matcher(line.strip());
        if (begin.lookingAt() && !crop.matches()) {
            names.add(begin.group(1));
            faults.add(
                    line,
                    "is no crop (expected NAME = crop[WIDTHxHEIGHT, ...](image=SOURCE, boxes=SOURCE, ...), and no"
                            + " condition behind it)");
        } else if (!form.matches()) {
            faults.add(
                    line, "is no stage (expected NAME = MODEL(INPUT=SOURCE, ...), as in head = classifier(x=image))");
        } else if (!names.add(form.group(1))) {
            faults.add(line, "has the name of another stage");
        }
        return form;
    }

    private static boolean isCrop(Matcher form) {
        return form.pattern().equals(CROP);
    }

    private Stage crop(Matcher form, String line) {
        List<Input> inputs = inputs(form.group(3), line);
        try {
            return new Stage(form.group(1), CropText.read(form.group(2)), inputs, null, line);
        } catch (IllegalArgumentException faulty) {
            faults.add(line, String.valueOf(faulty.getMessage()));
            return new Stage(form.group(1), new StageModel("crop", ""), inputs, null, line);
        }
    }

    private Stage stage(Matcher form, String line) {
        String version = form.group(3) == null ? "" : form.group(3);
        StageModel model = new StageModel(form.group(2), version);
        return new Stage(form.group(1), model, inputs(form.group(4), line), test(form, line), line);
    }

    private List<Input> inputs(String written, String line) {
        List<Input> inputs = new ArrayList<>();
        for (String input : written.split(",", -1)) {
            int equals = input.indexOf('=');
            String name = equals < 0 ? "" : input.substring(0, equals).strip();
            inputs.add(new Input(name, source(input.substring(equals + 1), line)));
        }
        return inputs;
    }

    private @Nullable Switch test(Matcher stage, String line) {
        if (stage.group(5) == null) {
            return null;
        }
        Matcher form = TEST.matcher(stage.group(6).strip());
        if (!form.matches()) {
            faults.add(
                    line,
                    "has no test that is understood behind " + stage.group(5)
                            + " (expected SOURCE, one of < <= > >= == !=, and a number)");
            return null;
        }
        return new Switch(
                source(form.group(1), line),
                Switch.Comparison.of(form.group(2)),
                Double.parseDouble(form.group(3)),
                stage.group(5).equals("if"));
    }

    private Output output(String line) {
        int equals = line.indexOf('=');
        String name = equals < 0 ? "" : line.substring(0, equals).strip();
        String value = line.substring(equals + 1).strip();
        Matcher combined = COMBINED.matcher(value);
        Combination combination = combined.matches() ? Combination.of(combined.group(1)) : Combination.FIRST;
        List<Source> from = (combination == Combination.FIRST
                        ? ELSE.splitAsStream(value)
                        : Stream.of(combined.group(2).split(",", -1)))
                .map(text -> source(text, line))
                .toList();
        from.stream()
                .filter(Source::isInput)
                .forEach(input -> faults.add(line, "is given by no stage (" + input + " is none)"));
        return new Output(name, combination, from, line);
    }

    /** A name with a dot is of a stage; what else is not the name of one is an input of the pipeline. */
    private Source source(String written, String line) {
        String text = written.strip();
        int dot = text.indexOf('.');
        String stage = dot < 0 ? text : text.substring(0, dot);
        if (names.contains(stage)) {
            return new Source(stage, dot < 0 ? "" : text.substring(dot + 1));
        }
        if (dot >= 0) {
            faults.add(line, "speaks of stage " + stage + ", which there is not (there are " + sorted() + ")");
        } else if (!text.matches(INPUT)) {
            faults.add(
                    line,
                    "has " + (text.isEmpty() ? "nothing" : text)
                            + " where a source is expected: an input's name, or STAGE.OUTPUT");
        }
        return new Source("", text);
    }

    private String sorted() {
        return String.join(", ", names.stream().sorted().toList());
    }
}
