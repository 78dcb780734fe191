package dev.sluice.gateway.registry;

import dev.sluice.gateway.front.control.AuditEntry;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The table {@code model_change}.
 *
 * @thread the registry's
 * @bound {@value #MOST_CHARS} characters of each text; nobody deletes rows
 */
final class ChangeTable {

    private static final int MOST_CHARS = 1000;

    private static final String COLUMNS =
            "happened, api, address, client, request_id, action, model, detail, outcome, message";

    private ChangeTable() {}

    static void add(Connection connection, AuditEntry entry) throws SQLException {
        String sql = "insert into model_change (" + COLUMNS + ") values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            statement.setObject(1, entry.time().atOffset(ZoneOffset.UTC));
            List<String> texts = List.of(
                    entry.api(),
                    entry.address(),
                    entry.client(),
                    entry.requestId(),
                    entry.action(),
                    entry.model(),
                    entry.detail(),
                    entry.outcome(),
                    entry.message());
            for (int i = 0; i < texts.size(); i++) {
                statement.setString(i + 2, storable(texts.get(i)));
            }
            statement.executeUpdate();
        }
    }

    /** Clients make some of it up, and PostgreSQL has no place for the character 0. */
    private static String storable(String text) {
        String known = text.replace('\0', '\uFFFD');
        return known.length() <= MOST_CHARS ? known : known.substring(0, MOST_CHARS);
    }

    static List<AuditEntry> newest(Connection connection, Optional<String> model, int limit) throws SQLException {
        String sql = "select " + COLUMNS + " from model_change" + (model.isPresent() ? " where model = ?" : "")
                + " order by id desc limit ?";
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            if (model.isPresent()) {
                statement.setString(1, storable(model.get()));
            }
            statement.setInt(model.isPresent() ? 2 : 1, limit);
            List<AuditEntry> entries = new ArrayList<>();
            try (ResultSet row = statement.executeQuery()) {
                while (row.next()) {
                    entries.add(entry(row));
                }
            }
            return entries;
        }
    }

    private static AuditEntry entry(ResultSet row) throws SQLException {
        return new AuditEntry(
                row.getObject("happened", OffsetDateTime.class).toInstant(),
                row.getString("api"),
                row.getString("address"),
                row.getString("client"),
                row.getString("request_id"),
                row.getString("action"),
                row.getString("model"),
                row.getString("detail"),
                row.getString("outcome"),
                row.getString("message"));
    }
}
