package dev.sluice.worker;

import dev.sluice.worker.contract.CircuitReport.Fallback;
import dev.sluice.worker.contract.InferenceError;
import dev.sluice.worker.contract.InferenceException;
import dev.sluice.worker.contract.InstanceListener;
import dev.sluice.worker.contract.ModelId;
import dev.sluice.worker.contract.ModelReport.Description;
import dev.sluice.worker.contract.ModelState;
import dev.sluice.worker.contract.SleepReason;
import dev.sluice.worker.contract.TextInput;
import dev.sluice.worker.contract.Ticker;
import dev.sluice.worker.memory.MemoryPolicy;
import dev.sluice.worker.memory.MemoryPolicy.Room;
import dev.sluice.worker.memory.NoRoomException;
import dev.sluice.worker.memory.Resident;
import dev.sluice.worker.repository.ModelLocation;
import dev.sluice.worker.tokenizer.Tokenizers;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sends versions to sleep that nobody asks, or whose memory others need, and has those loaded again that are asked.
 *
 * <p>Whoever falls asleep is like one that is unloaded: the front is told first, and asks the {@link WaitingRoom} from
 * then on; then the batcher drains. A version that is new, or whose files have changed, need not wait for room: it makes
 * what room is free of use, and beyond the budget it is soon brought back.
 *
 * @thread the control thread; {@link #wake} any
 * @bound one wake for each version that is asleep; one of them at a time waits for room, in the order of asking
 * @errors what cannot be woken is tried again when it is asked after {@link #LEAST_WAIT}, then twice as long, and so on
 */
final class ModelSleep {

    /**
     * What else happens to versions.
     *
     * @thread the control thread
     */
    interface Steps {

        void inItsOwnTime(ModelId model, Runnable work);

        /** Tells the gateway side how it stands, and waits until that has been noted. */
        void report(KeptVersion version, String reason);

        /** Brings it from LOADING to READY. */
        void bring(KeptVersion version) throws Exception;

        /** Waits until it has nothing to do, and frees its memory. */
        void leave(ServedModel served);
    }

    static final Duration LEAST_WAIT = Duration.ofSeconds(1);
    static final Duration MOST_WAIT = Duration.ofMinutes(1);

    private static final Logger LOG = LoggerFactory.getLogger(ModelSleep.class);

    /** Between two looks for who has been idle for too long. */
    private static final long LOOK_MILLIS = 250;

    /** Between two looks for room while somebody waits for it. */
    private static final long ROOM_LOOK_MILLIS = 20;

    private final MemoryPolicy policy;
    private final WaitingRoom room;
    private final KeptVersions kept;
    private final InstanceListener listener;
    private final Ticker ticker;
    private final Vertx vertx;
    private final Steps steps;
    private final Turns forRoom = new Turns();
    private final List<Resident> leaving = new ArrayList<>();
    private Predicate<ModelId> onTrial = model -> false;

    /** What it works with. */
    record Parts(ControlOptions options, WaitingRoom room, InstanceListener listener, Ticker ticker, Vertx vertx) {}

    ModelSleep(Parts parts, KeptVersions kept, Steps steps) {
        long budget = parts.options.memoryBudget();
        this.policy = new MemoryPolicy(budget > 0 ? budget : Long.MAX_VALUE);
        this.room = parts.room;
        this.listener = parts.listener;
        this.ticker = parts.ticker;
        this.vertx = parts.vertx;
        this.kept = kept;
        this.steps = steps;
    }

    /** Begins to look for who is idle; {@code trials} says which versions are on trial, or compared with one that is. */
    void begin(Predicate<ModelId> trials) {
        onTrial = trials;
        vertx.setPeriodic(LOOK_MILLIS, due -> look());
    }

    private void look() {
        MemoryPolicy.idle(residents(), ticker.nanos()).forEach(model -> sleep(model, SleepReason.IDLE));
        makeRoom();
        for (KeptVersion version : kept.all()) {
            boolean isAsleep = version.life.state() == ModelState.ASLEEP && !version.isBeingWoken();
            if (isAsleep && isPinned(version, fallbacks()) && remainingNanos(version) <= 0) {
                wakeHere(version, () -> true);
            }
        }
    }

    private void makeRoom() {
        policy.beyond(0, residents(), ticker.nanos()).forEach(model -> sleep(model, SleepReason.BUDGET));
    }

    /**
     * A version is about to be loaded for the first time, or from files that have changed.
     *
     * @throws NoRoomException when there cannot be room for it
     */
    void admit(KeptVersion version) {
        ModelLocation files = version.here();
        version.bytes = vertx.executeBlocking(() -> ModelSize.of(files), false).await();
        if (policy.room(version.bytes, List.of(), ticker.nanos()) instanceof Room.Never(String why)) {
            throw new NoRoomException(why);
        }
        makeRoom();
    }

    /** What serves is to leave, now or when its successor is there, and is in memory until it {@link #hasLeft}. */
    Resident isToLeave(KeptVersion version) {
        Resident gone = new Resident(version.model(), version.bytes, Resident.Stage.LEAVING, false, true, 0, 0, 0, 0);
        leaving.add(gone);
        return gone;
    }

    /** Its memory is free. */
    void hasLeft(Resident gone) {
        leaving.remove(gone);
    }

    private List<Resident> residents() {
        Set<String> fallbacks = fallbacks();
        List<Resident> residents = new ArrayList<>(leaving);
        for (KeptVersion version : kept.all()) {
            Resident resident = version.resident(isPinned(version, fallbacks));
            if (resident != null) {
                residents.add(resident);
            }
        }
        return residents;
    }

    /** A fallback that has to be loaded first is none, and what is measured is not to be compared with its first runs. */
    private boolean isPinned(KeptVersion version, Set<String> fallbacks) {
        return version.rest.pinned() || fallbacks.contains(version.model().name()) || onTrial.test(version.model());
    }

    private Set<String> fallbacks() {
        Set<String> names = new HashSet<>();
        for (KeptVersion version : kept.all()) {
            Fallback fallback = version.fallback;
            if (fallback != null) {
                names.add(fallback.name());
            }
        }
        return names;
    }

    private void sleep(ModelId model, SleepReason why) {
        KeptVersion version = kept.get(model);
        ServedModel served = Objects.requireNonNull(version.serving);
        Description awake = Objects.requireNonNull(served.description());
        Resident gone = isToLeave(version);
        version.life.enter(ModelState.ASLEEP);
        version.sleeping = awake.asleepAt(WaitingRoom.address(model));
        version.profiles = served.profiles();
        version.serving = null;
        listener.asleep(model, why);
        LOG.info("model {} is asleep: {}", model, inWords(why));
        steps.inItsOwnTime(model, () -> {
            try {
                room.open(model, awake.signature()).await();
                tell(version, "asleep: " + inWords(why) + "; the next request has it loaded again");
            } finally { // whether or not everybody has heard of it
                leave(served, gone);
            }
        });
    }

    /** It drains, and its memory is free. */
    void leave(@Nullable ServedModel served, Resident gone) {
        try {
            if (served != null) {
                steps.leave(served);
            }
        } finally {
            hasLeft(gone);
        }
    }

    /** Unless nothing is wanted of it any more, which has been told. Who has been woken since has another reason. */
    private void tell(KeptVersion version, String reason) {
        if (kept.stillHas(version)) {
            steps.report(version, version.life.state() == ModelState.ASLEEP ? reason : version.reason);
        }
    }

    private static String inWords(SleepReason why) {
        return switch (why) {
            case IDLE -> "nobody has asked it for as long as it may be idle";
            case BUDGET -> "others need the memory";
        };
    }

    /** Has it loaded again; as {@link WaitingRoom.Waker} wants it. */
    Future<Description> wake(ModelId model, BooleanSupplier wanted) {
        KeptVersion version = kept.find(model);
        if (version == null) {
            return refused(model, "it has been unloaded", InferenceError.RETRY_SOON_MILLIS);
        }
        return switch (version.life.state()) {
            case READY ->
                Future.succeededFuture(Objects.requireNonNull(version.report().description()));
            case LOADING, WARMING -> version.awakening();
            case ASLEEP -> wakeUnlessTooSoon(version, wanted);
            case DRAINING, UNLOADED -> refused(model, "it is being unloaded", InferenceError.RETRY_SOON_MILLIS);
            case FAILED -> refused(model, version.reason, InferenceError.NO_RETRY);
        };
    }

    private static Future<Description> refused(ModelId model, String why, long retryAfterMillis) {
        return Future.failedFuture(
                new InferenceException(new InferenceError.ModelNotReady(model, why, retryAfterMillis)));
    }

    private Future<Description> wakeUnlessTooSoon(KeptVersion version, BooleanSupplier wanted) {
        if (version.isBeingWoken()) {
            return version.awakening();
        }
        long nanos = remainingNanos(version);
        return nanos > 0 ? refused(version.model(), version.reason, millis(nanos)) : wakeHere(version, wanted);
    }

    private long remainingNanos(KeptVersion version) {
        return version.failedWakes == 0 ? 0 : version.notBeforeNanos - ticker.nanos();
    }

    private static long millis(long nanos) {
        return TimeUnit.NANOSECONDS.toMillis(nanos) + 1;
    }

    private Future<Description> wakeHere(KeptVersion version, BooleanSupplier wanted) {
        Future<Description> awake = version.awakening();
        long sinceNanos = ticker.nanos();
        steps.inItsOwnTime(version.model(), () -> {
            InferenceError failure = new InferenceError.Cancelled();
            try {
                if (forRoom.inTurn(() -> begins(version, wanted))) {
                    if (!vertx.executeBlocking(version.tried::isAsFound, false).await()) {
                        version.profiles = Map.of(); // then it shows once more what it can
                    }
                    steps.bring(version);
                    woken(version, sinceNanos);
                }
            } catch (Throwable broken) { // nobody else would tell those who wait
                failure = failed(version, version.failsFor(broken), sinceNanos);
            } finally {
                version.tellWakers(failure);
            }
        });
        return awake;
    }

    /** Waits for room; false when there is nothing to be loaded any more. */
    private boolean begins(KeptVersion version, BooleanSupplier wanted) {
        while (wanted.getAsBoolean() && version.life.state() == ModelState.ASLEEP && kept.stillHas(version)) {
            switch (policy.room(version.bytes, residents(), ticker.nanos())) {
                case Room.Never(String why) -> throw new NoRoomException(why);
                case Room.Later later -> {}
                case Room.After(List<ModelId> sleepers) -> {
                    if (sleepers.isEmpty()) {
                        version.life.enter(ModelState.LOADING);
                        return true;
                    }
                    sleepers.forEach(model -> sleep(model, SleepReason.BUDGET));
                }
            }
            vertx.timer(ROOM_LOOK_MILLIS, TimeUnit.MILLISECONDS).await();
        }
        return false;
    }

    private void woken(KeptVersion version, long sinceNanos) {
        version.failedWakes = 0;
        version.hold(null);
        long nanos = ticker.nanos() - sinceNanos;
        listener.woken(version.model(), true, nanos);
        LOG.info("model {} is awake after {} ms", version.model(), TimeUnit.NANOSECONDS.toMillis(nanos));
    }

    private InferenceError failed(KeptVersion version, String why, long sinceNanos) {
        ModelId model = version.model();
        Duration wait = wait(++version.failedWakes);
        version.notBeforeNanos = ticker.nanos() + wait.toNanos();
        if (version.life.state() != ModelState.ASLEEP) {
            version.life.enter(ModelState.ASLEEP);
        }
        listener.woken(model, false, ticker.nanos() - sinceNanos);
        LOG.error("model {} is asleep and cannot be loaded again, which is not tried for {}: {}", model, wait, why);
        tell(version, "asleep, and it cannot be loaded again: " + why);
        holdTokenizer(version);
        return new InferenceError.ModelNotReady(model, version.reason, wait.toMillis());
    }

    /** For requests that come meanwhile: they are read before they are refused. */
    private void holdTokenizer(KeptVersion version) {
        Description asleep = version.sleeping;
        if (asleep == null || !(asleep.transform().input() instanceof TextInput texts)) {
            return;
        }
        try {
            Tokenizers.Hold hold = vertx.executeBlocking(() -> Tokenizers.hold(texts.tokenization()), false)
                    .await();
            boolean isStillAsleep = version.life.state() == ModelState.ASLEEP;
            if (isStillAsleep && kept.stillHas(version)) {
                version.hold(hold);
            } else {
                hold.close();
            }
        } catch (RuntimeException unheld) { // then each request makes its own
            LOG.debug("the tokenizer of {} is not held: {}", version.model(), unheld.toString());
        }
    }

    static Duration wait(int failures) {
        Duration wait = LEAST_WAIT;
        for (int i = 1; i < failures && wait.compareTo(MOST_WAIT) < 0; i++) {
            wait = wait.multipliedBy(2);
        }
        return wait.compareTo(MOST_WAIT) < 0 ? wait : MOST_WAIT;
    }

    /** Nothing is known of that version any more. */
    void forget(ModelId model) {
        room.close(model).await();
    }
}
