package dev.sluice.worker.engine;

import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtProvider;
import ai.onnxruntime.OrtSession.SessionOptions;
import ai.onnxruntime.providers.OrtCUDAProviderOptions;
import ai.onnxruntime.providers.OrtTensorRTProviderOptions;
import java.util.EnumSet;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The execution providers that a model may ask for, by name.
 *
 * @thread any; holds nothing
 * @errors OrtException where the library has the provider and the machine has not what that needs
 */
final class ExecutionProviders {

    /** Those that can be asked for; whether the library has them is another question. */
    private enum Known {
        CPU(OrtProvider.CPU, false),
        CUDA(OrtProvider.CUDA, true),
        TENSORRT(OrtProvider.TENSOR_RT, true),
        DNNL(OrtProvider.DNNL, false),
        XNNPACK(OrtProvider.XNNPACK, false);

        private final OrtProvider provider;
        private final boolean ofGpu;

        Known(OrtProvider provider, boolean ofGpu) {
            this.provider = provider;
            this.ofGpu = ofGpu;
        }

        String word() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    private ExecutionProviders() {}

    /** What is wrong with that, whatever the library has; empty if nothing is. */
    static Optional<String> fault(Placement placement) {
        Optional<Known> named = named(placement);
        if (named.isEmpty()) {
            return Optional.of("there is no execution provider \"" + placement.providerName() + "\" (expected one of "
                    + words(Stream.of(Known.values())) + ")");
        }
        Known known = named.get();
        if (known.ofGpu == placement.isOnCpu()) {
            return Optional.of(
                    "the execution provider " + known.word() + " does not run on device " + placement.device());
        }
        boolean takesOptions = known.ofGpu || known == Known.XNNPACK;
        return placement.options().isEmpty() || takesOptions
                ? Optional.empty()
                : Optional.of("the execution provider " + known.word() + " takes no provider_options");
    }

    /** Why the library cannot do that; empty if it can. */
    static Optional<String> lack(Placement placement, String libraryVersion) {
        EnumSet<OrtProvider> available = OrtEnvironment.getAvailableProviders();
        boolean isThere = named(placement)
                .map(known -> available.contains(known.provider))
                .orElse(false);
        return isThere
                ? Optional.empty()
                : Optional.of("this library of ONNX Runtime " + libraryVersion + " has no execution provider "
                        + placement.providerName() + "; it has "
                        + words(Stream.of(Known.values()).filter(known -> available.contains(known.provider))));
    }

    private static Optional<Known> named(Placement placement) {
        return Stream.of(Known.values())
                .filter(known -> known.word().equals(placement.providerName()))
                .findFirst();
    }

    private static String words(Stream<Known> providers) {
        return providers.map(Known::word).collect(Collectors.joining(", "));
    }

    /** Adds it, before the CPU's kernels, which run what it has none for. */
    static void add(Placement placement, SessionOptions settings) throws OrtException {
        switch (named(placement).orElse(Known.CPU)) {
            case CPU -> {} // always the last
            case CUDA -> {
                try (OrtCUDAProviderOptions cuda = new OrtCUDAProviderOptions(placement.gpu())) {
                    for (Map.Entry<String, String> option : placement.options().entrySet()) {
                        cuda.add(option.getKey(), option.getValue());
                    }
                    settings.addCUDA(cuda);
                }
            }
            case TENSORRT -> {
                try (OrtTensorRTProviderOptions tensorRt = new OrtTensorRTProviderOptions(placement.gpu())) {
                    for (Map.Entry<String, String> option : placement.options().entrySet()) {
                        tensorRt.add(option.getKey(), option.getValue());
                    }
                    settings.addTensorrt(tensorRt);
                }
            }
            case DNNL -> settings.addDnnl(true);
            case XNNPACK -> settings.addXnnpack(placement.options());
        }
    }
}
