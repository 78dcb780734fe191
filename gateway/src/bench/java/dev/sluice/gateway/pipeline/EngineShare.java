package dev.sluice.gateway.pipeline;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.OrtSession.SessionOptions;
import ai.onnxruntime.TensorInfo;
import java.io.IOException;
import java.lang.management.CompilationMXBean;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * What share of ONNX Runtime's speed in a loop comes through the pipeline, in one process and in windows that take
 * turns, so that whatever else the machine has to do hits both alike.
 *
 * <p>To be run in the directory of the launcher, with a model's folder, the largest batch, requests in flight, rounds,
 * and seconds for each window: {@code EngineShare conf/models/digits 32 256 9 2}.
 *
 * <p>A heavy model's requests are so few that the gateway's code would be interpreted, and then compiled, for minutes; so
 * the small network is served first until the compiler rests. What the threads of each kind take says where the rest goes.
 *
 * @thread main; the loop's callers are its own
 */
public final class EngineShare {

    private static final int[] LOOP_ROWS = {1, 2, 4, 8};

    private static final Path SMALL = Path.of("loadtest/models/mlp");

    private static final int MOST_WARM_UPS = 40;

    private final ExecutorService callers;
    private final Map<String, List<Window>> windows = new LinkedHashMap<>();

    private EngineShare(int callers) {
        this.callers = Executors.newFixedThreadPool(callers);
    }

    /** What a window came to. */
    private record Window(double rowsPerSecond, Map<String, Double> cpuMicrosPerRow) {

        double cpuMicrosPerRow(String thread) {
            return cpuMicrosPerRow.getOrDefault(thread, 0.0);
        }

        double allCpuMicrosPerRow() {
            return cpuMicrosPerRow.values().stream().mapToDouble(micros -> micros).sum();
        }
    }

    /** Something that computes rows for that long and says how many. */
    private interface Work {

        long rows(long nanos) throws Exception;
    }

    private void measure(String name, Work work, long nanos) throws Exception {
        Map<String, Long> before = threadNanos();
        long start = System.nanoTime();
        long rows = work.rows(nanos);
        double seconds = (System.nanoTime() - start) / 1e9;
        Map<String, Double> cpuMicros = new TreeMap<>();
        threadNanos().forEach((thread, total) ->
                cpuMicros.put(thread, (total - before.getOrDefault(thread, 0L)) / 1e3 / rows));
        windows.computeIfAbsent(name, first -> new ArrayList<>()).add(new Window(rows / seconds, cpuMicros));
    }

    /** As many callers as cores, on one session with one thread for each call: the fastest way there is to call it. */
    private long loop(OrtSession session, int rows, long nanos) throws Exception {
        long end = System.nanoTime() + nanos;
        List<Callable<Long>> loops = new ArrayList<>();
        for (int caller = 0; caller < Runtime.getRuntime().availableProcessors(); caller++) {
            loops.add(() -> callUntil(session, rows, end));
        }
        long calls = 0;
        for (Future<Long> loop : callers.invokeAll(loops)) {
            calls += loop.get();
        }
        return calls * rows;
    }

    private long callUntil(OrtSession session, int rows, long end) throws OrtException {
        String input = session.getInputNames().iterator().next();
        TensorInfo info = (TensorInfo) session.getInputInfo().values().iterator().next().getInfo();
        long[] shape = info.getShape();
        shape[0] = rows;
        FloatBuffer values = values(shape);
        long calls = 0;
        do {
            try (OnnxTensor tensor = OnnxTensor.createTensor(OrtEnvironment.getEnvironment(), values, shape);
                    OrtSession.Result result = session.run(Map.of(input, tensor))) {
                ((OnnxTensor) result.get(0)).getFloatBuffer();
            }
            calls++;
        } while (System.nanoTime() - end < 0);
        return calls;
    }

    private static FloatBuffer values(long[] shape) {
        int elements = 1;
        for (long dimension : shape) {
            elements = Math.multiplyExact(elements, Math.toIntExact(dimension));
        }
        FloatBuffer values = ByteBuffer.allocateDirect(elements * Float.BYTES)
                .order(ByteOrder.nativeOrder())
                .asFloatBuffer();
        for (int i = 0; i < elements; i++) {
            values.put(i, i % 17 / 16f);
        }
        return values;
    }

    /** Until hardly anything is compiled in a second any more. */
    private static void warmUp() {
        CompilationMXBean compiler = ManagementFactory.getCompilationMXBean();
        try (OpenPipeline small = new OpenPipeline(SMALL, 0, 1)) {
            long compiled = Long.MIN_VALUE;
            for (int i = 0; i < MOST_WARM_UPS && compiler.getTotalCompilationTime() - compiled > 100; i++) {
                compiled = compiler.getTotalCompilationTime();
                run(small, 4, 1_000_000_000);
            }
        }
    }

    /** CPU time of threads by their names without numbers: the loop's, the instances', event loops, the compiler's. */
    private static Map<String, Long> threadNanos() throws IOException {
        Map<String, Long> nanos = new TreeMap<>();
        try (DirectoryStream<Path> threads = Files.newDirectoryStream(Path.of("/proc/self/task"))) {
            for (Path thread : threads) {
                String name = Files.readString(thread.resolve("comm")).strip().replaceAll("[0-9]+", "");
                String ran = Files.readString(thread.resolve("schedstat")).split(" ")[0];
                nanos.merge(name, Long.parseLong(ran), Long::sum);
            }
        }
        return nanos;
    }

    @SuppressWarnings("SystemOut") // the results of a command are its output
    private void report() {
        double best = windows.entrySet().stream()
                .filter(entry -> entry.getKey().startsWith("loop"))
                .mapToDouble(entry -> median(entry.getValue().stream().map(Window::rowsPerSecond).toList()))
                .max()
                .orElseThrow();
        windows.forEach((name, all) -> {
            double rate = median(all.stream().map(Window::rowsPerSecond).toList());
            double cpu = median(all.stream().map(Window::allCpuMicrosPerRow).toList());
            System.out.printf(
                    Locale.ROOT, "%-16s %9.1f rows/s, %5.3f of the best loop; CPU us a row %9.1f:", name, rate,
                    rate / best, cpu);
            all.getFirst().cpuMicrosPerRow().keySet().forEach(thread -> {
                double micros = median(all.stream().map(window -> window.cpuMicrosPerRow(thread)).toList());
                if (micros > cpu / 1000) {
                    System.out.printf(Locale.ROOT, " %s %.1f", thread, micros);
                }
            });
            System.out.println();
        });
    }

    private static double median(List<Double> values) {
        return values.stream().sorted().toList().get(values.size() / 2);
    }

    public static void main(String[] args) throws Exception {
        Path model = Path.of(args[0]);
        int maxBatchRows = Integer.parseInt(args[1]);
        int inFlight = Integer.parseInt(args[2]);
        int rounds = Integer.parseInt(args[3]);
        long nanos = (long) (Double.parseDouble(args[4]) * 1e9);
        warmUp();
        EngineShare share = new EngineShare(Runtime.getRuntime().availableProcessors());
        try (OpenPipeline pipeline = new OpenPipeline(model, 0, maxBatchRows);
                OpenPipeline single = new OpenPipeline(model, 0, 1);
                SessionOptions options = new SessionOptions()) { // after the engine, which makes the environment
            options.setIntraOpNumThreads(1);
            String file = model.resolve("1/model.onnx").toString();
            OrtSession session = OrtEnvironment.getEnvironment().createSession(file, options); // made by DJL by now
            for (int round = -2; round < rounds; round++) {
                for (int rows : LOOP_ROWS) {
                    share.measure("loop of " + rows, time -> share.loop(session, rows, time), nanos);
                }
                share.measure("pipeline", time -> run(pipeline, inFlight, time), nanos);
                share.measure("pipeline, 1 row", time -> run(single, inFlight, time), nanos);
                if (round < 0) {
                    share.windows.clear(); // warm-up
                }
            }
            share.report();
            session.close();
        } finally {
            share.callers.shutdownNow();
        }
    }

    private static long run(OpenPipeline pipeline, int inFlight, long nanos) {
        long end = System.nanoTime() + nanos;
        return pipeline.keepInFlight(inFlight, sent -> System.nanoTime() - end < 0);
    }
}
