package dev.sluice.worker.source;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Certificates that sign themselves, made by the tool that comes with every JDK. */
final class Certificates {

    static final String PASSWORD = "changeit";

    private Certificates() {}

    /** The keys for that host. */
    static Path make(Path directory, String host) throws IOException, InterruptedException {
        Path keys = directory.resolve("keys.p12");
        keytool(keys, "-genkeypair", "-keyalg", "EC", "-dname", "CN=" + host, "-ext", "san=dns:" + host);
        keytool(keys, "-exportcert", "-rfc", "-file", authority(directory).toString());
        return keys;
    }

    /** Who believes in that believes in the keys. */
    static Path authority(Path directory) {
        return directory.resolve("authority.pem");
    }

    private static void keytool(Path keys, String... words) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "keytool").toString());
        command.addAll(List.of(words));
        command.addAll(List.of("-alias", "it", "-storetype", "PKCS12", "-storepass", PASSWORD));
        command.addAll(List.of("-keystore", keys.toString()));
        Path said = Files.createTempFile("keytool", null);
        int status = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(said.toFile())
                .start()
                .waitFor();
        if (status != 0) {
            throw new IOException(Files.readString(said));
        }
        Files.delete(said);
    }
}
