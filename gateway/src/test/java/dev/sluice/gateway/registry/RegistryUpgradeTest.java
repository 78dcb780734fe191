package dev.sluice.gateway.registry;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.sluice.worker.contract.ModelWish;
import dev.sluice.worker.contract.ModelWish.Memory;
import dev.sluice.worker.contract.Rollout;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.Statement;
import java.util.List;
import java.util.Map;
import org.flywaydb.core.Flyway;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A file of the first release is taken on as it is, and what is kept now is read back. */
class RegistryUpgradeTest {

    @TempDir
    private Path folder;

    private Place.File place() {
        return new Place.File(folder, "registry");
    }

    private String url() {
        return "jdbc:h2:file:" + folder.resolve("registry");
    }

    private void firstRelease() throws Exception {
        Flyway.configure()
                .dataSource(url(), "sluice", "")
                .locations("classpath:" + Schema.FILES)
                .target("1")
                .load()
                .migrate();
        try (Connection connection = DriverManager.getConnection(url(), "sluice", "");
                Statement statement = connection.createStatement()) {
            statement.execute("insert into model_wish (model, memory, versions) values ('cat', 'UNLOADED', '1,2')");
            statement.execute("insert into label_wish (model, label, version) values ('cat', 'stable', 2)");
        }
    }

    private List<ModelWish> read(Database database) throws Exception {
        return database.run(WishTable::read);
    }

    @Test
    void whatWasKeptBeforeIsStillThere() throws Exception {
        firstRelease();
        ModelWish cat = new ModelWish(
                "cat",
                Memory.UNLOADED,
                List.of("1", "2"),
                0,
                Map.of(),
                Map.of("stable", 2L),
                "",
                Rollout.NONE,
                Map.of());
        try (Database database = new Database(place())) {
            assertEquals(List.of(cat), read(database));
        }
        try (Database database = new Database(place())) {
            assertEquals(List.of(cat), read(database), "once is enough");
        }
    }

    @Test
    void allOfItIsReadAsItWasWritten() throws Exception {
        Rollout rollout = new Rollout(1, Map.of(2L, "it fails", 3L, "passed over"), "1\ninput x FP32[-1,4]");
        ModelWish cat = ModelWish.none("cat")
                .trying("{\"candidate\":\"newest\"}")
                .instances("cpu.2", 3)
                .with(rollout);
        ModelWish dog = ModelWish.none("dog").with(new Rollout(4, Map.of(), ""));
        try (Database database = new Database(place())) {
            database.write(connection -> {
                WishTable.write(connection, cat);
                RolloutTable.write(connection, "dog", dog.rollout());
            });
        }
        try (Database database = new Database(place())) {
            assertEquals(List.of(cat, dog), read(database));
            database.write(connection -> RolloutTable.write(connection, "cat", Rollout.NONE));
            assertEquals(List.of(cat.with(Rollout.NONE), dog), read(database), "what was wanted is not touched");
            database.write(connection -> WishTable.write(connection, ModelWish.none("cat")));
            database.write(connection -> WishTable.write(connection, ModelWish.none("dog")));
            assertEquals(List.of(), read(database));
        }
    }
}
