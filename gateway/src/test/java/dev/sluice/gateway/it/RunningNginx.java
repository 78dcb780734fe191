package dev.sluice.gateway.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.File;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The real nginx with conf/nginx.conf, of which nothing is changed but addresses, and nothing runs as root. */
final class RunningNginx implements AutoCloseable {

    private static final List<Path> PLACES = List.of(Path.of("/usr/sbin/nginx"), Path.of("/usr/local/sbin/nginx"));

    private final Process process;
    private final int port;
    private final int tlsPort;
    private final Path errors;

    private RunningNginx(Process process, int port, int tlsPort, Path errors) {
        this.process = process;
        this.port = port;
        this.tlsPort = tlsPort;
        this.errors = errors;
    }

    /** In front of two gateways; a test that calls this is skipped where there is no nginx. */
    static RunningNginx start(Path folder, int first, int second) throws IOException {
        return start(folder, first, second, text -> text);
    }

    /** @param change made to the configuration, as an operator might */
    static RunningNginx start(Path folder, int first, int second, UnaryOperator<String> change) throws IOException {
        Path program = PLACES.stream().filter(Files::isExecutable).findFirst().orElse(Path.of("nginx"));
        assumeTrue(Files.isExecutable(program), "nginx is not installed: its tests are skipped");
        assertTrue(folder.toFile().setExecutable(true, false), "workers of another user get at bodies kept there");
        certify(folder);
        int port = freePort();
        int tlsPort = freePort();
        String conf = Files.readString(Places.ROOT.resolve("conf/nginx.conf"));
        conf = replaced(conf, "server 127.0.0.1:8080 ", "server 127.0.0.1:" + first + " ", 2);
        conf = replaced(conf, "server 127.0.0.1:8081 ", "server 127.0.0.1:" + second + " ", 2);
        conf = replaced(conf, "listen 80;", "listen 127.0.0.1:" + port + ";", 1);
        conf = replaced(conf, "listen 443 ssl http2;", "listen 127.0.0.1:" + tlsPort + " ssl http2;", 1);
        conf = replaced(conf, "worker_rlimit_nofile 65536;", "", 1);
        conf = replaced(conf, "http {", "http {\n    access_log off;" + temporaryFiles(folder), 1);
        Files.writeString(folder.resolve("nginx.conf"), change.apply(conf));
        Path errors = folder.resolve("errors");
        Process process = new ProcessBuilder(
                        program.toString(), "-p", folder.toString(), "-c", "nginx.conf", "-g", "daemon off;")
                .redirectErrorStream(true)
                .redirectOutput(errors.toFile())
                .start();
        RunningNginx nginx = new RunningNginx(process, port, tlsPort, errors);
        Waiting.until("nginx listens", nginx::listens);
        return nginx;
    }

    static String replaced(String text, String what, String by, int times) {
        assertEquals(
                times,
                Pattern.compile(Pattern.quote(what)).matcher(text).results().count(),
                "in conf/nginx.conf: " + what);
        return text.replaceAll(Pattern.quote(what), Matcher.quoteReplacement(by));
    }

    private static String temporaryFiles(Path folder) {
        StringBuilder directives = new StringBuilder();
        for (String kind : List.of("client_body", "proxy", "fastcgi", "uwsgi", "scgi")) {
            directives
                    .append("\n    ")
                    .append(kind)
                    .append("_temp_path ")
                    .append(folder.resolve(kind))
                    .append(';');
        }
        return directives.toString();
    }

    /** Nobody checks it: what is tested is the way through nginx. */
    private static void certify(Path folder) throws IOException {
        Process openssl = new ProcessBuilder(
                        "openssl",
                        "req",
                        "-x509",
                        "-newkey",
                        "rsa:2048",
                        "-nodes",
                        "-days",
                        "2",
                        "-subj",
                        "/CN=localhost",
                        "-keyout",
                        "certificate.key",
                        "-out",
                        "certificate.pem")
                .directory(folder.toFile())
                .redirectErrorStream(true)
                .redirectOutput(new File(folder.toFile(), "openssl.out"))
                .start();
        assertEquals(0, Waiting.await(openssl.onExit()).exitValue(), "openssl makes a certificate");
    }

    /** One that nobody listened on just now. */
    static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    private boolean listens() {
        if (!process.isAlive()) {
            throw new AssertionError("nginx has ended: " + errors());
        }
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            return socket.isConnected();
        } catch (IOException notYet) {
            return false;
        }
    }

    int port() {
        return port;
    }

    int tlsPort() {
        return tlsPort;
    }

    String errors() {
        try {
            return Files.readString(errors);
        } catch (IOException broken) {
            return broken.toString();
        }
    }

    /** SIGTERM: the master ends its workers. */
    @Override
    public void close() {
        process.destroy();
        Waiting.await(process.onExit());
    }
}
