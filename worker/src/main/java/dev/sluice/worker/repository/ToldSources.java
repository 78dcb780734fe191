package dev.sluice.worker.repository;

import dev.sluice.worker.contract.ModelWish;
import dev.sluice.worker.contract.VersionPolicy;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;

/**
 * A repository together with the versions that operators have said come from elsewhere.
 *
 * @thread any; holds nothing
 */
public final class ToldSources {

    private ToldSources() {}

    /**
     * What there is, and what is to be had.
     *
     * @param root where the settings of a model would lie of which the repository has nothing
     */
    public static List<ModelFolder> added(List<ModelFolder> folders, Collection<ModelWish> wishes, Path root) {
        NavigableMap<String, ModelFolder> byName = new TreeMap<>();
        folders.forEach(folder -> byName.put(folder.name(), folder));
        for (ModelWish wish : wishes) {
            if (!wish.sources().isEmpty()) {
                ModelFolder there = byName.getOrDefault(wish.name(), nothing(wish.name(), root));
                byName.put(wish.name(), there.with(wish.sources()));
            }
        }
        return new ArrayList<>(byName.values());
    }

    private static ModelFolder nothing(String name, Path root) {
        return new ModelFolder(
                name,
                root.resolve(name),
                new TreeMap<>(),
                VersionPolicy.NEWEST,
                Map.of(),
                TrafficConfig.NONE,
                OwnSettings.NONE.groups());
    }
}
