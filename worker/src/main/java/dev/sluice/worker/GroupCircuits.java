package dev.sluice.worker;

import dev.sluice.worker.breaker.ModelBreaker;
import dev.sluice.worker.contract.CircuitState;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The circuit of a model, made of those of its groups: a group whose batches fail is left alone, and the model's circuit
 * is open only while those of all are that have instances.
 *
 * @thread the batcher loop of the model, once all groups are there
 */
final class GroupCircuits {

    private record Circuit(CircuitState state, long openUntilNanos) {}

    private static final Circuit CLOSED = new Circuit(CircuitState.CLOSED, 0);

    private final ModelBreaker.Listener model;
    private final List<Member> members = new ArrayList<>();
    private Circuit told = CLOSED;

    /** @param model hears of each state of the whole, the first one included */
    GroupCircuits(ModelBreaker.Listener model) {
        this.model = model;
    }

    /** Hears of one more group's circuit. */
    Member next(String group) {
        if (members.isEmpty()) {
            model.changed(CLOSED.state, CLOSED.openUntilNanos);
        }
        Member member = new Member(group);
        members.add(member);
        return member;
    }

    /**
     * What is heard of one group.
     *
     * @thread the batcher loop of the model
     */
    final class Member implements ModelBreaker.Listener {

        private final String group;
        private Circuit circuit = CLOSED;
        private boolean hasInstances = true;

        private Member(String group) {
            this.group = group;
        }

        @Override
        public String group() {
            return group;
        }

        @Override
        public void changed(CircuitState state, long openUntilNanos) {
            circuit = new Circuit(state, openUntilNanos);
            tell();
        }

        /** Without any its circuit says nothing, since it stays as it was. */
        void hasInstances(boolean any) {
            hasInstances = any;
            tell();
        }
    }

    private void tell() {
        boolean none = members.stream().noneMatch(member -> member.hasInstances);
        @Nullable Circuit now = null;
        for (Member member : members) {
            if ((none || member.hasInstances) && (now == null || isBetter(member.circuit, now))) {
                now = member.circuit;
            }
        }
        if (now != null && !now.equals(told)) {
            told = now;
            model.changed(now.state, now.openUntilNanos);
        }
    }

    private static boolean isBetter(Circuit one, Circuit other) {
        return one.state == other.state
                ? one.state == CircuitState.OPEN && one.openUntilNanos - other.openUntilNanos < 0
                : rank(one.state) < rank(other.state);
    }

    private static int rank(CircuitState state) {
        return switch (state) {
            case CLOSED -> 0;
            case HALF_OPEN -> 1;
            case OPEN -> 2;
        };
    }
}
