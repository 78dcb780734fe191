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

    private final TritonConfigReader reader;
    private final List<Group> groups = new ArrayList<>();

    private static final class Group {

        private final Field field;
        private long count;
        private final List<Long> gpus = new ArrayList<>();

        Group(Field field) {
            this.field = field;
        }

        /** One for each GPU, of which each has as many as it says; where it says nothing that is one, as with Triton. */
        List<String> onDevices() {
            long each = Math.max(1, count);
            return gpus.isEmpty()
                    ? List.of("count=" + each + " device=cpu")
                    : gpus.stream()
                            .map(gpu -> "count=" + each + " device=cuda:" + gpu)
                            .toList();
        }
    }

    TritonInstances(TritonConfigReader reader) {
        this.reader = reader;
    }

    void group(Field field, String path) {
        groups.add(new Group(field));
        reader.inner(field, path, this::inGroup);
        reader.inner(field, path, this::kind);
    }

    private void inGroup(Field field, String path) {
        Group group = groups.getLast();
        switch (field.name()) {
            case "count" -> group.count = reader.number(field, path);
            case "gpus" -> group.gpus.add(reader.number(field, path));
            case "kind", "name" -> {} // a kind says nothing before all has been read, and a name nobody sees
            default -> reader.unsupported(path, field.name());
        }
    }

    /** To be called when all of it has been read. */
    void assign(String path) {
        if (groups.stream().anyMatch(group -> !group.gpus.isEmpty())) {
            String all = groups.stream()
                    .flatMap(group -> group.onDevices().stream())
                    .map(group -> "\"" + group + "\"")
                    .collect(Collectors.joining(",", "[", "]"));
            reader.assign(groups.getFirst().field, path, SETTING, all);
            return;
        }
        long count = groups.stream().mapToLong(group -> group.count).sum();
        if (count != 0) {
            reader.assign(groups.getFirst().field, path, SETTING, Long.toString(count));
        }
    }

    /** With Triton a GPU that is not named is each that it sees; which there are only the file's owner can say here. */
    private void kind(Field field, String path) {
        boolean isKind = field.name().equals("kind");
        if (isKind
                && reader.text(field, path).equals("KIND_GPU")
                && groups.getLast().gpus.isEmpty()) {
            reader.unsupported(path + " KIND_GPU", "KIND_GPU");
        }
    }
}
