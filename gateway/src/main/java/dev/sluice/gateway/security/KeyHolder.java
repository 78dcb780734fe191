package dev.sluice.gateway.security;

/**
 * Who showed a key, and which: the name is the client, and it is the key that can be taken out.
 *
 * @thread any; the keys that hold may change between two questions
 */
public final class KeyHolder {

    private final String name;
    private final KeyHash key;
    private final KeyFile file;

    KeyHolder(String name, KeyHash key, KeyFile file) {
        this.name = name;
        this.key = key;
        this.file = file;
    }

    public String name() {
        return name;
    }

    /** Whether the key is that client's no more, so that what has been opened with it is of no use, whatever other it has. */
    public boolean hasLostItsKey() {
        return !name.equals(file.keys().owner(key));
    }
}
