package dev.sluice.worker.batch;

import dev.sluice.worker.contract.BatchingReport;
import dev.sluice.worker.contract.Capacity;
import dev.sluice.worker.contract.CircuitState;
import dev.sluice.worker.contract.InferenceRequest;
import dev.sluice.worker.contract.ModelId;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.function.BiConsumer;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * All groups of a model, and which of them runs what waits.
 *
 * <p>The group that would be done soonest with what waits leads: it takes from the head of the queue. Another one that is
 * idle takes what the quicker ones will not have done by the time that it would be done itself, from behind those that
 * they will have; and of these only who has time enough for it. Whichever takes a batch gives up whom it passes over and
 * no other could have answered in time either. So a slow device helps
 * where there is more to do than fast ones can, makes nobody wait longer than without it, but for the one that it has a
 * look with, and costs nobody a deadline. With devices that are equally fast this is to take whatever waits, as
 * instances of one device do.
 *
 * @thread owned by the batcher loop; knows no clock
 * @bound a decision looks at each group a few times, and not at all where there is only one
 * @source the threshold rule for servers of unequal speed (Lin, Kumar 1984), with the time that each is known to need
 */
final class BatchGroups {

    private final BatchPolicy policy;
    private final BatchQueue queue;
    private final List<BatchGroup> all;
    private List<BatchGroup> quickestFirst;
    private @Nullable BatchGroup lead;

    /** @param drop told of who has left the queue and is owed that refusal */
    BatchGroups(
            ModelId model,
            BatcherOptions options,
            List<GroupOptions> devices,
            Tally tally,
            BiConsumer<QueuedRequest, Refusal> drop) {
        this.policy = options.policy();
        List<LatencyModel> latencies = devices.stream()
                .map(device -> new LatencyModel(device.profile(), policy.maxRows()))
                .toList();
        this.queue = new BatchQueue(options.maxQueueRequests(), latencies.getFirst()::nanos);
        BatchFormation.Owner owner = new BatchFormation.Owner(model, queue, drop);
        List<BatchGroup> groups = new ArrayList<>();
        for (int i = 0; i < devices.size(); i++) {
            groups.add(new BatchGroup(devices.get(i), latencies.get(i), latencies.getFirst(), tally, owner));
        }
        this.all = List.copyOf(groups);
        this.quickestFirst = all;
        this.lead = all.getFirst();
    }

    BatchQueue queue() {
        return queue;
    }

    BatchGroup first() {
        return all.getFirst();
    }

    boolean isOne() {
        return all.size() == 1;
    }

    void expectMoreLike(QueuedRequest queued, long now) {
        all.forEach(group -> group.formation().expectMoreLike(queued, now));
    }

    /** Why a request that comes is of no use, or null while a group can have it answered. */
    @Nullable
    Refusal refusal(QueuedRequest queued, long now) {
        Refusal late = null;
        for (BatchGroup group : quickestFirst) {
            if (lead != null && group.gate().isProbing()) {
                continue; // it takes one now and then, and nobody can count on being that one
            }
            boolean isTried = group == lead && group.isNextToTry(queue);
            Refusal here = isTried ? null : group.refusal(queued, now);
            if (here == null) {
                return null;
            }
            late = late == null ? here : late;
        }
        return late;
    }

    /** Why nobody is taken now; null while one of those that could run something takes somebody. */
    @Nullable
    Refusal refusalAtGates() {
        boolean none = isOne() || all.stream().noneMatch(BatchGroup::hasInstances);
        Refusal first = null;
        for (BatchGroup group : all) {
            if (none || group.hasInstances()) {
                Refusal here = Refusal.atGate(group.gate());
                if (here == null) {
                    return null;
                }
                first = first == null ? here : first;
            }
        }
        return first;
    }

    /** Asks for when a circuit that is open lets somebody be tried: whoever waits may wait for a device that hangs. */
    void askForWakeUp(WakeUps wakeUps) {
        if (!isOne() && !queue.isEmpty()) {
            for (BatchGroup group : all) {
                if (group.hasInstances() && group.gate().state() == CircuitState.OPEN) {
                    wakeUps.at(group.gate().openUntilNanos());
                }
            }
        }
    }

    /**
     * Has a request that failed alone run once more in another group, for it may be the device that fails; at most once
     * in its life.
     *
     * @return false if there is no healthy one, or it has been tried
     */
    boolean giveElsewhere(QueuedRequest failed, BatchGroup from) {
        if (failed.isElsewhere) {
            return false;
        }
        for (BatchGroup other : quickestFirst) {
            if (other != from && other.isHealthy()) {
                failed.isElsewhere = true;
                failed.leavesTrial();
                other.suspects().take(failed);
                return true;
            }
        }
        return false;
    }

    /** How many rows of such a request there is memory for wherever it may run. */
    int memoryRows(InferenceRequest request) {
        int rows = Integer.MAX_VALUE;
        for (BatchGroup group : all) {
            rows = Math.min(rows, group.memory().rows(request));
        }
        return rows;
    }

    /** In the order in which they may take from the queue. */
    List<BatchGroup> inTurn(long now) {
        if (!isOne()) {
            int rows = Math.clamp(queue.rows(), 1, policy.maxRows());
            quickestFirst = all.stream()
                    .filter(group -> group.hasInstances() && group.gate().refusal() == null)
                    .sorted(Comparator.comparingLong(group -> group.latency().nanos(rows)))
                    .toList();
            lead = quickestFirst.stream()
                    .filter(group -> !group.gate().isProbing())
                    .findFirst()
                    .orElse(null);
            if (lead != null) {
                adoptOrphans(lead);
            }
        }
        return quickestFirst;
    }

    /** Those who are to run once more where nothing runs any more. */
    private void adoptOrphans(BatchGroup adopter) {
        for (BatchGroup group : all) {
            if (!quickestFirst.contains(group)) {
                adopter.suspects().adopt(group.suspects());
            }
        }
    }

    /** What a group is to do now. */
    BatchDecision decide(BatchGroup group, boolean axisCountsRows, long now) {
        QueueState state = group.state(queue);
        BatchDecision decision = axisCountsRows || !state.canFlush()
                ? policy.decide(state, group.latency(), now)
                : new BatchDecision.Flush(BatchFormation.ONE_REQUEST_AT_A_TIME);
        boolean isBeside = !isOne() && group != lead && !group.gate().isProbing();
        return isBeside && decision instanceof BatchDecision.Flush(int maxRows)
                ? besideOthers(group, maxRows, now)
                : decision;
    }

    /** The largest batch, or half of it, and so on, of those that the quicker ones leave. */
    private BatchDecision besideOthers(BatchGroup group, int maxRows, long now) {
        int waiting = Math.max(1, queue.rows());
        for (int rows = Math.clamp(maxRows, 1, waiting); rows > 0; rows /= 2) {
            if (waiting - rowsAhead(group, rows, now) >= rows) {
                return new BatchDecision.Flush(maxRows < 0 ? maxRows : rows);
            }
        }
        return group.isDueToLook(now)
                ? new BatchDecision.Flush(1)
                : new BatchDecision.WaitUntil(now + group.latency().nanos(1));
    }

    /** Rows that quicker ones will have done before that group would be done with so many. */
    private long rowsAhead(BatchGroup group, int rows, long now) {
        long nanos = group.latency().nanos(rows);
        long ahead = 0;
        for (BatchGroup quicker : quickestFirst) {
            if (quicker == group) {
                break;
            }
            if (!quicker.gate().isProbing()) {
                int common = Math.min(quicker.latency().usefulRows(), queue.rowsOfAKind());
                ahead += quicker.rowsWithin(nanos, Math.clamp(common, 1, policy.maxRows()), now);
            }
        }
        return ahead;
    }

    /** The next batch of a group, perhaps an empty one. */
    Batch form(BatchGroup group, int maxRows, long now) {
        BatchFormation formation = group.formation();
        if (group.gate().isProbing()) {
            return formation.probe();
        }
        long[] busy = group.busyNanos(now);
        if (isOne()) {
            return formation.next(maxRows, busy, now, BatchFormation.NOWHERE_ELSE);
        }
        Predicate<QueuedRequest> elsewhere = queued -> isAnsweredBeside(group, queued, now);
        return group == lead
                ? formation.next(maxRows, busy, now, elsewhere)
                : formation.behind(rowsAhead(group, Math.max(1, maxRows), now), maxRows, busy, now, elsewhere);
    }

    private boolean isAnsweredBeside(BatchGroup group, QueuedRequest queued, long now) {
        for (BatchGroup other : quickestFirst) {
            boolean canCount = other != group && !other.gate().isProbing();
            if (canCount && queued.deadlineNanos() - now >= other.answerNanos(queued, now)) {
                return true;
            }
        }
        return false;
    }

    /** What all of them can do at the same time. */
    Capacity capacity(boolean axisCountsRows, long now) {
        if (isOne()) {
            return capacity(first(), axisCountsRows, now);
        }
        boolean anyHealthy = all.stream().anyMatch(BatchGroup::isHealthy);
        return Capacity.together(all.stream()
                .filter(anyHealthy ? BatchGroup::isHealthy : BatchGroup::hasInstances)
                .map(group -> capacity(group, axisCountsRows, now))
                .toList());
    }

    private Capacity capacity(BatchGroup group, boolean axisCountsRows, long now) {
        return group.capacity(queue, axisCountsRows ? nextRows(group, true, now) : 0);
    }

    /** As if an instance were idle and a request waited, if that is not so. */
    private int nextRows(BatchGroup group, boolean axisCountsRows, long now) {
        QueueState state = group.state(queue).decidable(now);
        return policy.decide(state, group.latency(), now) instanceof BatchDecision.Flush(int maxRows)
                ? axisCountsRows ? maxRows : 1
                : 0;
    }

    List<BatchingReport.Group> report(boolean axisCountsRows, long now) {
        return all.stream()
                .map(group -> group.report(nextRows(group, axisCountsRows, now), now))
                .toList();
    }

    /** Takes all out that are to run once more. */
    List<QueuedRequest> takeSuspects() {
        return all.stream()
                .flatMap(group -> group.suspects().takeAll().stream())
                .toList();
    }

    /** Ends the runs all of whose clients have gone. */
    void withdrawDeserted() {
        all.forEach(BatchGroup::withdrawDeserted);
    }

    /** Forgets all that run and tells what they were. */
    List<Batch> forgetRunning() {
        return all.stream().flatMap(group -> group.forgetRunning().stream()).toList();
    }
}
