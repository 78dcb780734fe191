package dev.sluice.worker.contract;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * Keeps what operators want, and what has become of versions, from one start to the next.
 *
 * @thread called by the control thread, which writes one wish after the other; stages complete on any
 * @errors a stage fails when the wishes cannot be read, or the wish may not have been kept
 */
public interface WishStore {

    /** For servers whose operators' words end with them. */
    WishStore NONE = new WishStore() {

        @Override
        public CompletionStage<List<ModelWish>> read() {
            return CompletableFuture.completedStage(List.of());
        }

        @Override
        public CompletionStage<Void> write(ModelWish wish) {
            return CompletableFuture.completedStage(null);
        }

        @Override
        public CompletionStage<Void> write(String name, Rollout rollout) {
            return CompletableFuture.completedStage(null);
        }
    };

    /** All that is kept, in no order. */
    CompletionStage<List<ModelWish>> read();

    /** In place of what is kept of that model. Complete when it will be read again even if this process is killed. */
    CompletionStage<Void> write(ModelWish wish);

    /** The same of what has become of its versions; what operators want, others may have written meanwhile. */
    CompletionStage<Void> write(String name, Rollout rollout);
}
