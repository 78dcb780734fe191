package dev.sluice.worker.pipeline;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What is wrong with a pipeline, by the line that says so, as it was written; of each line the first that was found.
 *
 * @thread confined to the thread that loads
 */
public final class PipelineFaults {

    private final Map<String, String> byLine = new LinkedHashMap<>();

    void add(String line, String problem) {
        byLine.putIfAbsent(line, problem);
    }

    public boolean isEmpty() {
        return byLine.isEmpty();
    }

    /** By line, what is wrong with it. */
    public Map<String, String> byLine() {
        return Collections.unmodifiableMap(byLine);
    }
}
