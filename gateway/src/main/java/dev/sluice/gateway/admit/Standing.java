package dev.sluice.gateway.admit;

/**
 * What a client may do, and what it has used of that at one moment.
 *
 * @param requestsDebtNanos as {@link Rate} counts it; 0 without such a limit, and so for the rows
 * @param open requests that it has open
 */
public record Standing(Quota quota, long requestsDebtNanos, long rowsDebtNanos, int open) {}
