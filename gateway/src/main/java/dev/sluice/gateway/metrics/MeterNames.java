package dev.sluice.gateway.metrics;

/**
 * The name and meaning of each of our meters, as Prometheus shows them.
 *
 * <p>docs/operating.md has the same tables for operators, and a test compares the two.
 *
 * @thread stateless
 * @units durations in seconds, as Prometheus has it
 */
public final class MeterNames {

    /** Counter, by model, version, protocol and outcome: inference requests answered. */
    public static final String REQUESTS = "sluice_requests_total";

    /** Counter, by model and version: requests that were answered with what an equal one was answered with before. */
    public static final String CACHE_HITS = "sluice_cache_hits_total";

    /** Counter, by model and version: requests that may have been, and set out. */
    public static final String CACHE_MISSES = "sluice_cache_misses_total";

    /** Counter, by model and version: requests that waited for the answer of an equal one. */
    public static final String CACHE_SHARED = "sluice_cache_shared_total";

    /** Gauge, by model and version: what is held of answers, with what holds it. */
    public static final String CACHE_BYTES = "sluice_cache_bytes";

    /** Counter, by model and version: parts of answers that were given before the last one of each. */
    public static final String ANSWER_PARTS = "sluice_answer_parts_total";

    /** Histogram, by model and version: from a request's head until its answer was handed to the socket. */
    public static final String REQUEST_SECONDS = "sluice_request_seconds";

    /** Histogram, by model and version: from enqueue until the request's batch was formed. */
    public static final String QUEUE_SECONDS = "sluice_queue_seconds";

    /** Histogram, by model and version: joining the rows of a batch into its tensors. */
    public static final String BATCH_FORM_SECONDS = "sluice_batch_form_seconds";

    /** Histogram, by model and version: the engine call of a batch. */
    public static final String BATCH_RUN_SECONDS = "sluice_batch_run_seconds";

    /** Counter: bytes that have come for models that do not lie in the repository. */
    public static final String SOURCE_RECEIVED_BYTES = "sluice_source_received_bytes_total";

    /** Counter: tries to get such a model that have failed. */
    public static final String SOURCE_FAILURES = "sluice_source_failures_total";

    /** Gauge: what lay in their cache when the last of them came. */
    public static final String SOURCE_CACHE_BYTES = "sluice_source_cache_bytes";

    /** Histogram, by model and version: rows in a batch. */
    public static final String BATCH_ROWS = "sluice_batch_rows";

    /** Counter, by model, version and reason: batches that left, by why they were closed. */
    public static final String BATCHES = "sluice_batches_total";

    /** Histogram, by model and version: how long a batch took, in percent of how long it was expected to take. */
    public static final String PREDICTION_PERCENT = "sluice_batch_prediction_percent";

    /** Gauge, by model and version: what a batch is believed to take whatever its size. */
    public static final String LEARNED_BATCH_SECONDS = "sluice_learned_batch_seconds";

    /** Gauge, by model and version: what each row is believed to add to a batch. */
    public static final String LEARNED_ROW_SECONDS = "sluice_learned_row_seconds";

    /** Gauge, by model and version: beyond how many rows a larger batch is believed not to be worth it. */
    public static final String USEFUL_ROWS = "sluice_useful_batch_rows";

    /** Counter, by model and version: batches that came back without an answer. */
    public static final String BATCH_FAILURES = "sluice_batch_failures_total";

    /** Counter, by model and version: batches that were ended before their end, for all their clients had gone. */
    public static final String WITHDRAWN_BATCHES = "sluice_withdrawn_batches_total";

    /** Gauge, by model, version and priority: requests that wait in the batcher's queue. */
    public static final String QUEUE_REQUESTS = "sluice_queue_requests";

    /** Counter, by model, version and reason: requests that the batcher let go without an answer from the model. */
    public static final String DROPPED_REQUESTS = "sluice_dropped_requests_total";

    /** Gauge, by model, version and state: 1 for the state that the model's circuit breaker is in. */
    public static final String CIRCUIT_STATE = "sluice_circuit_state";

    /** Counter, by model, version and state: how often the model's circuit breaker has come into that state. */
    public static final String CIRCUIT_CHANGES = "sluice_circuit_changes_total";

    /** Counter, by model and version: instances that did not come back from an engine call and were replaced. */
    public static final String REPLACED_INSTANCES = "sluice_replaced_instances_total";

    /** Gauge, by model and version: threads of replaced instances that have not ended. */
    public static final String STUCK_THREADS = "sluice_stuck_threads";

    /** Gauge, by model and version: direct memory that the instances keep for the tensors of their batches. */
    public static final String BATCH_MEMORY = "sluice_batch_memory_bytes";

    /** Gauge, by model and version: memory that a pipeline's requests have taken between its stages. */
    public static final String PIPELINE_MEMORY = "sluice_pipeline_memory_bytes";

    /** Counter, by scope (client or model) and limit: inference requests that were refused for a quota. */
    public static final String LIMITED_REQUESTS = "sluice_limited_requests_total";

    /** Counter: inference requests refused by their heads, because their model had no room for them. */
    public static final String REFUSED_UNREAD = "sluice_refused_unread_total";

    /** Gauge: quotas of clients, for requests or for rows, that are not whole at the moment. */
    public static final String QUOTAS_IN_USE = "sluice_quotas_in_use";

    /** Gauge: inference requests admitted and not yet answered. */
    public static final String IN_FLIGHT = "sluice_in_flight_requests";

    /** Gauge: connections of clients. */
    public static final String CONNECTIONS = "sluice_connections";

    /** Gauge: those of them that speak WebSocket. */
    public static final String STREAMS = "sluice_websocket_connections";

    /** Counter: connections closed at once because there were {@code http.max_connections}. */
    public static final String REFUSED_CONNECTIONS = "sluice_refused_connections_total";

    /** Gauge: the longest turn of any front loop in the last ten to twenty seconds, which is how long what comes may wait. */
    public static final String LOOP_LAG_SECONDS = "sluice_loop_lag_seconds";

    /** Counter: turns of front loops that took 5 ms or longer. */
    public static final String LONG_TURNS = "sluice_long_loop_turns_total";

    /** Gauge: connections that are not read now, because their front loop has enough to do. */
    public static final String PAUSED_CONNECTIONS = "sluice_paused_connections";

    /** Counter: how often a connection was not read for a while. */
    public static final String PAUSES = "sluice_connection_pauses_total";

    /** Counter: how often a port let nobody in for a while, because a front loop had enough to do. */
    public static final String ACCEPT_PAUSES = "sluice_accept_pauses_total";

    /** Counter: connections of HTTP/1.1 ended behind an answer while their request was still on its way. */
    public static final String ENDED_EARLY = "sluice_ended_early_connections_total";

    /** Gauge: bytes of requests that are held, bodies and decoded tensors, out of {@code admission.max_in_flight_bytes}. */
    public static final String HELD_BODY_BYTES = "sluice_held_body_bytes";

    /** Gauge: what waits for one of {@code transform.threads}: pictures, texts of a request, and large outputs. */
    public static final String WAITING_TRANSFORMS = "sluice_waiting_transforms";

    /** Gauge: what these threads are at. */
    public static final String RUNNING_TRANSFORMS = "sluice_running_transforms";

    /** Summary, by kind (picture, text, audio or answer): what they took, without what was refused or dropped. */
    public static final String TRANSFORM_SECONDS = "sluice_transform_seconds";

    /** Counter: what was refused because {@code transform.max_queue} waited. */
    public static final String REFUSED_TRANSFORMS = "sluice_refused_transforms_total";

    /** Counter, by reason: slow clients given up, for the head of a request or for an answer. */
    public static final String SLOW_CLIENTS = "sluice_slow_clients_total";

    /** Gauge: bytes of answers that their clients have not taken yet. */
    public static final String UNSENT_BYTES = "sluice_unsent_bytes";

    /** Gauge, by model, version, group and device: threads that run the version there, as many as there are now. */
    public static final String INSTANCES = "sluice_instances";

    /** Gauge, by model, version and state: 1 for the state that the model version is in. */
    public static final String MODEL_STATE = "sluice_model_state";

    /** Counter, by model, version and reason (idle or budget): how often the version was sent to sleep. */
    public static final String SLEEPS = "sluice_model_sleeps_total";

    /** Histogram, by model and version: from the request that woke the version until it was ready. */
    public static final String WAKE_SECONDS = "sluice_model_wake_seconds";

    /** Counter, by model and version: how often the version was asked while it was asleep and could not be loaded. */
    public static final String FAILED_WAKES = "sluice_model_failed_wakes_total";

    /** Gauge, by model and version: what there is to remark on a version that is served all the same. */
    public static final String MODEL_REMARKS = "sluice_model_remarks";

    /** Gauge, by model and version: percent of the requests that leave the version open, for a version on trial. */
    public static final String CANDIDATE_WEIGHT = "sluice_candidate_weight_percent";

    /** Counter, by model and decision (reject or promote): what guards have decided of versions on trial, and was done. */
    public static final String TRIAL_DECISIONS = "sluice_trial_decisions_total";

    /** Counter, by model: requests that a version on trial failed and that the stable one was given. */
    public static final String RESCUED_REQUESTS = "sluice_rescued_requests_total";

    /** Counter, by model and result (agreed, differed, failed or dropped): copies of requests to a version on trial. */
    public static final String SHADOW_COPIES = "sluice_shadow_copies_total";

    /** Gauge, by model, version and output: population stability index of what it answered lately and its baseline. */
    public static final String DRIFT_PSI = "sluice_drift_psi";

    /** Gauge, by model, version and output: what chance alone makes of that index, on average. */
    public static final String DRIFT_PSI_BY_CHANCE = "sluice_drift_psi_by_chance";

    /** Gauge, by model, version and output: Kolmogorov-Smirnov distance of the same. */
    public static final String DRIFT_KS = "sluice_drift_ks";

    /** Gauge, by model, version and output: answers that were looked at lately. */
    public static final String DRIFT_SAMPLES = "sluice_drift_samples";

    /** Gauge, by model, version and output: the part of them that had no finite number. */
    public static final String DRIFT_NOT_FINITE = "sluice_drift_not_finite_ratio";

    private MeterNames() {}
}
