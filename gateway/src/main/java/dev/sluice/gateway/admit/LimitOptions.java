package dev.sluice.gateway.admit;

import dev.sluice.worker.settings.Setting;
import java.util.List;
import java.util.Optional;

/**
 * How much clients may ask for, each of them and all of them together of a model.
 *
 * @param clients a quota for each client, as in {@code batch-job: 2 requests/s}; {@code *} stands for each that is not
 *     named; none, because nobody but the operator knows what is much
 * @param models a quota for each model, which its clients share, likewise
 * @param maxClients room for the quotas of clients that are in use at one time, of which all but a hundredth are
 *     remembered with half of it taken; 1048576 take at most 19 MB, and nothing as long as {@code clients} is empty
 */
public record LimitOptions(
        @Setting("[]") List<String> clients,
        @Setting("[]") List<String> models,

        @Setting(value = "1048576", min = "1024", max = "67108864")
        int maxClients) {

    /** What is wrong with an item of one of the lists, if anything is. */
    public static Optional<String> problem(String quota) {
        return QuotaRules.problem(quota);
    }
}
