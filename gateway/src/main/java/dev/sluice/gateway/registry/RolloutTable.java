package dev.sluice.gateway.registry;

import dev.sluice.worker.contract.Rollout;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.Map;

/**
 * The tables {@code model_rollout} and {@code rejected_version}.
 *
 * @thread the registry's
 */
final class RolloutTable {

    private RolloutTable() {}

    /** By model. */
    static Map<String, Rollout> read(Connection connection) throws SQLException {
        Map<String, Map<Long, String>> rejected = rejected(connection);
        Map<String, Rollout> rollouts = new HashMap<>();
        try (PreparedStatement statement =
                        connection.prepareStatement("select model, stable, signature from model_rollout");
                ResultSet row = statement.executeQuery()) {
            while (row.next()) {
                String model = row.getString("model");
                Map<Long, String> away = rejected.getOrDefault(model, Map.of());
                rollouts.put(model, new Rollout(row.getLong("stable"), away, row.getString("signature")));
            }
        }
        return rollouts;
    }

    private static Map<String, Map<Long, String>> rejected(Connection connection) throws SQLException {
        Map<String, Map<Long, String>> byModel = new HashMap<>();
        try (PreparedStatement statement =
                        connection.prepareStatement("select model, version, reason from rejected_version");
                ResultSet row = statement.executeQuery()) {
            while (row.next()) {
                byModel.computeIfAbsent(row.getString("model"), first -> new HashMap<>())
                        .put(row.getLong("version"), row.getString("reason"));
            }
        }
        return byModel;
    }

    /** In place of what was there of that model. */
    static void write(Connection connection, String model, Rollout rollout) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement("delete from model_rollout where model = ?")) {
            statement.setString(1, model);
            statement.executeUpdate();
        }
        if (rollout.equals(Rollout.NONE)) {
            return;
        }
        try (PreparedStatement statement =
                connection.prepareStatement("insert into model_rollout (model, stable, signature) values (?, ?, ?)")) {
            statement.setString(1, model);
            statement.setLong(2, rollout.stable());
            statement.setString(3, rollout.signature());
            statement.executeUpdate();
        }
        String sql = "insert into rejected_version (model, version, reason) values (?, ?, ?)";
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            for (Map.Entry<Long, String> version : rollout.rejected().entrySet()) {
                statement.setString(1, model);
                statement.setLong(2, version.getKey());
                statement.setString(3, version.getValue());
                statement.executeUpdate();
            }
        }
    }
}
