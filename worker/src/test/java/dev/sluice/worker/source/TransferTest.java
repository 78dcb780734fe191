package dev.sluice.worker.source;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

class TransferTest {

    private final Transfer transfer = new Transfer();

    @Test
    void whatHadComeBeforeIsNoNews() {
        transfer.begins(0, 100);
        transfer.got(40);
        transfer.begins(0, 100); // it cannot go on where it was
        transfer.got(40);
        assertEquals(40, transfer.news());
        transfer.got(10);
        assertEquals(50, transfer.news());
        assertEquals(90, transfer.received());
    }

    @Test
    void whatGoesOnWhereItWasIsNews() {
        transfer.begins(0, -1);
        transfer.got(40);
        transfer.begins(40, 60);
        transfer.got(20);
        assertEquals(60, transfer.news());
    }

    @Test
    void ofSeveralEachIsNews() {
        transfer.begins(0, 30);
        transfer.got(30);
        transfer.begins(0, 20);
        transfer.got(20);
        assertEquals(50, transfer.news());
    }
}
