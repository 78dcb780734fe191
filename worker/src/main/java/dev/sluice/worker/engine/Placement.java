package dev.sluice.worker.engine;

import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Where a model runs, and by what.
 *
 * @param device {@code cpu}, or {@code cuda:N} for the N-th GPU
 * @param provider the execution provider; empty for the one that is named after the device
 * @param options of the provider, by its own names
 * @param cpuFallback whether the CPU will do where that is not to be had
 */
public record Placement(String device, String provider, Map<String, String> options, boolean cpuFallback) {

    public static final String CPU_DEVICE = "cpu";

    /** On the CPU, by ONNX Runtime's own kernels. */
    public static final Placement CPU = new Placement(CPU_DEVICE, "", Map.of(), false);

    private static final Pattern GPU = Pattern.compile("cuda:([0-9]{1,3})");

    public Placement {
        options = Map.copyOf(options);
    }

    /** Whether any engine can do that. */
    public boolean isPlainCpu() {
        return providerName().equals(CPU_DEVICE) && isOnCpu() && options.isEmpty();
    }

    boolean isOnCpu() {
        return device.equals(CPU_DEVICE);
    }

    /** Which GPU; 0 where it is none. */
    int gpu() {
        Matcher form = GPU.matcher(device);
        return form.matches() ? Integer.parseInt(form.group(1)) : 0;
    }

    /** The name of its execution provider. */
    String providerName() {
        return !provider.isEmpty() ? provider : isOnCpu() ? "cpu" : "cuda";
    }

    @Override
    public String toString() {
        return providerName() + " on " + device;
    }
}
