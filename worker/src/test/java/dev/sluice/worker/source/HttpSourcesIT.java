package dev.sluice.worker.source;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sluice.worker.contract.ModelSource;
import dev.sluice.worker.contract.Ticker;
import dev.sluice.worker.digest.FileDigests;
import dev.sluice.worker.source.SourceException.Again;
import io.vertx.core.buffer.Buffer;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Files of a web server that goes wrong in every way: what arrives is what was meant, or nothing. */
class HttpSourcesIT {

    private static final int LENGTH = 300_000;
    private static final byte[] MODEL = Fetches.noise(LENGTH, 1);
    private static final byte[] OTHER = Fetches.noise(LENGTH, 2);

    @TempDir
    private Path directory;

    private Path cache;
    private FileServer server;

    @BeforeEach
    void start() throws Exception {
        cache = directory.resolve("cache");
        server = FileServer.plain();
        server.put("/m", MODEL, "\"one\"");
    }

    @AfterEach
    void stop() throws Exception {
        server.close();
    }

    private static String digest(byte[] content) throws IOException {
        Path file = Files.createTempFile("digest", null);
        try {
            return FileDigests.read(Files.write(file, content), () -> {});
        } finally {
            Files.delete(file);
        }
    }

    private void arrives(byte[] content, String source, String... settings) throws IOException {
        try (ModelSources sources = Fetches.of(cache, settings)) {
            assertArrayEquals(content, Files.readAllBytes(Fetches.fetched(sources, source)));
        }
        assertEquals(0, Fetches.partial(cache).size());
    }

    private SourceException refused(Again again, String source, String... settings) {
        try (ModelSources sources = Fetches.of(cache, settings)) {
            return Fetches.refused(sources, source, again);
        }
    }

    @Test
    void aFileArrivesOnceAndIsKnownByItsDigest() throws IOException {
        arrives(MODEL, server.url("/m"));
        assertTrue(Files.isRegularFile(
                cache.resolve("sha256").resolve(digest(MODEL)).resolve("model.onnx")));
        arrives(MODEL, server.url("/m"));
        arrives(MODEL, server.url("/elsewhere") + " sha256=" + digest(MODEL));
        assertEquals(1, server.asked().size(), "the others need not be asked for");
        arrives(MODEL, server.url("/m?elsewhere"));
        assertEquals(1, Trees.in(cache.resolve("sha256")).size(), "and are there once");
    }

    @Test
    void anArchiveIsUnpackedAndItsOnlyFolderIsTheVersions() throws IOException {
        byte[] zip = Archives.zip(archive -> {
            Archives.file(archive, "digits-3/model.onnx", MODEL);
            Archives.file(archive, "digits-3/golden/zero.json", "{}".getBytes(StandardCharsets.UTF_8));
        });
        server.put("/m.zip", zip, "");
        arrives(MODEL, server.url("/m.zip"));
        Path folder = cache.resolve("sha256").resolve(digest(zip));
        assertEquals("{}", Files.readString(folder.resolve("golden/zero.json")));
        server.put("/none.zip", Archives.zip(archive -> Archives.file(archive, "net.onnx", MODEL)), "");
        assertTrue(refused(Again.NEVER, server.url("/none.zip"))
                .getMessage()
                .contains("no model.onnx; it has [net.onnx]"));
        assertEquals(0, Fetches.partial(cache).size());
    }

    @Test
    void aCutOffDownloadGoesOnWhereItEnded() throws IOException {
        server.onceOnly("/m", 100_000, true);
        assertTrue(refused(Again.SOON, server.url("/m")).getMessage().contains("broke off"));
        long there = Fetches.partial(cache).stream()
                .mapToLong(file -> file.toFile().length())
                .max()
                .orElseThrow();
        assertTrue(there > 0 && there <= 100_000, there + " bytes");
        arrives(MODEL, server.url("/m"));
        FileServer.Asked second = server.asked().getLast();
        assertEquals("bytes=" + there + "-", second.range());
        assertEquals("\"one\"", second.ifRange());
    }

    @Test
    void whatHasBecomeAnotherFileIsReadFromItsBeginning() throws IOException {
        server.onceOnly("/m", 100_000, true);
        refused(Again.SOON, server.url("/m"));
        server.put("/m", OTHER, "\"two\"");
        arrives(OTHER, server.url("/m"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "W/\"one\""})
    void withoutAStrongTagNothingIsPutTogether(String tag) throws IOException {
        server.put("/m", MODEL, tag);
        server.onceOnly("/m", 100_000, true);
        refused(Again.SOON, server.url("/m"));
        arrives(MODEL, server.url("/m"));
        assertNull(server.asked().getLast().range());
    }

    @Test
    void halvesThatDoNotBelongTogetherAreReadAgain() throws IOException {
        String source = server.url("/m") + " sha256=" + digest(OTHER);
        server.onceOnly("/m", 100_000, true);
        refused(Again.SOON, source);
        server.put("/m", OTHER, "\"one\""); // which lies
        assertTrue(refused(Again.SOON, source).getMessage().contains("read again"));
        arrives(OTHER, source);
    }

    @Test
    void aRangeThatIsNotThereIsNotTaken() throws IOException {
        server.onceOnly("/m", 100_000, true);
        refused(Again.SOON, server.url("/m"));
        server.onceStatus("/m", 416);
        arrives(MODEL, server.url("/m"));
        assertNull(server.asked().getLast().range());
    }

    @Test
    void anotherRangeThanAskedForIsRefused() throws IOException {
        server.onceOnly("/m", 100_000, true);
        refused(Again.SOON, server.url("/m"));
        server.once(
                "/m",
                request -> request.response()
                        .setStatusCode(206)
                        .putHeader("content-range", "bytes 7-299999/300000")
                        .end("x"));
        assertTrue(refused(Again.SOON, server.url("/m")).getMessage().contains("another range"));
        arrives(MODEL, server.url("/m"));
    }

    @Test
    void silenceIsAStall() {
        server.onceOnly("/m", 100_000, false);
        assertTrue(refused(Again.SOON, server.url("/m"), "idle_timeout=200ms")
                .getMessage()
                .contains("less than a KiB a second"));
    }

    @Test
    void theWrongBytesAreRefusedAndNothingOfThemStays() throws IOException {
        String wrong = "0".repeat(64);
        assertTrue(refused(Again.NEVER, server.url("/m") + " sha256=" + wrong)
                .getMessage()
                .contains("has the sha256 " + digest(MODEL) + " and not " + wrong));
        assertEquals(0, Fetches.partial(cache).size());
        assertEquals(0, Trees.in(cache.resolve("sha256")).size());
    }

    @Test
    void aVersionDoesNotChangeUnlessSomebodySaysSo() throws IOException {
        arrives(MODEL, server.url("/m"));
        Trees.delete(cache.resolve("sha256"));
        server.put("/m", OTHER, "\"two\"");
        assertTrue(refused(Again.NEVER, server.url("/m")).getMessage().contains("when it was first read"));
        arrives(OTHER, server.url("/m") + " sha256=" + digest(OTHER));
    }

    @ParameterizedTest
    @CsvSource({"404, LATER", "403, LATER", "500, SOON", "503, SOON", "429, SOON", "204, LATER"})
    void whatTheServerSaysIsSaid(int status, Again again) {
        server.onceStatus("/m", status);
        assertTrue(refused(again, server.url("/m")).getMessage().contains("status " + status));
    }

    @Test
    void aServerSaysHowLongItWantsToBeLeftAlone() {
        server.onceStatus("/m", 503, "retry-after", "17");
        assertEquals(
                Duration.ofSeconds(17), refused(Again.SOON, server.url("/m")).after());
        server.onceStatus("/m", 503, "retry-after", "Wed, 21 Oct 2015 07:28:00 GMT");
        assertEquals(Duration.ZERO, refused(Again.SOON, server.url("/m")).after());
        server.onceStatus("/m", 503, "retry-after", "999999999");
        assertEquals(Duration.ofHours(1), refused(Again.SOON, server.url("/m")).after());
        server.onceStatus("/m", 503, "retry-after", "soon");
        assertEquals(Duration.ZERO, refused(Again.SOON, server.url("/m")).after());
    }

    @Test
    void whatIsTooLongIsRefusedBeforeAndWhileItComes() {
        assertTrue(refused(Again.NEVER, server.url("/m"), "max_download=100KiB")
                .getMessage()
                .contains("max_download"));
        server.once("/m", request -> {
            request.response().setChunked(true);
            request.response().end(Buffer.buffer(MODEL));
        });
        assertTrue(refused(Again.NEVER, server.url("/m"), "max_download=100KiB")
                .getMessage()
                .contains("max_download"));
    }

    @Test
    void redirectsAreFollowedAndSecretsStayWithTheirServer() throws Exception {
        try (FileServer other = FileServer.plain()) {
            other.put("/there", MODEL, "");
            server.onceStatus("/m", 302, "location", other.url("/there?signature=secret"));
            arrives(MODEL, "http://user:secret@127.0.0.1:" + server.port() + "/m?token=secret");
            assertEquals("Basic dXNlcjpzZWNyZXQ=", server.asked().getFirst().authorization());
            assertNull(other.asked().getFirst().authorization());
        }
    }

    @Test
    void redirectsEndAndLeadNowhereElse() {
        for (int i = 0; i < 6; i++) {
            server.onceStatus("/m", 307, "location", "/m?round=" + i);
        }
        assertTrue(refused(Again.NEVER, server.url("/m")).getMessage().contains("redirects more than 5 times"));
        for (String location :
                new String[] {"file:///etc/passwd", "ftp://127.0.0.1/m", "https:///m", "a b", "jar:x!/y"}) {
            server.onceStatus("/m", 301, "location", location);
            refused(Again.NEVER, server.url("/m"));
        }
        server.onceStatus("/m", 301, "location", "http://169.254.169.254/latest/meta-data/");
        assertTrue(refused(Again.NEVER, server.url("/m")).getMessage().contains("metadata"));
    }

    @Test
    void plainTextAndThisMachineAreRefusedUnlessAllowed() {
        assertTrue(refused(Again.NEVER, server.url("/m"), "allow_http=false")
                .getMessage()
                .contains("worker.sources.allow_http"));
        assertTrue(refused(Again.NEVER, server.url("/m"), "allow_private=false")
                .getMessage()
                .contains("worker.sources.allow_private"));
        assertTrue(refused(Again.NEVER, server.url("localhost", "/m"), "allow_private=false")
                .getMessage()
                .contains("worker.sources.allow_private"));
        assertEquals(0, server.asked().size());
    }

    @Test
    void aNameThatLeadsToOneForbiddenAddressIsRefused() {
        SourceRules.Names names =
                host -> new InetAddress[] {InetAddress.getByName("93.184.216.34"), InetAddress.getByName("10.0.0.1")};
        try (ModelSources sources = new ModelSources(
                Fetches.options(cache, "allow_private=false"), InstantSource.system(), Ticker.SYSTEM, names)) {
            SourceException refused = Fetches.refused(sources, "https://example.org/m", Again.NEVER);
            assertTrue(refused.getMessage().contains("10.0.0.1"), refused.getMessage());
        }
    }

    @Test
    void aNameThatLeadsElsewhereOnceItHasBeenCheckedIsRefusedBeforeAnythingIsSaid() throws Exception {
        Path keys = Certificates.make(directory, "localhost");
        SourceRules.Names harmless = host -> new InetAddress[] {InetAddress.getByName("93.184.216.34")};
        try (FileServer secure = FileServer.secure(keys, Certificates.PASSWORD);
                ModelSources sources = new ModelSources(
                        Fetches.options(cache, "allow_private=false", "ca_file=" + Certificates.authority(directory)),
                        InstantSource.system(),
                        Ticker.SYSTEM,
                        harmless)) {
            SourceException refused = Fetches.refused(sources, secure.url("localhost", "/m"), Again.NEVER);
            assertTrue(refused.getMessage().contains("allow_private"), refused.getMessage());
            assertEquals(0, secure.asked().size());
        }
    }

    @Test
    void whoIsNotWhoTheySayAreNotBelieved() throws Exception {
        Path keys = Certificates.make(directory, "localhost");
        String authority = "ca_file=" + Certificates.authority(directory);
        try (FileServer secure = FileServer.secure(keys, Certificates.PASSWORD)) {
            secure.put("/m", MODEL, "");
            refused(Again.SOON, secure.url("localhost", "/m"));
            refused(Again.SOON, secure.url("127.0.0.1", "/m"), authority);
            assertEquals(0, secure.asked().size());
            arrives(MODEL, secure.url("localhost", "/m"), authority);
            secure.onceStatus("/m", 302, "location", server.url("/m"));
            secure.put("/m", OTHER, "");
            try (ModelSources sources = Fetches.of(directory.resolve("empty"), authority)) {
                SourceException refused = Fetches.refused(sources, secure.url("localhost", "/m"), Again.NEVER);
                assertTrue(refused.getMessage().contains("not as safe"), refused.getMessage());
            }
        }
    }

    @Test
    void nobodyThereIsTriedAgain() throws Exception {
        int port = server.port();
        server.close();
        refused(Again.SOON, "http://127.0.0.1:" + port + "/m?key=secret");
        refused(Again.SOON, "http://no-such-host.invalid/m?key=secret");
    }

    @Test
    void whatIsNotWantedAnyMoreEndsAndStays() throws Exception {
        CountDownLatch sent = new CountDownLatch(1);
        server.once("/m", request -> {
            request.response()
                    .putHeader("content-length", Integer.toString(LENGTH))
                    .putHeader("etag", "\"one\"");
            request.response().write(Buffer.buffer(MODEL).slice(0, 100_000)).onComplete(written -> sent.countDown());
        });
        Transfer transfer = new Transfer();
        try (ModelSources sources = Fetches.of(cache, "idle_timeout=2s")) {
            ModelSource source = ModelSource.parse(server.url("/m"));
            CompletableFuture<?> fetch = CompletableFuture.supplyAsync(() -> {
                try {
                    return sources.fetch(source, transfer);
                } catch (SourceException ended) {
                    throw new CompletionException(ended);
                }
            });
            assertTrue(sent.await(30, TimeUnit.SECONDS));
            transfer.end();
            ExecutionException ended = assertThrows(ExecutionException.class, () -> fetch.get(30, TimeUnit.SECONDS));
            assertTrue(String.valueOf(ended.getCause()).endsWith("it is not wanted any more"));
            assertArrayEquals(MODEL, Files.readAllBytes(Fetches.fetched(sources, server.url("/m"))));
        }
    }

    @Test
    void twoThatWantTheSameGetItOnce() throws Exception {
        server.onceOnly("/m", 100_000, false);
        try (ModelSources sources = Fetches.of(cache, "idle_timeout=2s")) {
            Transfer transfer = new Transfer();
            ModelSource source = ModelSource.parse(server.url("/m"));
            CompletableFuture<Void> first = CompletableFuture.runAsync(
                    () -> assertThrows(SourceException.class, () -> sources.fetch(source, transfer)));
            while (server.asked().isEmpty()) {
                Thread.onSpinWait();
            }
            Fetches.refused(sources, server.url("/m"), Again.TAKEN);
            transfer.end();
            first.get(30, TimeUnit.SECONDS);
            arrives(MODEL, server.url("/m"));
        }
    }
}
