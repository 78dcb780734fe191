package dev.sluice.gateway.config;

import dev.sluice.gateway.admit.AdmitOptions;
import dev.sluice.gateway.admit.LimitOptions;
import dev.sluice.gateway.cache.CacheOptions;
import dev.sluice.gateway.front.admin.AdminOptions;
import dev.sluice.gateway.front.grpc.GrpcOptions;
import dev.sluice.gateway.front.http.CompatOptions;
import dev.sluice.gateway.front.http.HttpOptions;
import dev.sluice.gateway.front.v2.JsonOptions;
import dev.sluice.gateway.front.ws.WebSocketOptions;
import dev.sluice.gateway.metrics.MetricsOptions;
import dev.sluice.gateway.registry.RegistryOptions;
import dev.sluice.gateway.security.SecurityOptions;
import dev.sluice.gateway.transform.PictureUrlOptions;
import dev.sluice.gateway.transform.TransformOptions;
import dev.sluice.worker.WorkerOptions;

/**
 * Everything that sluice.yaml can say; each component is a section of the file.
 *
 * @param http where the HTTP front listens and how much it takes
 * @param websocket how much a WebSocket connection may ask for at one time
 * @param grpc where gRPC is served, and how much it takes
 * @param compat which protocols of other servers are spoken
 * @param json how the JSON of inference is read and written
 * @param transform how many pictures are decoded at one time
 * @param pictureUrls whose pictures are fetched for clients who send their URLs
 * @param cache how much is held of answers that may be given again
 * @param admission how many requests are let in, and for how long
 * @param limits how much clients may ask for
 * @param worker how models are run
 * @param admin where operators change things
 * @param registry where it is kept what they said
 * @param metrics what is measured
 */
public record GatewayConfig(
        HttpOptions http,
        WebSocketOptions websocket,
        GrpcOptions grpc,
        CompatOptions compat,
        JsonOptions json,
        TransformOptions transform,
        PictureUrlOptions pictureUrls,
        CacheOptions cache,
        AdmitOptions admission,
        LimitOptions limits,
        SecurityOptions security,
        WorkerOptions worker,
        AdminOptions admin,
        RegistryOptions registry,
        MetricsOptions metrics) {}
