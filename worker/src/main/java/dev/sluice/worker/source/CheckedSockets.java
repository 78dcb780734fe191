package dev.sluice.worker.source;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Proxy;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.util.Arrays;
import java.util.Collection;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocketFactory;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509TrustManager;
import org.jspecify.annotations.Nullable;

/**
 * Makes the sockets of TLS, and looks at whom they are connected to before anything is said.
 *
 * @thread any
 */
final class CheckedSockets {

    private final SourceRules rules;
    private final SSLSocketFactory tls;

    private CheckedSockets(SourceRules rules, SSLSocketFactory tls) {
        this.rules = rules;
        this.tls = tls;
    }

    /**
     * @param caFile more authorities that are believed, or {@link SourceOptions#NO_FILE}
     * @throws IOException where that is of no use, with a message for people
     */
    static CheckedSockets of(SourceRules rules, Path caFile) throws IOException {
        if (caFile.equals(SourceOptions.NO_FILE)) {
            return believingWhatJavaDoes(rules);
        }
        try (InputStream pem = Files.newInputStream(caFile)) {
            KeyStore believed = KeyStore.getInstance(KeyStore.getDefaultType());
            believed.load(null, null);
            int number = 0;
            for (X509TrustManager known : managers(null)) {
                for (Certificate authority : known.getAcceptedIssuers()) {
                    believed.setCertificateEntry("known" + number++, authority);
                }
            }
            Collection<? extends Certificate> more =
                    CertificateFactory.getInstance("X.509").generateCertificates(pem);
            if (more.isEmpty()) {
                throw new IOException("there is no certificate in it");
            }
            for (Certificate authority : more) {
                believed.setCertificateEntry("added" + number++, authority);
            }
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(null, managers(believed), null);
            return new CheckedSockets(rules, context.getSocketFactory());
        } catch (GeneralSecurityException | IOException useless) {
            throw new IOException("worker.sources.ca_file " + caFile + " is of no use: " + useless, useless);
        }
    }

    /** By the authorities of the Java runtime alone. */
    static CheckedSockets believingWhatJavaDoes(SourceRules rules) {
        return new CheckedSockets(rules, (SSLSocketFactory) SSLSocketFactory.getDefault());
    }

    private static X509TrustManager[] managers(@Nullable KeyStore believed) throws GeneralSecurityException {
        TrustManagerFactory factory = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        factory.init(believed);
        return Arrays.stream(factory.getTrustManagers())
                .filter(X509TrustManager.class::isInstance)
                .toArray(X509TrustManager[]::new);
    }

    /** For connections to that host, one of which is checked for each. */
    SSLSocketFactory checking(String host) {
        return new Checking(host);
    }

    /**
     * Takes over sockets that are connected, which is how {@link javax.net.ssl.HttpsURLConnection} uses it.
     *
     * @thread that of its one connection
     */
    private final class Checking extends SSLSocketFactory {

        private final String host;
        private SourceException refusal = SourceException.never("a connection must be made before it is secured");

        Checking(String host) {
            this.host = host;
        }

        @Override
        public Socket createSocket(Socket connected, String name, int port, boolean autoClose) throws IOException {
            try {
                rules.checkAddress(host, connected.getInetAddress());
            } catch (SourceException forbidden) {
                refusal = forbidden;
                throw forbidden;
            }
            return tls.createSocket(connected, name, port, autoClose);
        }

        /** Of no address yet: then the connection is made by who asked, and comes back as one. */
        @Override
        public Socket createSocket() throws IOException {
            return new Socket(Proxy.NO_PROXY);
        }

        /** What the client tries when it has been refused a first time. */
        @Override
        public Socket createSocket(String name, int port) throws IOException {
            throw refusal;
        }

        @Override
        public Socket createSocket(String name, int port, InetAddress local, int localPort) throws IOException {
            throw refusal;
        }

        @Override
        public Socket createSocket(InetAddress address, int port) throws IOException {
            throw refusal;
        }

        @Override
        public Socket createSocket(InetAddress address, int port, InetAddress local, int localPort) throws IOException {
            throw refusal;
        }

        @Override
        public String[] getDefaultCipherSuites() {
            return tls.getDefaultCipherSuites();
        }

        @Override
        public String[] getSupportedCipherSuites() {
            return tls.getSupportedCipherSuites();
        }
    }
}
