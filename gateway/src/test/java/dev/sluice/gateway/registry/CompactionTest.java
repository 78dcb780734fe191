package dev.sluice.gateway.registry;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Properties;
import java.util.Random;
import java.util.stream.Stream;
import org.h2.Driver;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A registry's file that has grown is small again after the next start, and is never without what it had. */
class CompactionTest {

    private static final int SMALL_BYTES = 256 * 1024;

    @TempDir
    private Path folder;

    private Place.File place;

    @BeforeEach
    void choose() {
        place = new Place.File(folder, "registry");
    }

    /** Until the file is larger than is borne; its last word is 7. */
    private void grow() throws IOException {
        Random random = new Random(1);
        try (Database database = new Database(place)) {
            insert(database);
            while (Files.size(place.file()) <= Compaction.LARGE_BYTES) {
                byte[] noise = new byte[200_000]; // which cannot be compressed
                random.nextBytes(noise);
                say(database, HexFormat.of().formatHex(noise));
            }
            say(database, "7");
        }
        assertTrue(Files.size(place.file()) > Compaction.LARGE_BYTES);
    }

    private static void say(Database database, String versions) throws IOException {
        database.write(connection -> {
            try (PreparedStatement statement = connection.prepareStatement("update model_wish set versions = ?")) {
                statement.setString(1, versions);
                statement.execute();
            }
        });
    }

    private String said() throws IOException {
        try (Database database = new Database(place)) {
            return database.run(connection -> {
                try (Statement statement = connection.createStatement();
                        ResultSet row = statement.executeQuery("select versions from model_wish")) {
                    return row.next() ? row.getString(1) : "nothing";
                }
            });
        }
    }

    @Test
    void whatHasGrownIsSmallAgainAndSaysTheSameToItsOwnerOnly() throws IOException {
        grow();
        assertEquals("7", said());
        assertTrue(Files.size(place.file()) < SMALL_BYTES, Files.size(place.file()) + " bytes");
        assertEquals("rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(place.file())));
        assertEquals(List.of(), workshops());
        try (Database database = new Database(place)) {
            say(database, "8");
        }
        assertEquals("8", said());
    }

    @Test
    void whatATryLeftThatWasKilledIsNoHindrance() throws IOException {
        grow();
        Path workshop = Files.createDirectory(folder.resolve("registry.compacting"));
        Files.write(workshop.resolve("registry.mv.db"), new byte[] {1, 2, 3});
        assertEquals("7", said());
        assertTrue(Files.size(place.file()) < SMALL_BYTES);
        assertEquals(List.of(), workshops());
    }

    /** The lock that it has got then is one on a file that has no name any more, and all that is written there is lost. */
    @Test
    void whoOpensItWhileAnotherServerMakesItSmallWritesNothingToWhatItWas() throws IOException {
        try (Database database = new Database(place)) {
            database.run(connection -> true);
        }
        Path small = Files.copy(place.file(), folder.resolve("small"));
        Database.Opening meanwhile = (url, properties) -> {
            Connection opened = DriverManager.getConnection(url, properties);
            try {
                Files.move(small, place.file(), StandardCopyOption.ATOMIC_MOVE);
            } catch (IOException onlyOnce) {
                assertTrue(Files.notExists(small));
            }
            return opened;
        };
        try (Database database = new Database(place, meanwhile)) {
            IOException refused = assertThrows(IOException.class, () -> insert(database));
            String said = String.valueOf(refused.getMessage());
            assertTrue(said.contains("another file in its place"), said);
            insert(database);
        }
        assertEquals("", said());
    }

    private static void insert(Database database) throws IOException {
        database.write(connection -> {
            try (Statement statement = connection.createStatement()) {
                statement.execute("insert into model_wish (model, memory, versions) values ('digits', 'LOADED', '')");
            }
        });
    }

    private List<Path> workshops() throws IOException {
        try (Stream<Path> entries = Files.list(folder)) {
            return entries.filter(Files::isDirectory).toList();
        }
    }

    @Test
    void whatAnotherServerHasOpenIsLeftAloneWithItsWorkshop() throws IOException {
        grow();
        long before = Files.size(place.file());
        Path workshop = Files.createDirectory(folder.resolve("registry.compacting"));
        try (OtherServer other = new OtherServer(place.file())) {
            assertTrue(other.gotIt());
            Compaction.of(place);
            assertEquals(before, Files.size(place.file()));
            assertEquals(List.of(workshop), workshops());
        }
        assertEquals("7", said());
    }

    @Test
    void noOtherServerCanOpenItUntilItIsSmall() throws IOException, SQLException {
        grow();
        Driver.unload();
        Onlooker onlooker = new Onlooker(place.file());
        DriverManager.registerDriver(onlooker);
        try {
            Compaction.of(place);
        } finally {
            DriverManager.deregisterDriver(onlooker);
            Driver.load();
        }
        assertEquals(List.of(false, false), onlooker.othersGotIt);
        assertTrue(Files.size(place.file()) < SMALL_BYTES);
        assertEquals("7", said());
    }

    /**
     * Has another server try to open the file whenever its copy is opened.
     *
     * @thread as a driver
     */
    private static final class Onlooker extends Driver {

        private final Path file;
        private final List<Boolean> othersGotIt = new ArrayList<>();

        Onlooker(Path file) {
            this.file = file;
        }

        @Override
        public Connection connect(String url, Properties properties) throws SQLException {
            if (url.contains("compacting")) {
                try (OtherServer other = new OtherServer(file)) {
                    othersGotIt.add(other.gotIt());
                } catch (IOException e) {
                    throw new SQLException(e);
                }
            }
            return super.connect(url, properties);
        }
    }

    @Test
    void aDamagedFileStaysAsItIsAndIsRefused() throws IOException {
        grow();
        byte[] damaged = new byte[(int) Files.size(place.file())];
        new Random(2).nextBytes(damaged);
        Files.write(place.file(), damaged);
        try (Database database = new Database(place)) {
            IOException refused = assertThrows(IOException.class, () -> database.run(connection -> true));
            assertTrue(String.valueOf(refused.getMessage()).contains("cannot be opened"), refused.toString());
        }
        assertArrayEquals(damaged, Files.readAllBytes(place.file()));
        assertEquals(List.of(), workshops());
    }
}
