package dev.sluice.worker;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.sluice.worker.contract.CircuitState;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** A model with several groups can be asked as long as one of them can. */
class GroupCircuitsTest {

    private final List<String> heard = new ArrayList<>();
    private final GroupCircuits circuits = new GroupCircuits((state, until) -> heard.add(state + " " + until));
    private final GroupCircuits.Member first = circuits.next("a");
    private final GroupCircuits.Member second = circuits.next("b");

    @Test
    void itIsOpenOnlyWhileAllAre() {
        first.changed(CircuitState.OPEN, 9);
        assertEquals(List.of("CLOSED 0"), heard, "the first state, and no other yet");
        second.changed(CircuitState.OPEN, 7);
        second.changed(CircuitState.HALF_OPEN, 7);
        first.changed(CircuitState.CLOSED, 9);
        second.changed(CircuitState.OPEN, 20);
        assertEquals(List.of("CLOSED 0", "OPEN 7", "HALF_OPEN 7", "CLOSED 9"), heard);
    }

    @Test
    void aGroupWithoutInstancesKeepsItNotClosed() {
        first.hasInstances(false);
        second.changed(CircuitState.OPEN, 7);
        assertEquals(List.of("CLOSED 0", "OPEN 7"), heard);
        first.hasInstances(true);
        second.hasInstances(false);
        first.hasInstances(false);
        assertEquals(List.of("CLOSED 0", "OPEN 7", "CLOSED 0"), heard, "where none has any the model has failed");
    }

    @Test
    void whatFailedOneAfterTheOtherIsBackWithTheFirst() {
        List<String> news = new ArrayList<>();
        GroupsServing serving = new GroupsServing(
                new InstanceDeployer.Serving() {

                    @Override
                    public void failed(String why) {
                        news.add(why);
                    }

                    @Override
                    public void restored() {
                        news.add("restored");
                    }
                },
                2);
        serving.of("a").failed("a hangs");
        assertEquals(List.of(), news);
        serving.of("b").failed("b hangs");
        serving.of("a").restored();
        serving.of("b").restored();
        assertEquals(List.of("b hangs", "restored"), news);
    }
}
