package dev.sluice.gateway.fake;

import dev.sluice.gateway.admit.AdmissionControl;
import dev.sluice.gateway.admit.AdmitOptions;
import dev.sluice.gateway.admit.LimitListener;
import dev.sluice.gateway.admit.LimitOptions;
import dev.sluice.gateway.admit.RateLimits;
import dev.sluice.worker.contract.Ticker;
import java.util.List;

/** Admission for tests that are not about quotas. */
public final class Limits {

    private Limits() {}

    public static AdmissionControl unlimited(AdmitOptions options) {
        LimitOptions none = new LimitOptions(List.of(), List.of(), 1024);
        return new AdmissionControl(options, new RateLimits(none, Ticker.SYSTEM, LimitListener.NONE), Ticker.SYSTEM);
    }
}
