package dev.sluice.gateway.front.http;

import dev.sluice.worker.settings.Setting;
import java.util.List;
import java.util.Optional;

/**
 * Which protocols of other servers are spoken, and where.
 *
 * @param profile what the port of HTTP speaks beside V2; {@code v2} for nothing else, because profiles share paths, and
 *     nobody but the operator knows whose clients come
 * @param listeners further ports, each with one profile, as in {@code tensorflow-serving: 8501}
 */
public record CompatOptions(
        @Setting("v2") Profile profile, @Setting("[]") List<String> listeners) {

    /** What is wrong with an item of {@code listeners}, if anything is. */
    public static Optional<String> problem(String text) {
        return ProfileListener.problem(text);
    }

    /** The further ports, in their order. */
    public List<ProfileListener> ports() {
        return listeners.stream()
                .map(text -> ProfileListener.parse(text).orElseThrow())
                .toList();
    }
}
