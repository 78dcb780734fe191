package dev.sluice.worker;

import dev.sluice.worker.batch.BatchGate;
import dev.sluice.worker.batch.DeviceShare;
import dev.sluice.worker.batch.DeviceTurns;
import dev.sluice.worker.batch.GroupOptions;
import dev.sluice.worker.batch.LatencyPoint;
import dev.sluice.worker.batch.SharedInstances;
import dev.sluice.worker.contract.ModelId;
import dev.sluice.worker.contract.Ticker;
import io.vertx.core.Context;
import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The instance groups of one model, each with its share of its device. The model can be served as long as one of them can.
 *
 * @thread owned by the batcher loop of the model
 * @bound as the groups
 */
final class DeviceGroups {

    /**
     * What a group is made of.
     *
     * @param name by which operators tell it from the others
     * @param stake what it brings to its device
     * @param profile how long its batches took before it took requests
     * @param gate whether batches may run in it
     * @param circuit to be told whether it has instances
     */
    record Made(
            String name,
            InstanceGroup.Members members,
            DeviceTurns.Stake stake,
            List<LatencyPoint> profile,
            BatchGate gate,
            GroupCircuits.Member circuit) {}

    private record Group(Made made, InstanceGroup instances, DeviceShare share, SharedInstances shared) {}

    private static final Logger LOG = LoggerFactory.getLogger(DeviceGroups.class);

    private final ModelId model;
    private final List<Group> all = new ArrayList<>();
    private final GroupsLeft left;
    private final InstanceGroup.Listener listener;

    /** @param listener hears of the last group that is exhausted, and of the first that is not any more */
    DeviceGroups(ModelId model, List<Made> groups, Context loop, Ticker ticker, InstanceGroup.Listener listener) {
        this.model = model;
        this.left = new GroupsLeft(groups.size());
        this.listener = listener;
        for (Made made : groups) {
            InstanceGroup instances = new InstanceGroup(model, made.members, loop, ticker, new Heard(made));
            DeviceShare share = made.stake.join(() -> loop.runOnContext(granted -> listener.idle()));
            all.add(new Group(made, instances, share, new SharedInstances(instances, share, ticker)));
        }
    }

    /**
     * What is heard of one group.
     *
     * @thread the batcher loop of the model
     */
    private final class Heard implements InstanceGroup.Listener {

        private final Made group;

        Heard(Made group) {
            this.group = group;
        }

        @Override
        public void idle() {
            listener.idle();
        }

        @Override
        public void exhausted(String why) {
            group.circuit.hasInstances(false);
            if (left.isLastToGo(group.name)) {
                LOG.error("model {} cannot be served until an instance of it can be replaced: {}", model, why);
                listener.exhausted(why);
            } else {
                LOG.warn("model {} goes on without its group {}: {}", model, group.name, why);
            }
        }

        @Override
        public void restored() {
            group.circuit.hasInstances(true);
            if (left.isFirstBack(group.name)) {
                listener.restored();
            }
        }
    }

    /** As the batcher is to have them. */
    List<GroupOptions> options() {
        return all.stream()
                .map(group -> new GroupOptions(group.made.name, group.shared, group.made.profile, group.made.gate))
                .toList();
    }

    List<String> names() {
        return all.stream().map(group -> group.made.name).toList();
    }

    /** As {@link InstanceGroup#resize}. */
    Future<Void> resize(String name, int instances) {
        return all.stream()
                .filter(group -> group.made.name.equals(name))
                .map(group -> group.instances.resize(instances))
                .findFirst()
                .orElseGet(() -> Future.failedFuture("there is no group " + name));
    }

    /** Hands on the turns that have not been taken. */
    void pass() {
        all.forEach(group -> group.share.pass());
    }

    boolean areRunning() {
        return all.stream().anyMatch(group -> group.shared.isRunning());
    }

    /** As {@link SharedInstances#yieldOverdue}, of each. */
    boolean yieldOverdue() {
        boolean any = false;
        for (Group group : all) {
            any |= group.shared.yieldOverdue();
        }
        return any;
    }

    /** Complete when every batch that runs has come back; to be called when no more will be run. */
    Future<?> close() {
        return Future.join(all.stream().map(group -> group.instances.close()).toList());
    }

    /** Ends what runs still and gives back all places; to be called after {@link #close}. */
    void leave() {
        all.forEach(group -> {
            group.instances.terminate();
            group.share.leave();
        });
    }
}
