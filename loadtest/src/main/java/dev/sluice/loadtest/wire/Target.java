package dev.sluice.loadtest.wire;

import java.net.InetAddress;
import java.net.URI;
import java.net.UnknownHostException;

/**
 * The server under load.
 *
 * <p>A load test is an attack that was agreed on. Without further words it therefore only goes to this machine; any other
 * has to be named a second time by whoever is responsible for it.
 */
public record Target(String host, int port) {

    private static final int HTTP_PORT = 80;

    /**
     * @param url as in {@code http://127.0.0.1:8080}
     * @param owned the host whose owner agrees, or nothing
     * @errors {@link IllegalArgumentException} with a sentence for the user
     */
    public static Target parse(String url, String owned) {
        URI uri = uri(url);
        String host = uri.getHost();
        if (!"http".equals(uri.getScheme()) || host == null || !uri.getPath().matches("/?")) {
            throw new IllegalArgumentException("--url takes http://HOST:PORT, not " + url);
        }
        if (!host.equals(owned) && !isLoopback(host)) {
            throw new IllegalArgumentException(
                    host + " is not this machine. If it is yours to put under load, add --i-own " + host);
        }
        return new Target(host, uri.getPort() < 0 ? HTTP_PORT : uri.getPort());
    }

    private static URI uri(String url) {
        try {
            return URI.create(url);
        } catch (IllegalArgumentException wrong) {
            throw new IllegalArgumentException("--url takes http://HOST:PORT, not " + url, wrong);
        }
    }

    private static boolean isLoopback(String host) {
        try {
            return InetAddress.getByName(host).isLoopbackAddress();
        } catch (UnknownHostException unknown) {
            throw new IllegalArgumentException("there is no host " + host, unknown);
        }
    }

    public String url() {
        return "http://" + host + ":" + port;
    }
}
