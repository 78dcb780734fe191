package dev.sluice.gateway.registry;

import dev.sluice.worker.contract.ModelSource;
import dev.sluice.worker.contract.ModelWish;
import dev.sluice.worker.contract.ModelWish.Memory;
import dev.sluice.worker.contract.Rollout;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The tables {@code model_wish}, {@code label_wish}, {@code source_wish} and {@code group_wish}, and with them
 * those of {@link RolloutTable}.
 *
 * @thread the registry's
 */
final class WishTable {

    private static final String SEPARATOR = ",";

    private WishTable() {}

    static List<ModelWish> read(Connection connection) throws SQLException {
        Map<String, Map<String, Long>> labels = labels(connection);
        Map<String, Rollout> rollouts = RolloutTable.read(connection);
        Map<String, Map<Long, ModelSource>> sources = sources(connection);
        Map<String, Map<String, Integer>> groups = groups(connection);
        List<ModelWish> wishes = new ArrayList<>();
        try (PreparedStatement statement = connection.prepareStatement(
                        "select model, memory, versions, traffic, instances from model_wish order by model");
                ResultSet row = statement.executeQuery()) {
            while (row.next()) {
                String model = row.getString("model");
                Rollout rollout = rollouts.remove(model);
                wishes.add(new ModelWish(
                        model,
                        memory(row.getString("memory")),
                        items(row.getString("versions")),
                        row.getInt("instances"),
                        groups.getOrDefault(model, Map.of()),
                        labels.getOrDefault(model, Map.of()),
                        row.getString("traffic"),
                        rollout == null ? Rollout.NONE : rollout,
                        sources.getOrDefault(model, Map.of())));
            }
        }
        rollouts.forEach((model, rollout) -> wishes.add(ModelWish.none(model).with(rollout)));
        return wishes;
    }

    private static Memory memory(String word) throws SQLException {
        try {
            return Memory.valueOf(word);
        } catch (IllegalArgumentException unknown) {
            throw new SQLException("model_wish.memory is " + word, unknown);
        }
    }

    private static List<String> items(String text) {
        return text.isEmpty() ? List.of() : List.of(text.split(SEPARATOR));
    }

    private static Map<String, Map<String, Long>> labels(Connection connection) throws SQLException {
        Map<String, Map<String, Long>> byModel = new HashMap<>();
        try (PreparedStatement statement = connection.prepareStatement("select model, label, version from label_wish");
                ResultSet row = statement.executeQuery()) {
            while (row.next()) {
                byModel.computeIfAbsent(row.getString("model"), first -> new HashMap<>())
                        .put(row.getString("label"), row.getLong("version"));
            }
        }
        return byModel;
    }

    private static Map<String, Map<String, Integer>> groups(Connection connection) throws SQLException {
        Map<String, Map<String, Integer>> byModel = new HashMap<>();
        try (PreparedStatement statement =
                        connection.prepareStatement("select model, device_group, instances from group_wish");
                ResultSet row = statement.executeQuery()) {
            while (row.next()) {
                byModel.computeIfAbsent(row.getString("model"), first -> new HashMap<>())
                        .put(row.getString("device_group"), row.getInt("instances"));
            }
        }
        return byModel;
    }

    private static Map<String, Map<Long, ModelSource>> sources(Connection connection) throws SQLException {
        Map<String, Map<Long, ModelSource>> byModel = new HashMap<>();
        try (PreparedStatement statement =
                        connection.prepareStatement("select model, version, url, sha256 from source_wish");
                ResultSet row = statement.executeQuery()) {
            while (row.next()) {
                byModel.computeIfAbsent(row.getString("model"), first -> new HashMap<>())
                        .put(row.getLong("version"), new ModelSource(row.getString("url"), row.getString("sha256")));
            }
        }
        return byModel;
    }

    /** In place of what was there of that model. */
    static void write(Connection connection, ModelWish wish) throws SQLException {
        RolloutTable.write(connection, wish.name(), wish.rollout());
        delete(connection, "delete from label_wish where model = ?", wish.name());
        delete(connection, "delete from source_wish where model = ?", wish.name());
        delete(connection, "delete from group_wish where model = ?", wish.name());
        delete(connection, "delete from model_wish where model = ?", wish.name());
        if (wish.with(Rollout.NONE).saysNothing()) {
            return;
        }
        try (PreparedStatement statement = connection.prepareStatement(
                "insert into model_wish (model, memory, versions, traffic, instances) values (?, ?, ?, ?, ?)")) {
            statement.setString(1, wish.name());
            statement.setString(2, wish.memory().name());
            statement.setString(3, String.join(SEPARATOR, wish.versions()));
            statement.setString(4, wish.traffic());
            statement.setInt(5, wish.instances());
            statement.executeUpdate();
        }
        for (Map.Entry<String, Long> label : wish.labels().entrySet()) {
            try (PreparedStatement statement =
                    connection.prepareStatement("insert into label_wish (model, label, version) values (?, ?, ?)")) {
                statement.setString(1, wish.name());
                statement.setString(2, label.getKey());
                statement.setLong(3, label.getValue());
                statement.executeUpdate();
            }
        }
        writeSources(connection, wish);
        writeGroups(connection, wish);
    }

    private static void writeGroups(Connection connection, ModelWish wish) throws SQLException {
        for (Map.Entry<String, Integer> group : wish.groupInstances().entrySet()) {
            try (PreparedStatement statement = connection.prepareStatement(
                    "insert into group_wish (model, device_group, instances) values (?, ?, ?)")) {
                statement.setString(1, wish.name());
                statement.setString(2, group.getKey());
                statement.setInt(3, group.getValue());
                statement.executeUpdate();
            }
        }
    }

    private static void writeSources(Connection connection, ModelWish wish) throws SQLException {
        for (Map.Entry<Long, ModelSource> source : wish.sources().entrySet()) {
            try (PreparedStatement statement = connection.prepareStatement(
                    "insert into source_wish (model, version, url, sha256) values (?, ?, ?, ?)")) {
                statement.setString(1, wish.name());
                statement.setLong(2, source.getKey());
                statement.setString(3, source.getValue().url());
                statement.setString(4, source.getValue().sha256());
                statement.executeUpdate();
            }
        }
    }

    private static void delete(Connection connection, String sql, String name) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            statement.setString(1, name);
            statement.executeUpdate();
        }
    }
}
