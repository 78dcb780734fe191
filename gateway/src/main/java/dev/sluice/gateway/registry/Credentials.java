package dev.sluice.gateway.registry;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/** Who we are to a database. */
record Credentials(String user, String password) {

    /** The only user of a file, which is as safe as its directory. */
    static final Credentials OF_FILE = new Credentials("sluice", "");

    /** Read at each connection, so that a password can be changed while the server runs. */
    static Credentials read(String user, Optional<Path> passwordFile) throws IOException {
        if (passwordFile.isEmpty()) {
            return new Credentials(user, "");
        }
        try {
            return new Credentials(user, Files.readString(passwordFile.get()).strip());
        } catch (IOException unreadable) {
            throw new IOException("registry.password_file cannot be read: " + unreadable, unreadable);
        }
    }

    /** Never with the password. */
    @Override
    public String toString() {
        return user;
    }
}
