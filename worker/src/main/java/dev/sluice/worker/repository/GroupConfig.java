package dev.sluice.worker.repository;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * Which instances of a model run on one device, as its model.yaml has it: one of {@code instances}, written as a section
 * or on one line, {@code count=2 device=cuda:0}. What a group leaves out is as the model's own keys of that name say; but
 * one with a device of its own is not run by the provider that the model has for another. A model has
 * {@value #MOST_GROUPS} at most.
 *
 * @param name by which it is told from others: its device, and from the second of a device on {@code cpu.2} and so on
 * @param count of instances; 0 for what the settings say
 * @param intraOpThreads threads that one engine call is spread over; 0 for what the settings say
 * @param providerOptions of its execution provider, by name
 */
public record GroupConfig(
        String name,
        int count,
        int intraOpThreads,
        String device,
        String executionProvider,
        Map<String, String> providerOptions,
        boolean cpuFallback) {

    /** Of one model: each has a copy of it in memory and is looked at for each batch. */
    static final int MOST_GROUPS = 16;

    private static final int MOST = 256;
    private static final String OPTIONS = "provider_options";
    private static final Pattern NUMBER = Pattern.compile("[0-9]{1,3}");
    private static final Pattern BETWEEN = Pattern.compile("\\s+(?=[a-z_]+=)");

    /** What a group may say, and what is wrong with that. */
    private static final Map<String, Function<String, Optional<String>>> KEYS = keys();

    public GroupConfig {
        providerOptions = Map.copyOf(providerOptions);
    }

    private static Map<String, Function<String, Optional<String>>> keys() {
        Map<String, Function<String, Optional<String>>> keys = new LinkedHashMap<>();
        keys.put("count", text -> badNumber(text, 1, MOST));
        keys.put("device", ModelConfig::badDevice);
        keys.put("execution_provider", text -> Optional.empty());
        keys.put(OPTIONS, ModelConfig::badProviderOption);
        keys.put("intra_op_threads", text -> badNumber(text, 0, MOST));
        keys.put("cpu_fallback", GroupConfig::badTruth);
        return keys;
    }

    private static Optional<String> badTruth(String text) {
        return Set.of("true", "false").contains(text)
                ? Optional.empty()
                : Optional.of("is neither true nor false (got " + text + ")");
    }

    private static Optional<String> badNumber(String text, int least, int most) {
        boolean fits =
                NUMBER.matcher(text).matches() && Integer.parseInt(text) >= least && Integer.parseInt(text) <= most;
        return fits
                ? Optional.empty()
                : Optional.of("is no whole number from " + least + " to " + most + " (got " + text + ")");
    }

    /** What is wrong with one of {@code instances}. */
    static Optional<String> fault(String item) {
        if (NUMBER.matcher(item).matches()) {
            return badNumber(item, 0, MOST);
        }
        Set<String> seen = new HashSet<>();
        for (String word : BETWEEN.split(item.strip())) {
            int equals = word.indexOf('=');
            String key = equals < 0 ? word : word.substring(0, equals);
            Function<String, Optional<String>> check = KEYS.get(key);
            if (equals < 0 || check == null) {
                return Optional.of(
                        "is neither a number of instances nor a group of them, as in count=2 device=cuda:0 (got " + word
                                + "; expected the keys " + String.join(", ", KEYS.keySet()) + ")");
            }
            Optional<String> fault = check.apply(word.substring(equals + 1));
            if (fault.isPresent()) {
                return Optional.of(key + " " + fault.get());
            }
            if (!seen.add(key) && !key.equals(OPTIONS)) {
                return Optional.of(key + " is given twice");
            }
        }
        return Optional.empty();
    }

    /**
     * Those of a model, at least one.
     *
     * @throws IllegalArgumentException when they do not go together, with a message for the model's owner
     */
    static List<GroupConfig> of(ModelConfig model) {
        List<String> items = model.instances();
        if (items.size() <= 1
                && items.stream().allMatch(item -> NUMBER.matcher(item).matches())) {
            int count = items.isEmpty() ? 0 : Integer.parseInt(items.getFirst());
            return List.of(own(model, count));
        }
        Map<GroupConfig, Integer> counts = new LinkedHashMap<>();
        for (String item : items) {
            if (NUMBER.matcher(item).matches()) {
                throw new IllegalArgumentException(
                        "model.yaml: instances: a number stands alone, and beside others says"
                                + " nothing of a device (got " + item + "; expected count=" + item + " and device=)");
            }
            GroupConfig group = of(item, model);
            counts.merge(group.withCount(0), group.count, Integer::sum);
        }
        if (counts.size() > MOST_GROUPS) {
            throw new IllegalArgumentException("model.yaml: instances: there are more than " + MOST_GROUPS
                    + " groups (got " + counts.size() + ")");
        }
        if (counts.values().stream().mapToInt(Integer::intValue).sum() > MOST) {
            throw new IllegalArgumentException("model.yaml: instances: there are more than " + MOST + " in all");
        }
        return named(counts);
    }

    /** As the model's own keys say. */
    private static GroupConfig own(ModelConfig model, int count) {
        return new GroupConfig(
                model.device(),
                count,
                model.intraOpThreads(),
                model.device(),
                model.executionProvider(),
                model.providerSettings(),
                model.cpuFallback());
    }

    private static GroupConfig of(String item, ModelConfig model) {
        Map<String, String> said = new HashMap<>();
        List<String> options = new ArrayList<>();
        for (String word : BETWEEN.split(item.strip())) {
            int equals = word.indexOf('=');
            String value = word.substring(equals + 1);
            if (word.startsWith(OPTIONS)) {
                options.add(value);
            } else {
                said.put(word.substring(0, equals), value);
            }
        }
        boolean isElsewhere = said.containsKey("device") || said.containsKey("execution_provider");
        Map<String, String> inherited = isElsewhere ? Map.of() : model.providerSettings();
        String device = said.getOrDefault("device", model.device());
        return new GroupConfig(
                device,
                Integer.parseInt(said.getOrDefault("count", "1")),
                Integer.parseInt(said.getOrDefault("intra_op_threads", Integer.toString(model.intraOpThreads()))),
                device,
                said.getOrDefault("execution_provider", said.containsKey("device") ? "" : model.executionProvider()),
                options.isEmpty() ? inherited : ModelConfig.byName(options),
                Boolean.parseBoolean(said.getOrDefault("cpu_fallback", Boolean.toString(model.cpuFallback()))));
    }

    private static List<GroupConfig> named(Map<GroupConfig, Integer> counts) {
        Map<String, Integer> ofDevice = new HashMap<>();
        List<GroupConfig> groups = new ArrayList<>();
        counts.forEach((group, count) -> {
            int ordinal = ofDevice.merge(group.device, 1, Integer::sum);
            String name = ordinal == 1 ? group.device : group.device + "." + ordinal;
            groups.add(group.named(name).withCount(count));
        });
        return List.copyOf(groups);
    }

    private GroupConfig named(String other) {
        return new GroupConfig(other, count, intraOpThreads, device, executionProvider, providerOptions, cpuFallback);
    }

    private GroupConfig withCount(int other) {
        return new GroupConfig(name, other, intraOpThreads, device, executionProvider, providerOptions, cpuFallback);
    }

    /** All that has something loaded anew when it changes. */
    static String ofLoading(List<GroupConfig> groups) {
        return groups.stream().map(group -> group.withCount(0).toString()).collect(Collectors.joining(" ", " ", ""));
    }
}
