package dev.sluice.worker;

import dev.sluice.worker.contract.InferenceError;
import dev.sluice.worker.contract.InferenceException;
import dev.sluice.worker.contract.ModelCommand;
import dev.sluice.worker.contract.ModelCommand.Outcome;
import dev.sluice.worker.contract.ModelSource;
import dev.sluice.worker.repository.ModelFolder;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Does what operators say of where versions come from.
 *
 * @thread the control thread, which waits
 */
final class SourceControl {

    private final Wishes wishes;
    private final Fetching fetching;

    SourceControl(Wishes wishes, Fetching fetching) {
        this.wishes = wishes;
        this.fetching = fetching;
    }

    /**
     * Keeps it, and takes it back if nothing comes of it.
     *
     * @param folder what is known of the model
     * @param tryAgain is for a version that failed, which may come from where it came from then
     * @param settle makes it as it is wanted
     * @param end says what has become of it
     */
    Outcome obey(
            Optional<ModelFolder> folder,
            ModelCommand.Source said,
            Runnable tryAgain,
            Runnable settle,
            Supplier<Outcome> end) {
        Optional<InferenceError> refusal = refusal(folder, said);
        if (refusal.isPresent()) {
            return new Outcome(refusal.get(), "");
        }
        long version = said.version();
        @Nullable ModelSource source = meant(said);
        @Nullable
        ModelSource before = wishes.change(said.name(), wish -> wish.sourced(version, source))
                .before()
                .sources()
                .get(version);
        if (source != null) {
            tryAgain.run();
        }
        settle.run();
        Outcome outcome = end.get();
        if (outcome.refusal() != null) { // then nothing has been said, unless somebody has said something else since
            wishes.takeBack(
                    said.name(),
                    wish -> Objects.equals(wish.sources().get(version), source) ? wish.sourced(version, before) : wish);
            settle.run(); // as it was, before anybody hears of it
            return outcome;
        }
        String done = source == null ? " comes from nowhere else any more; " : " comes from " + source + "; ";
        return new Outcome(null, "version " + version + done + outcome.message());
    }

    /** Refused where it is known at once that nothing can come of it; whether another server has it is not asked. */
    Outcome vet(Optional<ModelFolder> folder, ModelCommand.Source said) {
        Optional<InferenceError> refusal = refusal(folder, said).or(() -> missing(said.source()));
        return new Outcome(refusal.orElse(null), refusal.isPresent() ? "" : "nothing is known to be wrong with it");
    }

    private Optional<InferenceError> missing(@Nullable ModelSource source) {
        return source == null ? Optional.empty() : fetching.missing(source).flatMap(missing -> invalid("url", missing));
    }

    /** With a digest where what lies there now is meant, so that nothing else ever is. */
    private @Nullable ModelSource meant(ModelCommand.Source said) {
        @Nullable ModelSource source = said.source();
        return source == null || !said.anew() ? source : fetching.asItIsNow(source);
    }

    private Optional<InferenceError> refusal(Optional<ModelFolder> folder, ModelCommand.Source said) {
        @Nullable ModelSource source = said.source();
        if (source == null) {
            return wishes.of(said.name()).sources().containsKey(said.version())
                    ? Optional.empty()
                    : Optional.of(new InferenceError.UnknownModel("no operator has said where version " + said.version()
                            + " of model " + InferenceException.quoted(said.name()) + " comes from"));
        }
        if (folder.isEmpty() && !ModelFolder.NAME.matcher(said.name()).matches()) { // it may get one
            return invalid("model", ModelFolder.NAME_RULE);
        }
        if (folder.isPresent() && folder.get().liesHere(said.version())) {
            return invalid(
                    "version", "version " + said.version() + " lies in the repository, and its files are served");
        }
        return fetching.objection(source).flatMap(objection -> invalid("url", objection));
    }

    private static Optional<InferenceError> invalid(String field, String reason) {
        return Optional.of(new InferenceError.InvalidRequest(field, reason));
    }
}
