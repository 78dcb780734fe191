package dev.sluice.worker;

/**
 * Tells whether a model can be served from whether its groups can: it can as long as one of them can.
 *
 * @thread the control thread
 */
final class GroupsServing {

    private final InstanceDeployer.Serving model;
    private final GroupsLeft left;

    GroupsServing(InstanceDeployer.Serving model, int groups) {
        this.model = model;
        this.left = new GroupsLeft(groups);
    }

    /** Hears of that group. */
    InstanceDeployer.Serving of(String group) {
        return new InstanceDeployer.Serving() {

            @Override
            public void failed(String why) {
                if (left.isLastToGo(group)) {
                    model.failed(why);
                }
            }

            @Override
            public void restored() {
                if (left.isFirstBack(group)) {
                    model.restored();
                }
            }
        };
    }
}
