package dev.sluice.gateway.front.control;

import dev.sluice.worker.contract.ModelCommand;

/**
 * What was to be changed, as the log has it.
 *
 * @param action one word
 * @param model empty where it concerns none
 * @param detail empty where there is nothing to add
 */
record Change(String action, String model, String detail) {

    private static final String AS_THE_FILE_SAYS = "as model.yaml says";

    static final Change DRAIN = new Change("drain", "", "");

    static Change of(ModelCommand command) {
        return switch (command) {
            case ModelCommand.Load load -> new Change("load", load.name(), "");
            case ModelCommand.Unload unload ->
                new Change("unload", unload.name(), unload.withStages() ? "with its stages" : "");
            case ModelCommand.Serve serve -> new Change("serve", serve.name(), versions(serve));
            case ModelCommand.Rollback rollback -> new Change("rollback", rollback.name(), "");
            case ModelCommand.Reset reset -> new Change("reset", reset.name(), "");
            case ModelCommand.Label label ->
                label.version() == 0
                        ? new Change("remove label", label.name(), label.label())
                        : new Change("label", label.name(), label.label() + " " + label.version());
            case ModelCommand.Instances wanted ->
                new Change(
                        "instances",
                        wanted.name(),
                        (wanted.instances() == 0 ? AS_THE_FILE_SAYS : Integer.toString(wanted.instances()))
                                + (wanted.group().isEmpty() ? "" : " on " + wanted.group()));
            case ModelCommand.Source source ->
                source.source() == null
                        ? new Change("remove source", source.name(), Long.toString(source.version()))
                        : new Change("source", source.name(), source.version() + " " + source.source());
            case ModelCommand.Vet vet -> of(vet.order());
            case ModelCommand.Traffic traffic ->
                new Change("traffic", traffic.name(), traffic.policy() == null ? AS_THE_FILE_SAYS : traffic.policy());
            case ModelCommand.Promote promote -> new Change("promote", promote.name(), promote.reason());
            case ModelCommand.KeepBaseline keep -> new Change("baseline", keep.name(), "version " + keep.version());
            case ModelCommand.Reject reject -> new Change("reject", reject.name(), reject.reason());
        };
    }

    private static String versions(ModelCommand.Serve serve) {
        return serve.versions().isEmpty() ? AS_THE_FILE_SAYS : String.join(", ", serve.versions());
    }
}
