package dev.sluice.gateway;

import dev.sluice.gateway.config.GatewayConfig;
import dev.sluice.gateway.front.djl.DjlFront;
import dev.sluice.gateway.front.http.Profile;
import dev.sluice.gateway.front.http.ProfileFront;
import dev.sluice.gateway.front.http.StreamFront;
import dev.sluice.gateway.front.kserve.KserveFront;
import dev.sluice.gateway.front.mlflow.MlflowFront;
import dev.sluice.gateway.front.openai.OpenAiFront;
import dev.sluice.gateway.front.sagemaker.SagemakerFront;
import dev.sluice.gateway.front.tfs.TfsFront;
import dev.sluice.gateway.front.torchserve.TorchServeFront;
import java.util.EnumMap;
import java.util.Map;

/**
 * Every protocol of another server that there is.
 *
 * @thread stateless
 */
final class Profiles {

    private Profiles() {}

    /** @param streams what speaks WebSocket on a front loop */
    static Map<Profile, ProfileFront> all(GatewayConfig config, StreamFront.Maker streams) {
        Map<Profile, ProfileFront> fronts = new EnumMap<>(Profile.class);
        fronts.put(Profile.TENSORFLOW_SERVING, new TfsFront(config.grpc()));
        fronts.put(Profile.KSERVE_V1, new KserveFront());
        fronts.put(Profile.TORCHSERVE, new TorchServeFront());
        fronts.put(Profile.DJL_SERVING, new DjlFront());
        fronts.put(Profile.OPENAI, new OpenAiFront());
        fronts.put(Profile.MLFLOW, new MlflowFront());
        fronts.put(Profile.SAGEMAKER, new SagemakerFront(streams));
        return fronts;
    }
}
