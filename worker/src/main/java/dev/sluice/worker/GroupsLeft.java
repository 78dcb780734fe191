package dev.sluice.worker;

import java.util.HashSet;
import java.util.Set;

/**
 * Which groups of a model have something left to run it; the model has as long as one of them does.
 *
 * @thread that of whoever asks, always the same
 */
final class GroupsLeft {

    private final int groups;
    private final Set<String> lost = new HashSet<>();

    GroupsLeft(int groups) {
        this.groups = groups;
    }

    /** That group has nothing left; returns whether it was the last. */
    boolean isLastToGo(String group) {
        lost.add(group);
        return lost.size() == groups;
    }

    /** That group has something again; returns whether none had. */
    boolean isFirstBack(String group) {
        boolean noneHad = lost.size() == groups;
        lost.remove(group);
        return noneHad;
    }
}
