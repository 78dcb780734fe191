package dev.sluice.worker.engine;

import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtLoggingLevel;
import ai.onnxruntime.OrtSession.SessionOptions;
import ai.onnxruntime.OrtSession.SessionOptions.ExecutionMode;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * How sessions are set up.
 *
 * @thread any; holds nothing
 * @source onnxruntime_session_options_config_keys.h
 */
final class SessionSettings {

    private SessionSettings() {}

    /** Options that the caller closes once the session is made. */
    static SessionOptions of(EngineOptions options) throws OrtException {
        SessionOptions settings = new SessionOptions();
        settings.setExecutionMode(ExecutionMode.SEQUENTIAL);
        settings.setInterOpNumThreads(1);
        settings.setIntraOpNumThreads(options.intraOpThreads());
        // Whatever fails also arrives as an exception; a client's bad requests must not be able to fill stderr.
        settings.setSessionLogLevel(OrtLoggingLevel.ORT_LOGGING_LEVEL_FATAL);
        ExecutionProviders.add(options.placement(), settings);
        if (options.intraOpThreads() > 1) {
            spinInsideCallsOnly(settings);
        }
        return settings;
    }

    /**
     * Threads that wait for the next operator spin, or waking them eats the gain: ResNet-50 at batch 64 made 37
     * images/s with spinning, 21 without, 20 on one thread. Spinning on until the next call, as is the default, takes
     * a core from the event loops: SqueezeNet called every 5 ms cost 7.6 ms of CPU a call, and 5.6 ms like this.
     */
    private static void spinInsideCallsOnly(SessionOptions settings) throws OrtException {
        settings.addConfigEntry("session.intra_op.allow_spinning", "1");
        settings.addConfigEntry("session.force_spinning_stop", "1");
    }

    /** A session made from bytes does not know the folder that its external weights lie in. */
    static void resolveExternalDataIn(@Nullable Path folder, SessionOptions settings) throws OrtException {
        if (folder != null) {
            settings.addConfigEntry("session.model_external_initializers_file_folder_path", folder.toString());
        }
    }
}
