package dev.sluice.gateway.front.admin;

import dev.sluice.worker.settings.Setting;
import java.util.List;
import java.util.Locale;

/**
 * Where operators change things, and where that is kept.
 *
 * @param host the address to listen on; loopback, because whoever can reach it may change everything
 * @param port the TCP port; 0 for none, -1 for any free one; none, because every user of this machine could stop the server
 *     by it, and two servers on one machine would fight for it
 * @param hosts names and addresses that it may be called by besides those of loopback and {@code host}; none, for any
 *     other may be a web page's trick
 * @param profile which other server's management is spoken there too; none, for nobody comes from it by default
 * @param auditLog the file to which each change is appended, an absolute path, or {@code none}; none, because nobody but
 *     the operator knows where there is room for it, and the server's log names each change too
 */
public record AdminOptions(
        @Setting("127.0.0.1") String host,
        @Setting(value = "0", min = "-1", max = "65535") int port,
        @Setting("[]") List<String> hosts,
        @Setting("none") Profile profile,
        @Setting("none") String auditLog) {

    /** In place of a port, for no listener at all. */
    static final int OFF = 0;

    /** Another server whose operators' tools are to go on working. */
    public enum Profile {
        NONE,
        TORCHSERVE,
        DJL_SERVING;

        /** As the profiles of ports are called. */
        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT).replace('_', '-');
        }
    }

    public boolean isOn() {
        return port != OFF;
    }
}
