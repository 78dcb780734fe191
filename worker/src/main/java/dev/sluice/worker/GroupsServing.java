package dev.sluice.worker;

import java.util.HashSet;
import java.util.Set;

/**
 * Tells whether a model can be served from whether its groups can: it can as long as one of them can.
 *
 * @thread the control thread
 */
final class GroupsServing {

    private final InstanceDeployer.Serving model;
    private final int groups;
    private final Set<String> failed = new HashSet<>();

    GroupsServing(InstanceDeployer.Serving model, int groups) {
        this.model = model;
        this.groups = groups;
    }

    /** Hears of that group. */
    InstanceDeployer.Serving of(String group) {
        return new InstanceDeployer.Serving() {

            @Override
            public void failed(String why) {
                failed.add(group);
                if (failed.size() == groups) {
                    model.failed(why);
                }
            }

            @Override
            public void restored() {
                boolean hadAll = failed.size() == groups;
                failed.remove(group);
                if (hadAll) {
                    model.restored();
                }
            }
        };
    }
}
