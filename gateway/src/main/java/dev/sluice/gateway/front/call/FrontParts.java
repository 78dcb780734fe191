package dev.sluice.gateway.front.call;

import dev.sluice.gateway.admit.AdmissionControl;
import dev.sluice.gateway.admit.AdmitOptions;
import dev.sluice.gateway.cache.ResponseCache;
import dev.sluice.gateway.dispatch.ModelDirectory;
import dev.sluice.gateway.drift.Drift;
import dev.sluice.gateway.front.Page;
import dev.sluice.gateway.front.RequestListener;
import dev.sluice.gateway.front.StatisticsSource;
import dev.sluice.gateway.front.control.Operations;
import dev.sluice.gateway.front.v2.JsonOptions;
import dev.sluice.gateway.security.AccessRules;
import dev.sluice.gateway.traffic.Agreements;
import dev.sluice.gateway.traffic.Traffic;
import dev.sluice.gateway.transform.PictureUrls;
import dev.sluice.gateway.transform.TransformPool;
import dev.sluice.worker.contract.Ticker;
import java.util.Optional;

/**
 * What every front is given: the parts of the gateway that it calls.
 *
 * @param traffic of which models a version is on trial
 * @param agreements compares answers to copies
 * @param drift whether versions answer as they are known to
 * @param operations what operators may have done
 * @param metricsPage shown at {@code GET /metrics}; without it, nothing is there
 * @param access empty where nobody is asked for a key
 * @param transforms decodes pictures
 * @param pictureUrls fetches pictures for clients who send their URLs
 * @param cache of answers
 * @param version of Sluice, as it tells clients
 */
public record FrontParts(
        ModelDirectory models,
        Traffic traffic,
        Agreements agreements,
        Drift drift,
        AdmissionControl admission,
        AdmitOptions admitOptions,
        JsonOptions jsonOptions,
        RequestListener listener,
        StatisticsSource statistics,
        Operations operations,
        Optional<Page> metricsPage,
        Optional<AccessRules> access,
        Ticker ticker,
        TransformPool transforms,
        PictureUrls pictureUrls,
        ResponseCache cache,
        String version) {}
