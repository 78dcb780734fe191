package dev.sluice.worker.source;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.sluice.worker.contract.ModelSource;
import dev.sluice.worker.digest.FileDigests;
import dev.sluice.worker.source.SourceException.Again;
import java.io.BufferedReader;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.s3.S3Client;

/** Objects of a server that speaks S3 (moto, which .ci/run installs; without it these are skipped). */
class S3SourcesIT {

    private static final Path PYTHON = Path.of("..", "target", "moto", "bin", "python");
    private static final String SERVE = """
            from moto.server import ThreadedMotoServer
            import sys
            server = ThreadedMotoServer(ip_address='127.0.0.1', port=0)
            server.start()
            print('Running on http://%s:%d' % server.get_host_and_port(), flush=True)
            sys.stdin.read()
            """;
    private static final Pattern LISTENS = Pattern.compile("Running on (http://127\\.0\\.0\\.1:[0-9]+)");
    private static final byte[] MODEL = Fetches.noise(200_000, 1);

    private static Process process;
    private static String endpoint;
    private static S3Client writer;

    @TempDir
    private Path directory;

    private Path cache;

    @BeforeAll
    static void start() throws IOException {
        assumeTrue(Files.isExecutable(PYTHON), PYTHON + " is not here: the tests with a server of S3 are skipped");
        process = new ProcessBuilder(PYTHON.toString(), "-c", SERVE)
                .redirectErrorStream(true)
                .start();
        BufferedReader said = process.inputReader(StandardCharsets.UTF_8);
        endpoint = "";
        String line = said.readLine();
        for (; line != null && endpoint.isEmpty(); line = endpoint.isEmpty() ? said.readLine() : line) {
            Matcher listens = LISTENS.matcher(line);
            endpoint = listens.matches() ? listens.group(1) : "";
        }
        Thread.startVirtualThread(() -> said.lines().forEach(rest -> {}));
        System.setProperty("aws.accessKeyId", "key"); // one of the places where credentials are looked for
        System.setProperty("aws.secretAccessKey", "secret");
        writer = S3Client.builder()
                .httpClientBuilder(UrlConnectionHttpClient.builder())
                .endpointOverride(URI.create(endpoint))
                .region(Region.US_EAST_1)
                .forcePathStyle(true)
                .build();
        writer.createBucket(bucket -> bucket.bucket("models"));
        put("digits/1.onnx", MODEL);
        put("digits/2/model.onnx", MODEL);
        put("digits/2/golden/zero.json", "{}".getBytes(StandardCharsets.UTF_8));
        put("digits/2/", new byte[0]);
        put("evil/../../x", MODEL);
    }

    @AfterAll
    static void stop() throws Exception {
        if (process != null) {
            writer.close();
            System.clearProperty("aws.accessKeyId");
            System.clearProperty("aws.secretAccessKey");
            process.getOutputStream().close();
            process.waitFor();
        }
    }

    @BeforeEach
    void place() {
        cache = directory.resolve("cache");
    }

    private static void put(String key, byte[] content) {
        writer.putObject(object -> object.bucket("models").key(key), RequestBody.fromBytes(content));
    }

    private ModelSources sources(String... more) {
        String[] settings = new String[more.length + 3];
        settings[0] = "s3.endpoint=" + endpoint;
        settings[1] = "s3.region=us-east-1";
        settings[2] = "s3.path_style=true";
        System.arraycopy(more, 0, settings, 3, more.length);
        return Fetches.of(cache, settings);
    }

    @Test
    void anObjectArrives() throws IOException {
        try (ModelSources sources = sources("allow_http=false", "allow_private=false")) {
            assertArrayEquals(MODEL, Files.readAllBytes(Fetches.fetched(sources, "s3://models/digits/1.onnx")));
        }
    }

    @Test
    void withoutCredentialsWhatIsPublicArrivesAndNothingElse() throws IOException {
        writer.putObject(
                object -> object.bucket("models").key("public.onnx").acl("public-read"), RequestBody.fromBytes(MODEL));
        try (ModelSources sources = sources("s3.anonymous=true")) {
            assertArrayEquals(MODEL, Files.readAllBytes(Fetches.fetched(sources, "s3://models/public.onnx")));
            Fetches.refused(sources, "s3://models/digits/1.onnx", Again.LATER);
        }
    }

    @Test
    void aPrefixIsAFolderAndItsDigestThatOfItsList() throws IOException {
        try (ModelSources sources = sources()) {
            Path model = Fetches.fetched(sources, "s3://models/digits/2/");
            assertArrayEquals(MODEL, Files.readAllBytes(model));
            assertEquals("{}", Files.readString(model.resolveSibling("golden/zero.json")));
            String list = FileDigests.of("{}") + "  golden/zero.json\n" + FileDigests.read(model, () -> {})
                    + "  model.onnx\n";
            assertEquals(
                    FileDigests.of(list), model.resolveSibling("").getFileName().toString());
        }
    }

    @Test
    void whatHasComeIsNotFetchedAgain() throws IOException {
        try (ModelSources sources = sources("max_download=150000B")) {
            Fetches.refused(sources, "s3://models/digits/1.onnx", Again.NEVER);
        }
        Path draft = cache.resolve("partial").resolve(FileDigests.of("s3://models/digits/1.onnx"));
        Path file = Files.createDirectories(draft).resolve(FileDigests.of(""));
        String tag = writer.headObject(object -> object.bucket("models").key("digits/1.onnx"))
                .eTag();
        Files.write(file, Arrays.copyOf(MODEL, 120_000));
        Files.writeString(file.resolveSibling(file.getFileName() + ".note"), tag + "\n" + MODEL.length + "\n");
        Transfer transfer = new Transfer();
        try (ModelSources sources = sources();
                ModelSources.Fetched fetched =
                        sources.fetch(ModelSource.parse("s3://models/digits/1.onnx"), transfer)) {
            assertArrayEquals(MODEL, Files.readAllBytes(fetched.modelFile()));
            assertEquals(MODEL.length - 120_000, transfer.received());
        }
    }

    @Test
    void whatIsNotThereIsSaid() {
        try (ModelSources sources = sources()) {
            String missing = String.valueOf(Fetches.refused(sources, "s3://models/none.onnx", Again.LATER)
                    .getMessage());
            assertTrue(missing.startsWith("s3://models/none.onnx answers with status 404"), missing);
            Fetches.refused(sources, "s3://nobucket/x", Again.LATER);
            Fetches.refused(sources, "s3://models/nothing/", Again.LATER);
        }
    }

    @Test
    void namesThatLeadOutAndTooManyAreRefused() {
        try (ModelSources sources = sources("max_entries=1")) {
            Fetches.refused(sources, "s3://models/evil/", Again.NEVER);
            Fetches.refused(sources, "s3://models/digits/2/", Again.NEVER);
        }
    }
}
