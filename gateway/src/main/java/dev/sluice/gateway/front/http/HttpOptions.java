package dev.sluice.gateway.front.http;

import dev.sluice.worker.settings.Setting;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * Where the HTTP front listens and how much it takes from one connection.
 *
 * @param host the address to listen on; loopback, because by default nobody is asked for a key, and there is no TLS
 * @param port the TCP port; 0 picks a free one, for tests
 * @param maxBodySize bytes of a request's body, for each is held whole while it is decoded; 64 MiB takes a batch of 100
 *     colour images of 224 x 224 pixels as binary FP32
 * @param maxHeaderSize bytes of all headers of a request together; 16 KiB leaves room for large tokens and cookies
 * @param maxInitialLine bytes of a request's first line, the URL included; 8 KiB is what nginx takes too
 * @param headerTimeout from the first byte of a request of HTTP/1.1 until its head is whole; 10 seconds is more than any
 *     network needs for one
 * @param writeTimeout how long a client may take nothing of its answer, counted in slices of 64 KiB; 30 seconds for one
 *     is 2 KB a second
 * @param maxUnsentSize bytes of answers that a connection may leave untaken before it gets no more; as much as the
 *     longest body
 * @param maxConcurrentStreams requests that may be open at one time on an HTTP/2 connection; 128 is what nginx takes, and
 *     no fewer than the 100 that the standard asks for
 * @param maxConnections connections that may be open at one time in the whole process, for each takes memory and a file;
 *     10,000 takes a few hundred MiB at most
 * @param listenWhenReady whether the port opens only when every model has been tried; off, because who waits for a start
 *     wants to see it going on
 * @param idleTimeout how long a connection may stay silent; longer than the 60 seconds that proxies usually keep
 *     theirs, so that it is the proxy that closes, and no request meets a connection that is just being closed; one of
 *     HTTP/2 with a stream open is asked by a PING instead
 * @param frontLoops event loops that read and write sockets; 0 for one per core
 * @param accessLog whether to log a line for each request; off, because the metrics count requests at less cost
 * @param compressResponses whether answers to inference are compressed for clients that accept it; off, because it
 *     keeps a front loop busy, and most answers are small
 * @param trustedProxies addresses, or blocks of them as in {@code 10.0.0.0/8}, of the proxies whose word for whom they
 *     speak for is taken; with none, everybody's is
 * @param corsOrigins origins whose pages may call from a browser, as in {@code https://app.example.org}; {@code *} for
 *     any; none, because by default nobody is asked for a key
 * @param modelControl whether models may be loaded and unloaded by who may ask for predictions; off, for there is a
 *     listener for operators
 * @param defaultModel the model that {@code POST /predict} asks; none, for the only one that there is, loaded or not
 */
public record HttpOptions(
        @Setting("127.0.0.1") String host,
        @Setting(value = "8080", min = "0", max = "65535") int port,

        @Setting(value = "64MiB", min = "1KiB", max = "1GiB", bytes = true)
        long maxBodySize,

        @Setting(value = "16KiB", min = "1KiB", max = "1MiB", bytes = true)
        long maxHeaderSize,

        @Setting(value = "8KiB", min = "1KiB", max = "1MiB", bytes = true)
        long maxInitialLine,

        @Setting(value = "10s", min = "100ms", max = "1h") Duration headerTimeout,

        @Setting(value = "30s", min = "100ms", max = "1h") Duration writeTimeout,

        @Setting(value = "64MiB", min = "64KiB", max = "1GiB", bytes = true)
        long maxUnsentSize,

        @Setting(value = "128", min = "1", max = "10000") int maxConcurrentStreams,

        @Setting(value = "10000", min = "1", max = "1000000")
        int maxConnections,

        @Setting("false") boolean listenWhenReady,
        @Setting(value = "75s", min = "1s", max = "24h") Duration idleTimeout,
        @Setting(value = "0", min = "0", max = "256") int frontLoops,
        @Setting("false") boolean accessLog,
        @Setting("false") boolean compressResponses,
        @Setting("[]") List<String> trustedProxies,
        @Setting("[]") List<String> corsOrigins,
        @Setting("false") boolean modelControl,
        @Setting("none") String defaultModel) {

    private static final String NO_MODEL = "none";

    /** The model that is asked where none is named. */
    Optional<String> modelByDefault() {
        return defaultModel.equals(NO_MODEL) ? Optional.empty() : Optional.of(defaultModel);
    }

    /** What is wrong with an item of {@code trusted_proxies}, if anything is. */
    public static Optional<String> proxyProblem(String block) {
        return AddressBlock.parse(block).isPresent()
                ? Optional.empty()
                : Optional.of("is no block of addresses (got " + block
                        + "; expected an address or ADDRESS/BITS, as in 10.0.0.0/8 or 2001:db8::/32, with no bits set"
                        + " beyond those)");
    }
}
