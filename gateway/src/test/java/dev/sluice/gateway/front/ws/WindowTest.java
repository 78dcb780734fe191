package dev.sluice.gateway.front.ws;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** What may be in flight on one connection, and in which order its answers leave. */
class WindowTest {

    private static final int SEEDS = 2_000;
    private static final int STEPS = 200;

    private final List<String> left = new ArrayList<>();

    private Window<String> window(int messages, long bytes, boolean inOrder) {
        return new Window<>(messages, bytes, inOrder, left::add);
    }

    @Test
    void letsInAsManyAsItHasPlacesFor() {
        Window<String> window = window(2, 1000, false);
        Window<String>.Place first = window.open("a", 1);
        assertEquals(Window.Entry.LET_IN, first.entry());
        assertEquals(Window.Entry.LET_IN, window.open(null, 1).entry());
        assertFalse(window.isOverrun(), "a full window alone stops nothing: cancels and pings must come through");
        Window<String>.Place beyond = window.open("c", 1);
        assertEquals(Window.Entry.OVERRUN, beyond.entry());
        beyond.close("no");
        assertTrue(window.isOverrun());
        first.close("yes");
        assertFalse(window.isOverrun());
        assertEquals(List.of("no", "yes"), left);
        assertEquals(1, window.inFlight());
    }

    @Test
    void countsBytesTooButAlwaysLetsOneMessageIn() {
        Window<String> window = window(9, 10, false);
        Window<String>.Place long1 = window.open("long", 11);
        assertEquals(Window.Entry.LET_IN, long1.entry());
        assertEquals(Window.Entry.OVERRUN, window.open("x", 0).entry());
        long1.close("done");
        assertEquals(Window.Entry.LET_IN, window.open("a", 6).entry());
        assertEquals(Window.Entry.LET_IN, window.open("b", 4).entry());
        assertEquals(Window.Entry.OVERRUN, window.open("c", 1).entry());
    }

    @Test
    void findsWhatIsInFlightById() {
        Window<String> window = window(3, 100, false);
        Window<String>.Place first = window.open("a", 1);
        assertSame(first, window.find("a"));
        assertEquals(Window.Entry.TAKEN, window.open("a", 1).entry());
        first.close("done");
        assertNull(window.find("a"));
        assertEquals(Window.Entry.LET_IN, window.open("a", 1).entry());
    }

    @Test
    void holdsAnAnswerForItsTurnAndItsPlaceWithIt() {
        Window<String> window = window(2, 100, true);
        Window<String>.Place first = window.open("a", 1);
        Window<String>.Place second = window.open("b", 1);
        Window<String>.Place refused = window.open("c", 1);
        refused.close("c");
        second.close("b");
        assertEquals(List.of(), left);
        assertEquals(2, window.inFlight());
        assertTrue(window.isOverrun());
        first.close("a");
        assertEquals(List.of("a", "b", "c"), left);
        assertEquals(0, window.inFlight());
        assertFalse(window.isOverrun());
    }

    @Test
    void partsLeaveAtOnceAndGiveNoPlaceBack() {
        Window<String> window = window(1, 100, false);
        Window<String>.Place first = window.open("a", 1);
        first.add("a1");
        first.add("a2");
        assertEquals(List.of("a1", "a2"), left);
        assertEquals(1, window.inFlight());
        assertSame(first, window.find("a"), "its id is still in flight");
        first.close("a3");
        assertEquals(0, window.inFlight());
    }

    @Test
    void partsLeaveInTheTurnOfTheirRequest() {
        Window<String> window = window(3, 100, true);
        Window<String>.Place first = window.open("a", 1);
        Window<String>.Place second = window.open("b", 1);
        Window<String>.Place third = window.open("c", 1);
        second.add("b1");
        third.add("c1");
        third.close("c2");
        first.add("a1");
        assertEquals(List.of("a1"), left, "those of the first in line wait for nobody");
        first.close("a2");
        assertEquals(List.of("a1", "a2", "b1"), left);
        second.add("b2");
        assertEquals("b2", left.getLast(), "it is the first now");
        second.close("b3");
        assertEquals(List.of("a1", "a2", "b1", "b2", "b3", "c1", "c2"), left);
    }

    /** Any interleaving of messages and answers, against the rules one by one. */
    @Test
    void keepsItsPromisesWhateverComes() {
        for (long seed = 0; seed < SEEDS; seed++) {
            left.clear();
            new Run(new SplittableRandom(seed), "seed " + seed).steps();
        }
    }

    private record Open(Window<String>.Place place, String name, int bytes, List<String> parts) {

        void close() {
            place.close(name);
        }

        /** In the order in which they were given. */
        List<String> answers() {
            List<String> all = new ArrayList<>(parts);
            all.add(name);
            return all;
        }

        void part(String part) {
            place.add(part);
            parts.add(part);
        }
    }

    private final class Run {

        private final SplittableRandom random;
        private final String seed;
        private final int maxMessages;
        private final int maxBytes;
        private final boolean inOrder;
        private final Window<String> window;
        private final List<Open> open = new ArrayList<>();
        private final List<Open> came = new ArrayList<>();
        private final List<Open> letInAndHeld = new ArrayList<>();

        Run(SplittableRandom random, String seed) {
            this.random = random;
            this.seed = seed;
            this.maxMessages = random.nextInt(1, 6);
            this.maxBytes = random.nextInt(1, 40);
            this.inOrder = random.nextBoolean();
            this.window = window(maxMessages, maxBytes, inOrder);
        }

        void steps() {
            for (int step = 0; step < STEPS; step++) {
                if (open.isEmpty() || (random.nextInt(3) > 0 && !window.isOverrun())) {
                    receive("m" + step);
                } else if (random.nextInt(3) == 0) {
                    Open one = open.get(random.nextInt(open.size()));
                    one.part(one.name() + " part " + step);
                } else {
                    open.remove(random.nextInt(open.size())).close();
                }
                check();
            }
            while (!open.isEmpty()) {
                open.remove(random.nextInt(open.size())).close();
                check();
            }
            assertEquals(0, window.inFlight(), seed);
            assertFalse(window.isOverrun(), seed);
            List<String> all =
                    came.stream().flatMap(each -> each.answers().stream()).toList();
            assertEquals(all.size(), left.size(), seed);
            assertEquals(new HashSet<>(all), new HashSet<>(left), seed);
            if (inOrder) {
                assertEquals(all, left, seed);
            }
            Map<String, List<String>> byRequest =
                    left.stream().collect(Collectors.groupingBy(answer -> answer.split(" ")[0]));
            came.forEach(each -> assertEquals(each.answers(), byRequest.get(each.name()), seed));
        }

        private void receive(String name) {
            boolean named = random.nextBoolean();
            int bytes = random.nextInt(0, 20);
            boolean fits = held().isEmpty()
                    || (held().size() < maxMessages
                            && held().stream().mapToInt(Open::bytes).sum() + bytes <= maxBytes);
            Window<String>.Place place = window.open(named ? name : null, bytes);
            assertEquals(fits ? Window.Entry.LET_IN : Window.Entry.OVERRUN, place.entry(), seed);
            assertEquals(!fits, window.isOverrun(), seed);
            Open opened = new Open(place, name, bytes, new ArrayList<>());
            came.add(opened);
            open.add(opened);
            if (fits) {
                letInAndHeld.add(opened);
            }
            if (named) {
                assertEquals(fits, window.find(name) != null, seed);
            }
        }

        /** Those let in whose answers have not left. */
        private List<Open> held() {
            return letInAndHeld.stream()
                    .filter(each -> !left.contains(each.name()))
                    .toList();
        }

        private void check() {
            assertEquals(held().size(), window.inFlight(), seed);
            assertTrue(window.inFlight() <= maxMessages, seed);
            if (window.isOverrun()) {
                assertTrue(window.inFlight() > 0, seed + ": nothing would ever end the pause");
            }
            letInAndHeld.removeIf(each -> left.contains(each.name()));
        }
    }
}
