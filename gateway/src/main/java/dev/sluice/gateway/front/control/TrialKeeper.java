package dev.sluice.gateway.front.control;

import dev.sluice.gateway.drift.Comparison;
import dev.sluice.gateway.drift.Drift;
import dev.sluice.gateway.traffic.Traffic;
import dev.sluice.gateway.traffic.Trial;
import dev.sluice.gateway.traffic.Verdict;
import dev.sluice.worker.contract.ModelCommand;
import dev.sluice.worker.contract.ModelCommand.Outcome;
import dev.sluice.worker.contract.ModelId;
import dev.sluice.worker.contract.Ticker;
import dev.sluice.worker.contract.TrafficPolicy;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Has done what the guards of candidates decide, as if an operator had asked for it: so it is in the audit log, and there is
 * one way in which versions change.
 *
 * @thread called on one context, where it hears what became of it
 * @bound one command at a time for each candidate
 * @errors what cannot be done is decided anew after a while
 */
public final class TrialKeeper {

    private static final Logger LOG = LoggerFactory.getLogger(TrialKeeper.class);

    private static final Operator GUARD = new Operator(Operator.Api.GUARD, "", "sluice", "");

    private final Traffic traffic;
    private final Drift drift;
    private final Operations operations;
    private final Ticker ticker;

    public TrialKeeper(Traffic traffic, Drift drift, Operations operations, Ticker ticker) {
        this.traffic = traffic;
        this.drift = drift;
        this.operations = operations;
        this.ticker = ticker;
    }

    /** Asks each trial whether it is over. */
    public void look() {
        for (Trial trial : traffic.trials()) {
            ModelId candidate = trial.candidate().model();
            Verdict verdict = trial.verdict(outputs(trial), ticker.nanos());
            switch (verdict) {
                case Verdict.GoOn goOn -> {}
                case Verdict.Reject(String reason) ->
                    order(new ModelCommand.Reject(candidate.name(), candidate.version(), reason), trial, verdict);
                case Verdict.Promote(String reason) ->
                    order(new ModelCommand.Promote(candidate.name(), candidate.version(), reason), trial, verdict);
            }
        }
    }

    private List<Comparison> outputs(Trial trial) {
        TrafficPolicy.Guard guard = trial.bounds();
        return guard.drift() > 0 ? drift.ofTrial(trial.candidate().model(), guard.minSamples()) : List.of();
    }

    private void order(ModelCommand command, Trial trial, Verdict verdict) {
        ModelId candidate = trial.candidate().model();
        LOG.info("the trial of model {} is over: {}", candidate, verdict);
        operations.order(command, GUARD).onSuccess(outcome -> done(outcome, trial, verdict));
    }

    private void done(Outcome outcome, Trial trial, Verdict verdict) {
        ModelId candidate = trial.candidate().model();
        if (outcome.refusal() == null) {
            traffic.listener().decided(candidate, verdict);
        } else {
            LOG.warn(
                    "what was decided of model {} is not done: {}",
                    candidate,
                    outcome.refusal().message());
            trial.reopen(ticker.nanos());
        }
    }
}
