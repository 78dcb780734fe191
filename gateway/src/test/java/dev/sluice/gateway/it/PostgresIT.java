package dev.sluice.gateway.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sluice.gateway.Gateway;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import org.flywaydb.core.Flyway;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The registry in a real PostgreSQL server, which goes and comes back. */
class PostgresIT {

    private static final Path MODEL = Places.TEST_MODELS.resolve("sums/1/model.onnx");
    private static final String SUMS = "/admin/v1/models/sums";
    private static final String POLICY = "{\"candidate\":2,\"weight\":0}";

    @TempDir
    private Path models;

    private RunningPostgres postgres;

    @BeforeEach
    void start() throws IOException {
        new Repository(models).with("sums", "1", MODEL).with("sums", "2", MODEL);
        postgres = RunningPostgres.start();
    }

    @AfterEach
    void stop() throws IOException {
        if (postgres != null) {
            postgres.close();
        }
    }

    private RunningGateway gateway() {
        return RunningGateway.start(models, settings(postgres.passwordFile()));
    }

    private String[] settings(Path passwordFile) {
        return new String[] {
            "admin.port=-1",
            "worker.warm_up_budget=0s",
            "registry.url=" + postgres.url(),
            "registry.password_file=" + passwordFile
        };
    }

    private static void serve(RunningGateway gateway, int version) {
        Answer answer = gateway.admin("POST", SUMS + "/serve", "{\"versions\":[" + version + "]}");
        assertEquals(200, answer.status(), answer.body());
    }

    @Test
    void whatOperatorsSaidHoldsAfterARestartAndForWhoeverSharesTheDatabase() {
        try (RunningGateway gateway = gateway();
                RunningGateway other = gateway()) {
            serve(gateway, 1);
            assertEquals(
                    200,
                    gateway.admin("PUT", SUMS + "/labels/stable", "{\"version\":1}")
                            .status());
            assertEquals(
                    404,
                    gateway.admin("POST", "/admin/v1/models/no%00body/load", "").status());
            assertEquals(
                    "2",
                    other.versionThatAnswers("sums", Requests.sums(1, 2)),
                    "which is told by its operators, or at its next start");
        }
        try (RunningGateway gateway = gateway()) {
            assertEquals("1", gateway.versionThatAnswers("sums", Requests.sums(1, 2)));
            assertEquals(200, gateway.get("/v2/models/sums/versions/stable").status());
            String audit = gateway.admin("GET", "/admin/v1/audit?model=sums&limit=1", "")
                    .json()
                    .getJsonArray("changes")
                    .getJsonObject(0)
                    .getString("detail");
            assertEquals("stable 1", audit);
            assertEquals(
                    3,
                    gateway.admin("GET", "/admin/v1/audit", "")
                            .json()
                            .getJsonArray("changes")
                            .size());
            assertEquals(200, gateway.admin("POST", SUMS + "/reset", "").status());
            assertEquals("2", gateway.versionThatAnswers("sums", Requests.sums(1, 2)));
        }
    }

    @Test
    void withoutItsDatabaseAServerServesAndRefusesCommandsUntilItIsBack() {
        try (RunningGateway gateway = gateway()) {
            serve(gateway, 1);
            postgres.end();
            String error =
                    gateway.admin("POST", SUMS + "/serve", "{\"versions\":[2]}").error(503);
            assertTrue(error.contains("registry"), error);
            assertFalse(error.contains("127.0.0.1"), error);
            gateway.admin("POST", SUMS + "/unload", "").error(503);
            gateway.admin("GET", "/admin/v1/audit", "").error(503);
            assertEquals("1", gateway.versionThatAnswers("sums", Requests.sums(1, 2)));
            postgres.begin();
            serve(gateway, 2);
            assertEquals("2", gateway.versionThatAnswers("sums", Requests.sums(1, 2)));
        }
        try (RunningGateway gateway = gateway()) {
            assertEquals("2", gateway.versionThatAnswers("sums", Requests.sums(1, 2)));
        }
    }

    @Test
    void aStartWithoutItsDatabaseFailsAndSaysWhy(@TempDir Path folder) throws IOException {
        Path wrong = Files.writeString(folder.resolve("password"), "another");
        String refused = failure(settings(wrong));
        assertTrue(refused.contains(postgres.url()) && refused.contains("password"), refused);
        String missing = failure(settings(folder.resolve("missing")));
        assertTrue(missing.contains("registry.password_file"), missing);
        postgres.end();
        String away = failure(settings(postgres.passwordFile()));
        assertTrue(away.contains(postgres.url()) && away.contains("refused"), away);
    }

    private String failure(String... settings) {
        var config = RunningGateway.config(models, settings);
        AssertionError failed = assertThrows(AssertionError.class, () -> Waiting.await(Gateway.start(config)));
        assertFalse(failed.toString().contains(RunningPostgres.PASSWORD), failed.toString());
        return failed.toString();
    }

    @Test
    void whatTheFirstReleaseWroteIsTakenOnAndTrialsAreKept() throws SQLException {
        Flyway.configure()
                .dataSource(postgres.url(), "sluice", RunningPostgres.PASSWORD)
                .locations("classpath:dev/sluice/gateway/registry")
                .target("1")
                .load()
                .migrate();
        change("insert into model_wish (model, memory, versions) values ('sums', 'UNSAID', '1')");
        try (RunningGateway gateway = gateway()) {
            assertEquals("1", gateway.versionThatAnswers("sums", Requests.sums(1, 2)));
            assertEquals(200, gateway.admin("PUT", SUMS + "/traffic", POLICY).status());
            assertEquals(200, gateway.admin("POST", SUMS + "/rollback", "").status());
        }
        assertEquals("an operator rolled it back", text("select reason from rejected_version where version = 2"));
        try (RunningGateway gateway = gateway()) {
            assertEquals("1", gateway.versionThatAnswers("sums", Requests.sums(1, 2)));
            String shown = gateway.admin("GET", SUMS, "").body();
            assertTrue(shown.contains("\"rejected\":{\"2\":\"an operator rolled it back\"}"), shown);
            assertTrue(shown.contains("\"traffic\":" + POLICY), shown);
        }
    }

    @Test
    void whatALaterReleaseWroteIsNotTouched() throws SQLException {
        try (RunningGateway gateway = gateway()) {
            serve(gateway, 1);
        }
        change("update flyway_schema_history set version = '9999' where version = '1'");
        String failure = failure(settings(postgres.passwordFile()));
        assertTrue(failure.contains("later release"), failure);
        assertEquals("1", text("select versions from model_wish"));
    }

    private Connection connection() throws SQLException {
        return DriverManager.getConnection(postgres.url(), "sluice", RunningPostgres.PASSWORD);
    }

    private void change(String sql) throws SQLException {
        try (Connection connection = connection();
                Statement statement = connection.createStatement()) {
            assertEquals(1, statement.executeUpdate(sql));
        }
    }

    private String text(String sql) throws SQLException {
        try (Connection connection = connection();
                Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(sql)) {
            assertTrue(row.next());
            return row.getString(1);
        }
    }
}
