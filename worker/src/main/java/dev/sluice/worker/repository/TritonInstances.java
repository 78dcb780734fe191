package dev.sluice.worker.repository;

import dev.sluice.worker.repository.TextProto.Field;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/**
 * What {@code instance_group} says: how many instances, or, where it names GPUs, how many on each of them.
 *
 * @thread confined to the caller of {@link TritonConfigReader#read}
 * @source Triton Inference Server, model_config.proto, ModelInstanceGroup
 */
final class TritonInstances {

    private static final String SETTING = "instances";
    private static final String CPU = "KIND_CPU";

    private final TritonConfigReader reader;
    private final List<Group> groups = new ArrayList<>();

    private static final class Group {

        private final Field field;
        private long count;
        private String kind = "";
        private final List<Long> gpus = new ArrayList<>();

        Group(Field field) {
            this.field = field;
        }

        /**
         * One for each GPU, of which each has as many as it says; where it says nothing that is one, as with Triton.
         * Without a GPU, and where it does not say that it is the CPU, it is where model.yaml has the model.
         */
        List<String> onDevices() {
            String each = "count=" + Math.max(1, count);
            if (gpus.isEmpty()) {
                return List.of(kind.equals(CPU) ? each + " device=cpu" : each);
            }
            return gpus.stream().map(gpu -> each + " device=cuda:" + gpu).toList();
        }
    }

    TritonInstances(TritonConfigReader reader) {
        this.reader = reader;
    }

    void group(Field field, String path) {
        Group group = new Group(field);
        groups.add(group);
        reader.inner(field, path, this::inGroup);
        if (group.kind.equals("KIND_GPU") && group.gpus.isEmpty()) { // with Triton each that there is: who knows here
            reader.unsupported(path + ".kind KIND_GPU", "KIND_GPU");
        }
        if (group.kind.equals(CPU) && !group.gpus.isEmpty()) {
            reader.refuse(field, path + ".gpus", "does not go with " + CPU);
        }
    }

    private void inGroup(Field field, String path) {
        Group group = groups.getLast();
        switch (field.name()) {
            case "count" -> group.count = count(field, path);
            case "gpus" -> group.gpus.add(reader.number(field, path));
            case "kind" -> group.kind = reader.text(field, path);
            case "name" -> {} // nobody sees it
            default -> reader.unsupported(path, field.name());
        }
    }

    private long count(Field field, String path) {
        long count = reader.number(field, path);
        if (count < 0) {
            reader.refuse(field, path, "is no number of instances (got " + count + ")");
        }
        return count;
    }

    /** To be called when all of it has been read. */
    void assign(String path) {
        if (groups.stream().allMatch(group -> group.gpus.isEmpty())) {
            long count = groups.stream().mapToLong(group -> group.count).sum();
            if (count != 0) {
                reader.assign(groups.getFirst().field, path, SETTING, Long.toString(count));
            }
            return;
        }
        Field first = groups.getFirst().field;
        long gpus =
                groups.stream().flatMap(group -> group.gpus.stream()).distinct().count();
        if (gpus > GroupConfig.MOST_GROUPS) {
            reader.refuse(first, path, "names more than " + GroupConfig.MOST_GROUPS + " GPUs (got " + gpus + ")");
        }
        String all = groups.stream()
                .flatMap(group -> group.onDevices().stream())
                .map(group -> "\"" + group + "\"")
                .collect(Collectors.joining(",", "[", "]"));
        reader.assign(first, path, SETTING, all);
    }
}
