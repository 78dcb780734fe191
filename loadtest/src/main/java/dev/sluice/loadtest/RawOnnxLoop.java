package dev.sluice.loadtest;

import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.OrtSession.SessionOptions;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutionException;

/**
 * The ceiling over the gateway's speed: ONNX Runtime called in a loop, first by one thread, then by several that share
 * the session, at one batch size after the other.
 *
 * <p>Prints a line for each: {@code engine model=mlp callers=2 batch=32 images_per_s=1393000 cpu_us_per_image=1.43}.
 *
 * @thread the main thread; the calls run on threads of {@link EngineLoad}
 */
public final class RawOnnxLoop {

    private static final Map<String, String> DEFAULTS = Map.of(
            "models", "mlp=loadtest/models/mlp/1/model.onnx,digits=conf/models/digits/1/model.onnx",
            "batches", "1,2,4,8,16,32,64",
            "callers", "0",
            "warmup", "0.5",
            "seconds", "1");

    private final OrtEnvironment environment = OrtEnvironment.getEnvironment();
    private final Set<Integer> callers;
    private final List<Integer> batches;
    private final long warmupNanos;
    private final long nanos;

    private RawOnnxLoop(Arguments arguments) {
        int asked = arguments.whole("callers", 0);
        int several = asked > 0 ? asked : Runtime.getRuntime().availableProcessors();
        this.callers = new LinkedHashSet<>(List.of(1)); // a list of both would not do: they may be the same
        callers.add(several);
        this.batches = arguments.counts("batches");
        this.warmupNanos = arguments.nanos("warmup");
        this.nanos = arguments.nanos("seconds");
    }

    /** @param named as in name=path */
    private void measure(String named) throws OrtException, ExecutionException, InterruptedException {
        String[] nameAndPath = named.split("=", 2);
        if (nameAndPath.length < 2) {
            throw new IllegalArgumentException("--models takes name=path,name=path, not " + named);
        }
        try (SessionOptions options = oneThreadACall();
                OrtSession session = environment.createSession(nameAndPath[1], options)) {
            for (int count : callers) {
                for (int batch : batches) {
                    measure(nameAndPath[0], session, count, batch);
                }
            }
        }
    }

    /** The gateway's own settings: a caller computes by itself. */
    private static SessionOptions oneThreadACall() throws OrtException {
        SessionOptions options = new SessionOptions();
        options.setIntraOpNumThreads(1);
        options.setInterOpNumThreads(1);
        return options;
    }

    @SuppressWarnings("SystemOut") // the results of a command are its output
    private void measure(String model, OrtSession session, int count, int batch)
            throws OrtException, ExecutionException, InterruptedException {
        try (EngineLoad load = new EngineLoad(environment, session, count, batch)) {
            load.run(warmupNanos);
            EngineLoad.Result result = load.run(nanos);
            System.out.printf(
                    "engine model=%s callers=%d batch=%d images_per_s=%.0f cpu_us_per_image=%.3f%n",
                    model, count, batch, result.imagesPerSecond(), result.cpuMicrosPerImage());
        }
    }

    @SuppressWarnings("SystemOut") // the errors of a command are its output
    public static void main(String[] args) throws OrtException, ExecutionException, InterruptedException {
        try {
            Arguments arguments = Arguments.parse(args, DEFAULTS);
            RawOnnxLoop loop = new RawOnnxLoop(arguments);
            for (String named : arguments.text("models").split(",")) {
                loop.measure(named);
            }
        } catch (IllegalArgumentException wrong) {
            System.err.println("engine: " + wrong.getMessage());
            System.exit(2);
        }
    }
}
