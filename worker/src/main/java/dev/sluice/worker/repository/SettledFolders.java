package dev.sluice.worker.repository;

import dev.sluice.worker.contract.ModelSource;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * A repository as it was before somebody began to change it.
 *
 * <p>Files that are being written change from one look to the next. A version counts as whole when it looks like it did
 * at the last look and nothing of it was written for a while; until then it is not there, or as it was before. What has
 * vanished is gone when it has vanished from two looks: a mount may be away for a moment.
 *
 * @thread owned by the control thread
 */
public final class SettledFolders {

    private final long settleMillis;
    private final InstantSource clock;
    private Map<String, ModelFolder> seen = Map.of();
    private Map<String, ModelFolder> settled = Map.of();

    public SettledFolders(Duration settle, InstantSource clock) {
        this.settleMillis = settle.toMillis();
        this.clock = clock;
    }

    /** What was there before the first look is taken as it is. */
    public List<ModelFolder> first(List<ModelFolder> folders) {
        seen = byName(folders);
        settled = seen;
        return folders;
    }

    /** What of this is whole, in its place what was whole before. */
    public List<ModelFolder> after(List<ModelFolder> folders) {
        Map<String, ModelFolder> now = byName(folders);
        TreeSet<String> names = new TreeSet<>(now.keySet());
        names.addAll(settled.keySet());
        List<ModelFolder> whole = new ArrayList<>();
        for (String name : names) {
            ModelFolder taken = after(now.get(name), seen.get(name), settled.get(name));
            if (taken != null) {
                whole.add(taken);
            }
        }
        seen = now;
        settled = byName(whole);
        return whole;
    }

    /** Takes one model as it is now, for somebody says that it is whole; the others stay as they were. */
    public List<ModelFolder> take(String name, List<ModelFolder> folders) {
        Map<String, ModelFolder> now = byName(folders);
        Map<String, ModelFolder> nextSeen = new TreeMap<>(seen);
        Map<String, ModelFolder> nextSettled = new TreeMap<>(settled);
        if (now.containsKey(name)) {
            nextSeen.put(name, now.get(name));
            nextSettled.put(name, now.get(name));
        } else {
            nextSeen.remove(name);
            nextSettled.remove(name);
        }
        seen = nextSeen;
        settled = nextSettled;
        return List.copyOf(settled.values());
    }

    private @Nullable ModelFolder after(
            @Nullable ModelFolder now, @Nullable ModelFolder last, @Nullable ModelFolder before) {
        if (now == null) {
            return last == null ? null : before;
        }
        TreeSet<Long> numbers = new TreeSet<>(now.versions().keySet());
        if (before != null) {
            numbers.addAll(before.versions().keySet());
        }
        NavigableMap<Long, Fingerprint> versions = new TreeMap<>();
        Map<Long, ModelSource> sources = new TreeMap<>();
        boolean still = true;
        for (long number : numbers) {
            Fingerprint print = now.versions().get(number);
            Fingerprint asLast = print(last, number);
            boolean counts = print == null ? asLast == null : isWhole(print, asLast);
            still &= counts;
            ModelFolder where = counts ? now : before;
            Fingerprint taken = print(where, number);
            if (where != null && taken != null) {
                versions.put(number, taken);
                Optional.ofNullable(where.sources().get(number)).ifPresent(source -> sources.put(number, source));
            }
        }
        if (versions.isEmpty()) {
            return null;
        }
        ModelFolder says = before == null || still ? now : before;
        return new ModelFolder(
                now.name(),
                now.folder(),
                versions,
                says.policy(),
                says.labels(),
                says.traffic(),
                says.groups(),
                sources,
                says.settings());
    }

    private boolean isWhole(Fingerprint print, @Nullable Fingerprint asLast) {
        return print.equals(asLast) && Math.abs(clock.millis() - print.newestMillis()) >= settleMillis;
    }

    private static @Nullable Fingerprint print(@Nullable ModelFolder folder, long version) {
        return folder == null ? null : folder.versions().get(version);
    }

    private static Map<String, ModelFolder> byName(List<ModelFolder> folders) {
        Map<String, ModelFolder> byName = new TreeMap<>();
        folders.forEach(folder -> byName.put(folder.name(), folder));
        return byName;
    }
}
