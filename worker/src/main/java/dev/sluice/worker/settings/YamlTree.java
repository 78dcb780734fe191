package dev.sluice.worker.settings;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.snakeyaml.engine.v2.common.ScalarStyle;
import org.snakeyaml.engine.v2.exceptions.Mark;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.NodeTuple;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.SequenceNode;
import org.snakeyaml.engine.v2.nodes.Tag;

/**
 * A YAML tree, read along the sections that the option records declare, so that it is never deeper than they are.
 *
 * <p>A value is taken by its text, whatever type YAML would guess: {@code "8080"} is as good as {@code 8080}.
 */
record YamlTree(Path file, Reading reading) {

    void read(Node root) {
        section(reading.root(), root);
    }

    private void section(Section section, Node node) {
        if (saysNothing(node)) { // or all of its keys are commented out
            reading.checkEmpty(place(node), section);
        }
        if (isNull(node)) {
            return;
        }
        if (!(node instanceof MappingNode mapping)) {
            refuse(node, section.path(), "is " + kind(node) + " (expected a section with " + keys(section) + ")");
            return;
        }
        Map<String, Integer> lines = new HashMap<>();
        for (NodeTuple entry : mapping.getValue()) {
            entry(section, entry, lines);
        }
    }

    private void entry(Section section, NodeTuple entry, Map<String, Integer> lines) {
        if (!(entry.getKeyNode() instanceof ScalarNode key)) {
            refuse(entry.getKeyNode(), section.path(), "a key must be a single word");
            return;
        }
        Integer firstLine = lines.putIfAbsent(key.getValue(), line(key));
        String path = section.pathOf(key.getValue());
        if (firstLine != null) {
            refuse(key, path, "is given twice (first on line " + firstLine + ")");
            return;
        }
        switch (section.children().get(key.getValue())) {
            case null -> refuse(key, path, "is not a setting" + hint(section, key.getValue()));
            case Section inner -> section(inner, entry.getValueNode());
            case Leaf leaf -> leaf(leaf, entry.getValueNode());
        }
    }

    private void leaf(Leaf leaf, Node node) {
        if (isNull(node)) {
            refuse(node, leaf.path(), "has no value (expected " + leaf.expected() + ")");
        } else if (!leaf.isList() && node instanceof ScalarNode scalar) {
            reading.assign(place(node), leaf, scalar.getValue());
        } else if (leaf.isList() && node instanceof SequenceNode sequence) {
            list(leaf, sequence);
        } else if (leaf.mayBeEntries() && node instanceof MappingNode section) {
            list(leaf, section, section.getValue().stream().map(this::entry).toList());
        } else if (leaf.mayBeOneItem() && node instanceof ScalarNode) {
            items(leaf, node, List.of(node));
        } else {
            refuse(node, leaf.path(), "is " + kind(node) + " (expected " + leaf.expected() + ")");
        }
    }

    private void list(Leaf leaf, SequenceNode list) {
        List<Node> items = leaf.mayHaveSections()
                ? list.getValue().stream().map(this::onOneLine).toList()
                : list.getValue();
        list(leaf, list, items);
    }

    private void list(Leaf leaf, Node where, List<Node> items) {
        List<Node> others = items.stream()
                .filter(item -> !(item instanceof ScalarNode) || isNull(item))
                .toList();
        for (Node other : others) {
            refuse(other, leaf.path(), "has " + kind(other) + " in it (expected " + leaf.expected() + ")");
        }
        if (others.isEmpty()) {
            items(leaf, where, items);
        }
    }

    /** Of single values {@code KEY=VALUE}; anything else as it is. */
    private Node entry(NodeTuple entry) {
        Node value = entry.getValueNode();
        return entry.getKeyNode() instanceof ScalarNode key && value instanceof ScalarNode text && !isNull(value)
                ? scalar(key.getValue() + "=" + text.getValue(), value)
                : value;
    }

    private static Node scalar(String text, Node where) {
        return new ScalarNode(Tag.STR, true, text, ScalarStyle.PLAIN, where.getStartMark(), where.getEndMark());
    }

    /** A section of single values, or lists of them, as {@code KEY=VALUE}s; anything else as it is. */
    private Node onOneLine(Node item) {
        if (!(item instanceof MappingNode section)) {
            return item;
        }
        List<String> words = new ArrayList<>();
        for (NodeTuple entry : section.getValue()) {
            List<Node> values =
                    entry.getValueNode() instanceof SequenceNode list ? list.getValue() : List.of(entry.getValueNode());
            for (Node value : values) {
                if (!(entry.getKeyNode() instanceof ScalarNode key) || !(value instanceof ScalarNode text)) {
                    return item;
                }
                words.add(key.getValue() + "=" + text.getValue());
            }
        }
        return scalar(String.join(" ", words), item);
    }

    private void items(Leaf leaf, Node where, List<Node> items) {
        items.forEach(item -> reading.checkItem(place(item), leaf, ((ScalarNode) item).getValue()));
        reading.assign(
                place(where),
                leaf,
                items.stream().map(item -> ((ScalarNode) item).getValue()).toList());
    }

    /** A key close to it in the same section, or the same key where it really belongs, or else all there are. */
    private String hint(Section section, String key) {
        return Spelling.closest(key, section.children().keySet())
                .map(section::pathOf)
                .or(() -> reading.root()
                        .leaves()
                        .map(Leaf::path)
                        .filter(path -> path.endsWith("." + key))
                        .findFirst())
                .map(Spelling::hint)
                .orElseGet(() -> " (expected " + keys(section) + ")");
    }

    private static String keys(Section section) {
        return "the keys " + String.join(", ", section.children().keySet());
    }

    private static boolean saysNothing(Node section) {
        return isNull(section)
                || (section instanceof MappingNode mapping
                        && mapping.getValue().stream()
                                .allMatch(entry -> entry.getValueNode() instanceof SequenceNode list
                                        && list.getValue().isEmpty()));
    }

    private static boolean isNull(Node node) {
        return node.getTag().equals(Tag.NULL);
    }

    private static String kind(Node node) {
        return switch (node) {
            case MappingNode mapping -> "a section";
            case SequenceNode sequence -> "a list";
            default -> isNull(node) ? "no value" : "a single value";
        };
    }

    private void refuse(Node node, String path, String problem) {
        reading.refuse(place(node), path.isEmpty() ? problem : Reading.shown(path) + ": " + problem);
    }

    private String place(Node node) {
        return file + ":" + line(node);
    }

    private static int line(Node node) {
        return node.getStartMark().map(Mark::getLine).orElse(0) + 1;
    }
}
