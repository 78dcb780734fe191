package dev.sluice.worker.repository;

import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * A repository as it was before somebody began to copy something into it.
 *
 * <p>Files that are being written change from one look to the next. A version counts as whole when it looks like it did
 * at the last look and nothing of it was written for a while; until then it is not there, or as it was before.
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
        List<ModelFolder> whole = new ArrayList<>();
        for (ModelFolder folder : folders) {
            NavigableMap<Long, Fingerprint> versions = new TreeMap<>();
            folder.versions().forEach((version, print) -> {
                Fingerprint taken =
                        isWhole(folder.name(), version, print) ? print : of(settled, folder.name(), version);
                if (taken != null) {
                    versions.put(version, taken);
                }
            });
            if (!versions.isEmpty()) {
                whole.add(new ModelFolder(folder.name(), folder.folder(), versions, folder.policy(), folder.labels()));
            }
        }
        seen = now;
        settled = byName(whole);
        return whole;
    }

    private boolean isWhole(String name, long version, Fingerprint print) {
        boolean asBefore = print.equals(of(seen, name, version));
        return asBefore && Math.abs(clock.millis() - print.newestMillis()) >= settleMillis;
    }

    private static @Nullable Fingerprint of(Map<String, ModelFolder> folders, String name, long version) {
        ModelFolder folder = folders.get(name);
        return folder == null ? null : folder.versions().get(version);
    }

    private static Map<String, ModelFolder> byName(List<ModelFolder> folders) {
        Map<String, ModelFolder> byName = new HashMap<>();
        folders.forEach(folder -> byName.put(folder.name(), folder));
        return byName;
    }
}
