package dev.sluice.worker;

import dev.sluice.worker.contract.ModelCommand;

/**
 * What a command needs before it is obeyed.
 *
 * @thread any; holds nothing
 */
final class CommandNeeds {

    private CommandNeeds() {}

    /** Its turn: but no client is to suffer from a candidate while another version is loaded, nor anybody wait for downloads. */
    static boolean turn(ModelCommand command) {
        return !(command instanceof ModelCommand.Reject
                || command instanceof ModelCommand.Rollback
                || command instanceof ModelCommand.Source
                || command instanceof ModelCommand.Vet);
    }

    /** The files as they are now. */
    static boolean files(ModelCommand command) {
        return switch (command) {
            case ModelCommand.Load load -> true;
            case ModelCommand.Serve serve -> true;
            case ModelCommand.Rollback rollback -> true;
            case ModelCommand.Traffic traffic -> true;
            case ModelCommand.Reset reset -> true;
            case ModelCommand.Source source -> true;
            case ModelCommand.Vet vet -> false;
            case ModelCommand.Unload unload -> false;
            case ModelCommand.Label label -> false;
            case ModelCommand.Instances instances -> false;
            case ModelCommand.Promote promote -> false;
            case ModelCommand.Reject reject -> false;
            case ModelCommand.KeepBaseline keep -> false;
        };
    }
}
