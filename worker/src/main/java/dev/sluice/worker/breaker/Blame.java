package dev.sluice.worker.breaker;

import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.Set;

/**
 * Which clients are to blame for their failures themselves, because others were answered meanwhile.
 *
 * <p>Who fails is suspected from the moment when somebody else is answered, until being answered too. What suspects
 * fail says nothing of the model. Whoever was answered last is never one of them, nor is a client that is alone; so a
 * model that fails everybody is found out by the first who are not suspected.
 *
 * @thread owned by the batcher loop; pure
 * @bound {@value #MOST} clients of each kind; the oldest suspects are forgotten
 */
final class Blame {

    private static final int MOST = 64;

    private final Set<String> failed = new LinkedHashSet<>();
    private final Set<String> suspects = new LinkedHashSet<>();

    /** Whether all of them are suspected. */
    boolean isOn(Set<String> clients) {
        return suspects.containsAll(clients);
    }

    void failed(Set<String> clients) {
        failed.addAll(clients);
        shorten(failed);
    }

    void answered(Set<String> clients) {
        suspects.addAll(failed);
        suspects.removeAll(clients);
        shorten(suspects);
        failed.clear();
    }

    private static void shorten(Set<String> clients) {
        Iterator<String> oldest = clients.iterator();
        while (clients.size() > MOST) {
            oldest.next();
            oldest.remove();
        }
    }
}
