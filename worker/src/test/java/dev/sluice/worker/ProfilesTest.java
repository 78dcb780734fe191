package dev.sluice.worker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.sluice.worker.batch.DeviceTurns;
import dev.sluice.worker.batch.LatencyPoint;
import dev.sluice.worker.batch.PatientShare;
import dev.sluice.worker.breaker.BreakerOptions;
import dev.sluice.worker.contract.DataType;
import dev.sluice.worker.contract.Shape;
import dev.sluice.worker.contract.Signature;
import dev.sluice.worker.contract.TensorSpec;
import dev.sluice.worker.drift.DriftOptions;
import dev.sluice.worker.fake.FakeInstance;
import dev.sluice.worker.fake.FakeTicker;
import dev.sluice.worker.settings.Settings;
import dev.sluice.worker.source.SourceOptions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a start keeps for the next one, and that nothing of it can stop a start. */
class ProfilesTest {

    private static final int MAX_ROWS = 4;
    private static final List<Integer> TWICE_EACH = List.of(1, 1, 2, 2, 4, 4);

    /** Two runs of each size to find the useful ones, and four rounds. */
    private static final int RUNS_TO_MEASURE = 3 * (2 + 4);

    @TempDir
    private Path temporary;

    private Path model;
    private Path cache;
    private final FakeTicker ticker = new FakeTicker();
    private final List<Integer> ran = new ArrayList<>();

    @BeforeEach
    void writeModel() throws IOException {
        model = Files.writeString(temporary.resolve("model.onnx"), "a model");
        cache = temporary.resolve("cache").resolve("profiles");
    }

    private static WorkerOptions options(Duration budget) {
        Path none = Path.of("none");
        BreakerOptions breaker = Settings.of(BreakerOptions.class).load();
        ControlOptions control = Settings.of(ControlOptions.class).load();
        DriftOptions drift = Settings.of(DriftOptions.class).load();
        return new WorkerOptions(
                List.of(none),
                1,
                0,
                1,
                MAX_ROWS,
                1,
                budget,
                "none",
                0,
                Duration.ofSeconds(1),
                breaker,
                control,
                drift,
                Settings.of(PipelineOptions.class).load(),
                Settings.of(SourceOptions.class).load(),
                new OptimizedModelOptions("none", 0),
                Path.of("none"));
    }

    private Profiles profiles() {
        return new Profiles(options(Duration.ofMinutes(1)), "engine 1", Optional.of(new ProfileCache(cache)));
    }

    private WarmUp warmUp() {
        ran.clear();
        return warmUp(ticker, ran);
    }

    private static WarmUp warmUp(FakeTicker ticker, List<Integer> ran) {
        return warmUp(ticker, ran, 1);
    }

    private static WarmUp warmUp(FakeTicker ticker, List<Integer> ran, int slower) {
        Signature signature = new Signature(
                List.of(new TensorSpec("x", DataType.FP32, new Shape(-1, 1))),
                List.of(new TensorSpec("y", DataType.FP32, new Shape(-1, 1))),
                true);
        FakeInstance instance = new FakeInstance(inputs -> {
            int rows = (int) inputs.getFirst().rows();
            ran.add(rows);
            ticker.advance(slower * (1_000 + 10L * rows));
            return List.of();
        });
        PatientShare device = new PatientShare(new DeviceTurns.Stake(new DeviceTurns(1), 1));
        return new WarmUp(instance, signature, device, ticker);
    }

    private List<LatencyPoint> start() {
        return start(profiles());
    }

    private List<LatencyPoint> start(Profiles profiles) {
        return profiles.of(model, 1, MAX_ROWS, warmUp());
    }

    private void assertMeasured() {
        assertEquals(RUNS_TO_MEASURE, ran.size());
    }

    private Path onlyFile() throws IOException {
        try (Stream<Path> files = Files.list(cache)) {
            List<Path> all = files.toList();
            assertEquals(1, all.size(), all.toString());
            return all.getFirst();
        }
    }

    @Test
    void theSecondStartRunsEachSizeTwiceAndKnowsTheSame() {
        List<LatencyPoint> measured = start();
        assertMeasured();
        assertEquals(15, measured.size());
        assertEquals(measured, start());
        assertEquals(TWICE_EACH, ran);
    }

    @Test
    void anotherModelIsMeasured() throws IOException {
        start();
        Files.writeString(model, "b model");
        start();
        assertMeasured();
    }

    @Test
    void otherCircumstancesAreMeasured() {
        start();
        profiles().of(model, 2, MAX_ROWS, warmUp());
        assertMeasured();
        profiles().of(model, 1, 2 * MAX_ROWS - 1, warmUp());
        assertMeasured();
        start(new Profiles(options(Duration.ofMinutes(2)), "engine 1", Optional.of(new ProfileCache(cache))));
        assertMeasured();
        start(new Profiles(options(Duration.ofMinutes(1)), "engine 2", Optional.of(new ProfileCache(cache))));
        assertMeasured();
        start();
        assertEquals(TWICE_EACH, ran);
    }

    /** Also where the budget does not last for a run of each size. */
    @Test
    void aProfileThatIsKnownKeepsToTheBudget() {
        List<LatencyPoint> measured = start();
        warmUp().repeat(measured, Duration.ofNanos(1));
        assertEquals(List.of(1), ran);
    }

    @Test
    void whatWasMeasuredOnABusyMachineIsMeasuredAgainOnAnIdleOne() {
        profiles().of(model, 1, MAX_ROWS, warmUp(ticker, ran, 3));
        List<LatencyPoint> idle = start();
        assertEquals(1 + 1 + RUNS_TO_MEASURE, ran.size());
        assertEquals(1_010, idle.getFirst().nanos());
        assertEquals(idle, profiles().of(model, 1, MAX_ROWS, warmUp(ticker, ran, 3)), "a busy machine changes nothing");
        assertEquals(idle, start());
    }

    @Test
    void aProfileThatWasCutShortIsUsedAndNotKept() {
        Profiles hasty =
                new Profiles(options(Duration.ofNanos(4_000)), "engine 1", Optional.of(new ProfileCache(cache)));
        assertEquals(
                List.of(1, 2), start(hasty).stream().map(LatencyPoint::rows).toList());
        assertTrue(Files.notExists(cache));
    }

    @Test
    void whateverIsWrongWithAFileItIsMeasuredAgainAndMended() throws IOException {
        List<LatencyPoint> measured = start();
        String whole = Files.readString(onlyFile());
        List<String> broken = List.of(
                "",
                "\n",
                "rubbish",
                whole.substring(0, whole.length() - 1),
                whole.substring(0, whole.indexOf("points")),
                whole.replace("points 15", "points 0").substring(0, whole.indexOf("points") + 9),
                whole.replaceFirst("1 1010\n", ""),
                whole.replaceFirst("1 1010", "1 -1010"),
                whole.replaceFirst("1 1010", "0 1010"),
                whole.replaceFirst("1 1010", "1 x"),
                whole.replaceFirst("1 1010", "1"),
                whole.replaceFirst("1 1010", "1 99999999999999999999"),
                whole.replaceFirst("model .", "model x"),
                whole + whole,
                whole + " ".repeat(100_000));
        for (String text : broken) {
            assertNotEquals(whole, text);
            Files.writeString(onlyFile(), text);
            assertEquals(measured, start(), text);
            assertMeasured();
            assertEquals(whole, Files.readString(onlyFile()));
        }
    }

    @Test
    void bytesThatAreNoTextAreNoProfile() throws IOException {
        start();
        Files.write(onlyFile(), new byte[] {(byte) 0xff, (byte) 0xfe, 0});
        start();
        assertMeasured();
    }

    @Test
    void aFolderInItsPlaceIsNoProfile() throws IOException {
        start();
        Path file = onlyFile();
        Files.delete(file);
        Files.createDirectories(file.resolve("inside"));
        assertEquals(15, start().size());
        assertMeasured();
        assertEquals(file, onlyFile(), "a draft was left behind");
    }

    @Test
    void withoutARightToWriteItIsMeasuredAtEachStart() throws IOException {
        Files.createDirectories(cache);
        Files.setPosixFilePermissions(cache, PosixFilePermissions.fromString("r-xr-xr-x"));
        assumeTrue(!Files.isWritable(cache), "root may write anywhere");
        assertEquals(15, start().size());
        assertEquals(15, start().size());
        assertMeasured();
    }

    /** What a read-only directory is to others, a file in its way is to root as well. */
    @Test
    void whereNoDirectoryCanBeMadeItIsMeasuredAtEachStart() throws IOException {
        Files.writeString(temporary.resolve("cache"), "in the way");
        Profiles profiles = profiles();
        assertEquals(15, start(profiles).size());
        assertEquals(15, start(profiles).size());
        assertMeasured();
    }

    @Test
    void aModelFileThatHasGoneIsNoReasonToStop() throws IOException {
        Files.delete(model);
        assertEquals(15, start().size());
    }

    @Test
    void whatCouldNotBeMeasuredIsNotKept() {
        assertEquals(
                List.of(),
                start(new Profiles(options(Duration.ZERO), "engine 1", Optional.of(new ProfileCache(cache)))));
        assertEquals(List.of(), ran);
        assertTrue(Files.notExists(cache));
    }

    @Test
    void startsAtTheSameTimeDoNotDisturbEachOther() throws Exception {
        List<LatencyPoint> measured = start();
        Path file = onlyFile();
        Files.delete(file);
        int starts = 8;
        CountDownLatch together = new CountDownLatch(starts);
        Callable<List<LatencyPoint>> one = () -> {
            WarmUp warmUp = warmUp(new FakeTicker(), new ArrayList<>());
            together.countDown();
            together.await();
            List<LatencyPoint> last = List.of();
            for (int again = 0; again < 50; again++) {
                last = profiles().of(model, 1, MAX_ROWS, warmUp);
                assertEquals(measured, last);
                Files.deleteIfExists(file);
            }
            return last;
        };
        try (ExecutorService threads = Executors.newFixedThreadPool(starts)) {
            for (Future<List<LatencyPoint>> start : threads.invokeAll(Collections.nCopies(starts, one))) {
                assertEquals(measured, start.get());
            }
        }
        start();
        onlyFile();
    }
}
