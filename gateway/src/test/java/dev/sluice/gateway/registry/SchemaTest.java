package dev.sluice.gateway.registry;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.Statement;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class SchemaTest {

    @Test
    void itsStepsAreNumberedFromOneToTheNewest() throws IOException {
        Path folder = Path.of("src/main/resources").resolve(Schema.FILES);
        try (Stream<Path> files = Files.list(folder)) {
            List<Integer> numbers = files.map(file -> file.getFileName().toString())
                    .map(name -> name.replaceFirst("^V([0-9]+)__[a-z_]+\\.sql$", "$1"))
                    .map(Integer::valueOf)
                    .sorted()
                    .toList();
            assertEquals(IntStream.rangeClosed(1, Schema.NEWEST).boxed().toList(), numbers);
        }
    }

    /** Time-outs, for a server; of a file we see what each connection begins with. */
    @Test
    void theConnectionsOfItsStepsAreToldTheSameAsOurs() throws Exception {
        String url = "jdbc:h2:mem:schema";
        try (Connection connection = DriverManager.getConnection(url, "sluice", "");
                Statement statement = connection.createStatement()) {
            statement.execute("create schema elsewhere");
            statement.execute("create table elsewhere.seen (connection int)");
            connection.setAutoCommit(false);
            Map<String, String> told = Map.of("INIT", "insert into elsewhere.seen values (1)");
            Schema.update(connection, url, Credentials.OF_FILE, told, true);
            try (ResultSet row = statement.executeQuery("select count(*) from elsewhere.seen")) {
                assertTrue(row.next() && row.getInt(1) > 0, "it was told nothing");
            }
        }
    }

    @Test
    void aFileWithNothingInItIsPartOfOne() throws Exception {
        String url = "jdbc:h2:mem:part";
        try (Connection connection = DriverManager.getConnection(url, "sluice", "")) {
            IOException refused = assertThrows(
                    IOException.class, () -> Schema.update(connection, url, Credentials.OF_FILE, Map.of(), false));
            assertTrue(String.valueOf(refused.getMessage()).contains("not whole"), refused.toString());
        }
    }
}
