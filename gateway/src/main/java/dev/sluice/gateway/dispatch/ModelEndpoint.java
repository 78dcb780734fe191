package dev.sluice.gateway.dispatch;

import dev.sluice.worker.contract.ModelId;
import dev.sluice.worker.contract.ModelReport.Description;

/** A model version that takes requests, and where they go. */
public record ModelEndpoint(ModelId model, Description description) {}
