package dev.sluice.gateway.admit;

import dev.sluice.gateway.admit.LimitListener.Limit;
import dev.sluice.gateway.admit.LimitListener.Scope;
import dev.sluice.worker.contract.InferenceError;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * The quotas of all clients, or those of all models, and what is used of them.
 *
 * @thread any; shared by all front loops
 * @bound {@code capacity} rates in use, and the names with requests open
 * @errors Throttled or Overloaded, as the scope is; InvalidRequest for more rows than can ever be given
 */
final class QuotaKeeper {

    private static final long NANOS_PER_MILLI = 1_000_000;

    private final Scope scope;
    private final QuotaRules rules;
    private final boolean limitsNothing;
    private final DebtTable debts;
    private final NameKeys requestKeys = new NameKeys();
    private final NameKeys rowKeys = new NameKeys();
    private final OpenRequests open = new OpenRequests();
    private final Map<String, MeanStay> stays = new ConcurrentHashMap<>(); // of models, which are few
    private final LimitListener listener;

    QuotaKeeper(Scope scope, QuotaRules rules, int capacity, LimitListener listener) {
        this.scope = scope;
        this.rules = rules;
        this.limitsNothing = rules.limitNothing();
        this.debts = new DebtTable(limitsNothing ? 0 : capacity);
        this.listener = listener;
    }

    boolean limitNothing() {
        return limitsNothing;
    }

    /** Counts a request in; null when it is let through. */
    @Nullable
    InferenceError begin(String name, long nowNanos) {
        Quota quota = rules.of(name);
        int most = quota.concurrent();
        if (most != Quota.NO_LIMIT && !open.tryEnter(name, most)) {
            return refused(
                    Limit.CONCURRENT,
                    "has " + most + " requests open and may have no more at one time",
                    millisUntilOneLeaves(name));
        }
        @Nullable Rate rate = quota.requests();
        @Nullable
        InferenceError refusal = rate == null ? null : charge(Limit.REQUESTS, rate, requestKeys.of(name), 1, nowNanos);
        if (refusal != null) {
            leave(name);
        }
        return refusal;
    }

    /** Counts a request out that was not let in after all. */
    void leave(String name) {
        if (rules.of(name).concurrent() != Quota.NO_LIMIT) {
            open.leave(name);
        }
    }

    /** Counts a request out that stayed so long. */
    void end(String name, long stayNanos) {
        if (scope == Scope.MODEL && rules.of(name).concurrent() != Quota.NO_LIMIT) {
            stays.computeIfAbsent(name, first -> new MeanStay()).ended(stayNanos);
        }
        leave(name);
    }

    /** Of a client's own requests nobody knows better than the client. */
    private long millisUntilOneLeaves(String name) {
        @Nullable MeanStay stay = stays.get(name);
        return InferenceError.Overloaded.until("", stay == null ? 0 : stay.nanos())
                .retryAfterMillis();
    }

    /** Charges for the rows of a request that has begun; null when they are let through. */
    @Nullable
    InferenceError chargeRows(String name, int rows, long nowNanos) {
        @Nullable Rate rate = rules.of(name).rows();
        if (rate == null) {
            return null;
        }
        if (!rate.canEverGive(rows)) {
            return new InferenceError.InvalidRequest(
                    "inputs",
                    "have " + rows + " rows, and " + subject() + " may ask for no more than " + rate.quota()
                            + " at once");
        }
        return charge(Limit.ROWS, rate, rowKeys.of(name), rows, nowNanos);
    }

    private @Nullable InferenceError charge(Limit limit, Rate rate, long key, int count, long nowNanos) {
        long waitNanos = debts.charge(key, rate.costNanos(count), rate.windowNanos(), nowNanos);
        if (waitNanos == 0) {
            return null;
        }
        long waitMillis = Math.ceilDiv(waitNanos, NANOS_PER_MILLI);
        return refused(
                limit,
                "has used up its " + limit.word() + ", " + rate + "; there is room for this one in " + waitMillis
                        + " ms",
                waitMillis);
    }

    private InferenceError refused(Limit limit, String why, long waitMillis) {
        listener.refused(scope, limit);
        String message = subject() + " " + why;
        return switch (scope) {
            case CLIENT -> new InferenceError.Throttled(message, limit.word(), waitMillis);
            case MODEL -> new InferenceError.Overloaded(message, waitMillis);
        };
    }

    private String subject() {
        return switch (scope) {
            case CLIENT -> "this client";
            case MODEL -> "the model, for all its clients together,";
        };
    }

    /** What that one may do and has used; empty when nothing limits it. */
    Optional<Standing> standing(String name, long nowNanos) {
        Quota quota = rules.of(name);
        if (quota.equals(Quota.UNLIMITED)) {
            return Optional.empty();
        }
        return Optional.of(new Standing(
                quota,
                quota.requests() == null ? 0 : debts.debtNanos(requestKeys.of(name), nowNanos),
                quota.rows() == null ? 0 : debts.debtNanos(rowKeys.of(name), nowNanos),
                quota.concurrent() == Quota.NO_LIMIT ? 0 : open.of(name)));
    }

    int inDebt(long nowNanos) {
        return debts.inDebt(nowNanos);
    }
}
