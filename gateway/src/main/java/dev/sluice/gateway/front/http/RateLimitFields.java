package dev.sluice.gateway.front.http;

import dev.sluice.gateway.admit.LimitListener.Limit;
import dev.sluice.gateway.admit.Quota;
import dev.sluice.gateway.admit.Rate;
import dev.sluice.gateway.admit.Standing;
import io.vertx.core.MultiMap;
import io.vertx.core.http.HttpHeaders;
import java.util.StringJoiner;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Tells a client what it may do and what it has left of that.
 *
 * <p>{@code r} is what it can ask for at once, {@code t} in how many seconds it will be more; neither is a promise that
 * there is room.
 *
 * @thread stateless
 * @source draft-ietf-httpapi-ratelimit-headers-11; its registry of units has no word for rows
 */
final class RateLimitFields {

    private static final CharSequence LIMIT_FIELD = HttpHeaders.createOptimized("RateLimit");
    private static final CharSequence POLICY_FIELD = HttpHeaders.createOptimized("RateLimit-Policy");
    private static final long NANOS_PER_SECOND = TimeUnit.SECONDS.toNanos(1);

    private RateLimitFields() {}

    static void put(MultiMap headers, Standing standing) {
        headers.set(POLICY_FIELD, policy(standing.quota()));
        headers.set(LIMIT_FIELD, left(standing));
    }

    static String policy(Quota quota) {
        StringJoiner items = new StringJoiner(", ");
        if (quota.requests() != null) {
            items.add(policy(Limit.REQUESTS, quota.requests(), ""));
        }
        if (quota.rows() != null) {
            items.add(policy(Limit.ROWS, quota.rows(), ";qu=\"rows\""));
        }
        if (quota.concurrent() != Quota.NO_LIMIT) {
            items.add("\"" + Limit.CONCURRENT.word() + "\";q=" + quota.concurrent() + ";qu=\"concurrent-requests\"");
        }
        return items.toString();
    }

    /** A window counts whole seconds; one that has other parts of a second cannot be told. */
    private static String policy(Limit limit, Rate rate, String unit) {
        boolean whole = rate.windowNanos() % NANOS_PER_SECOND == 0;
        String window = whole ? ";w=" + rate.windowNanos() / NANOS_PER_SECOND : "";
        return "\"" + limit.word() + "\";q=" + rate.quota() + unit + window;
    }

    static String left(Standing standing) {
        Quota quota = standing.quota();
        StringJoiner items = new StringJoiner(", ");
        addLeft(items, Limit.REQUESTS, quota.requests(), standing.requestsDebtNanos());
        addLeft(items, Limit.ROWS, quota.rows(), standing.rowsDebtNanos());
        if (quota.concurrent() != Quota.NO_LIMIT) {
            items.add("\"" + Limit.CONCURRENT.word() + "\";r=" + Math.max(0, quota.concurrent() - standing.open()));
        }
        return items.toString();
    }

    private static void addLeft(StringJoiner items, Limit limit, @Nullable Rate rate, long debtNanos) {
        if (rate == null) {
            return;
        }
        long nextNanos = rate.nextNanos(debtNanos);
        String time = nextNanos == 0 ? "" : ";t=" + Math.ceilDiv(nextNanos, NANOS_PER_SECOND);
        items.add("\"" + limit.word() + "\";r=" + rate.available(debtNanos) + time);
    }
}
