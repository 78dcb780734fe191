package dev.sluice.gateway.registry;

import java.io.IOException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Map;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.FlywayException;

/**
 * The tables of the registry, and the steps that lead to them from those of earlier releases.
 *
 * <p>Flyway takes the steps and keeps a list of those that were taken. It is asked only when that list does not end with
 * {@link #NEWEST}: to load it takes longer than all the rest.
 *
 * @thread the registry's
 */
final class Schema {

    /** The step that this release ends with: the number of the last file {@code V*.sql}. */
    static final int NEWEST = 5;

    static final String FILES = "dev/sluice/gateway/registry";

    private static final String STEPS = "flyway_schema_history";

    private Schema() {}

    /**
     * Brings the database up to date, by connections of its own.
     *
     * @param properties what the driver is told at each of them, so that none waits longer than ours
     * @param mayBeEmpty whether that there is nothing says that it is new
     * @throws IOException where it cannot be, or a later release has been here
     */
    static void update(
            Connection connection,
            String url,
            Credentials credentials,
            Map<String, String> properties,
            boolean mayBeEmpty)
            throws IOException, SQLException {
        int there = version(connection);
        connection.commit();
        if (there == 0 && !mayBeEmpty) {
            throw new IOException(
                    "it is not whole, for there is no registry in it: put a copy in its place, or delete it");
        }
        if (there > NEWEST) {
            throw new IOException("it was written by a later release: its tables are of version " + there
                    + ", and this one knows those of " + NEWEST);
        }
        if (there < NEWEST) {
            try {
                Flyway.configure()
                        .dataSource(url, credentials.user(), credentials.password())
                        .jdbcProperties(properties)
                        .locations("classpath:" + FILES)
                        .load()
                        .migrate();
            } catch (FlywayException failed) {
                throw new IOException("its tables cannot be made: " + failed.getMessage(), failed);
            }
        }
    }

    /** 0 for an empty database. */
    static int version(Connection connection) throws SQLException {
        try (ResultSet tables = connection.getMetaData().getTables(null, connection.getSchema(), STEPS, null)) {
            if (!tables.next()) {
                return 0;
            }
        }
        String newest = "select max(cast(\"version\" as integer)) from \"" + STEPS + "\" where \"success\"";
        try (PreparedStatement statement = connection.prepareStatement(newest);
                ResultSet row = statement.executeQuery()) {
            return row.next() ? row.getInt(1) : 0;
        }
    }
}
