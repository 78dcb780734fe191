package dev.sluice.worker.tokenizer;

import ai.djl.huggingface.tokenizers.jni.LibUtils;
import ai.djl.huggingface.tokenizers.jni.TokenizersLibrary;

/**
 * The library's native part, which comes in its jar and is unpacked once for each user: below {@code DJL_CACHE_DIR},
 * {@code ~/.djl.ai}, or the folder of temporary files where the home cannot be written to.
 *
 * @thread stateless
 */
final class NativeLibrary {

    private NativeLibrary() {}

    /** Beside a GPU it would fetch another build from the internet, which nothing here asks for. */
    static TokenizersLibrary load() {
        System.setProperty("RUST_FLAVOR", "cpu");
        System.setProperty("ai.djl.offline", "true");
        LibUtils.checkStatus();
        return TokenizersLibrary.LIB;
    }
}
