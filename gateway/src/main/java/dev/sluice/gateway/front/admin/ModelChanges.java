package dev.sluice.gateway.front.admin;

import dev.sluice.gateway.front.http.Exchanges;
import dev.sluice.gateway.front.http.HttpBytes;
import dev.sluice.gateway.front.http.Orders;
import dev.sluice.gateway.front.http.Queries;
import dev.sluice.gateway.front.v2.JsonMembers;
import dev.sluice.gateway.front.v2.JsonOutput;
import dev.sluice.gateway.front.v2.JsonSettings;
import dev.sluice.worker.contract.InferenceException;
import dev.sluice.worker.contract.ModelCommand;
import dev.sluice.worker.contract.ModelSource;
import dev.sluice.worker.contract.TrafficPlan;
import io.vertx.ext.web.RoutingContext;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Reads what operators want changed; each is answered when it has been done.
 *
 * @thread the operators' loop
 * @errors InvalidRequest for a body that says too little or too much
 */
final class ModelChanges {

    private static final int ACCEPTED = 202;
    private static final String VERSIONS = "versions";
    private static final String VERSION = "version";
    private static final String INSTANCES = "instances";
    private static final String GROUP = "group";
    private static final String URL = "url";
    private static final String SHA256 = "sha256";
    private static final long NO_VERSION = 0;
    private static final int LONGEST_POLICY = 4096;
    private static final String TO_COME = "to_come";

    /** As in a model.yaml; so no label looks like a version. */
    private static final Pattern LABEL = Pattern.compile("[A-Za-z][A-Za-z0-9._-]{0,62}");

    private static final Pattern NUMBER = Pattern.compile("[1-9][0-9]{0,17}");

    private final Orders orders;
    private final ModelsHandler models;
    private final Exchanges exchanges;

    ModelChanges(Orders orders, ModelsHandler models, Exchanges exchanges) {
        this.orders = orders;
        this.models = models;
        this.exchanges = exchanges;
    }

    void load(RoutingContext context) {
        take(context, Set.of(), said -> new ModelCommand.Load(ModelsHandler.name(context)));
    }

    void unload(RoutingContext context) {
        take(context, Set.of(), said -> new ModelCommand.Unload(ModelsHandler.name(context)));
    }

    void rollBack(RoutingContext context) {
        take(context, Set.of(), said -> new ModelCommand.Rollback(ModelsHandler.name(context)));
    }

    void reset(RoutingContext context) {
        take(context, Set.of(), said -> new ModelCommand.Reset(ModelsHandler.name(context)));
    }

    void serve(RoutingContext context) {
        take(context, Set.of(VERSIONS), said -> {
            List<String> versions = said.words(VERSIONS);
            if (versions == null) {
                throw InferenceException.invalid(VERSIONS, "missing: a list, which is empty for what model.yaml says");
            }
            return new ModelCommand.Serve(ModelsHandler.name(context), versions);
        });
    }

    void label(RoutingContext context) {
        take(context, Set.of(VERSION), said -> {
            long version = said.count(VERSION)
                    .orElseThrow(() -> InferenceException.invalid(VERSION, "missing: the label is to point to it"));
            return new ModelCommand.Label(ModelsHandler.name(context), labelName(context), version);
        });
    }

    void removeLabel(RoutingContext context) {
        take(
                context,
                Set.of(),
                said -> new ModelCommand.Label(ModelsHandler.name(context), labelName(context), NO_VERSION));
    }

    private static String labelName(RoutingContext context) {
        String text = String.valueOf(context.pathParam("label"));
        if (!LABEL.matcher(text).matches()) {
            throw InferenceException.invalid(
                    "label", "up to 63 letters, digits and . _ -, of which the first is a letter (got " + text + ")");
        }
        return text;
    }

    void instances(RoutingContext context) {
        take(context, Set.of(INSTANCES, GROUP), said -> {
            long wanted = said.count(INSTANCES)
                    .orElseThrow(() -> InferenceException.invalid(INSTANCES, "missing: how many it is to have"));
            int instances =
                    (int) Math.min(wanted, Integer.MAX_VALUE); // what is too much is refused where it is understood
            return new ModelCommand.Instances(ModelsHandler.name(context), group(said.text(GROUP)), instances);
        });
    }

    /** In the query, for what is deleted has no body with many clients. */
    void removeInstances(RoutingContext context) {
        take(
                context,
                Set.of(),
                said -> new ModelCommand.Instances(
                        ModelsHandler.name(context), group(Queries.parameter(context.request(), GROUP)), 0));
    }

    /** Empty for each that the model has. */
    private static String group(@Nullable String said) {
        if (said != null && said.isEmpty()) { // a script whose variable is unset means one, and not all
            throw InferenceException.invalid(GROUP, "empty (left out, it is each that the model has)");
        }
        return said == null ? "" : said;
    }

    /** Read on the worker side, by the reader of model.yaml: JSON is YAML. */
    void traffic(RoutingContext context) {
        orders.take(
                context,
                body -> new ModelCommand.Traffic(ModelsHandler.name(context), policy(body), isToCome(context)),
                outcome -> models.changed(context, outcome.message()));
    }

    private static String policy(HttpBytes body) {
        if (body.length() > LONGEST_POLICY) {
            throw InferenceException.invalid(
                    "body", "longer than the " + LONGEST_POLICY + " bytes that a policy needs");
        }
        String text = new String(body.array(), body.from(), body.length(), StandardCharsets.UTF_8).strip();
        JsonSettings.read(text); // for it is shown later, among JSON
        return text;
    }

    /** Whether a version may be named that is still to be copied. */
    private static boolean isToCome(RoutingContext context) {
        @Nullable String said = Queries.parameter(context.request(), TO_COME);
        if (said != null && !said.equals("true") && !said.equals("false")) {
            throw InferenceException.invalid(TO_COME, "is neither true nor false (got " + said + ")");
        }
        return "true".equals(said);
    }

    void removeTraffic(RoutingContext context) {
        take(context, Set.of(), said -> new ModelCommand.Traffic(ModelsHandler.name(context), null));
    }

    void source(RoutingContext context) {
        take(context, Set.of(URL, SHA256), said -> {
            String url = said.text(URL);
            if (url == null) {
                throw InferenceException.invalid(URL, "missing: the version is to come from there");
            }
            String sha256 = said.text(SHA256);
            return new ModelCommand.Source(
                    ModelsHandler.name(context), version(context), new ModelSource(url, sha256 == null ? "" : sha256));
        });
    }

    void removeSource(RoutingContext context) {
        take(context, Set.of(), said -> new ModelCommand.Source(ModelsHandler.name(context), version(context), null));
    }

    private static long version(RoutingContext context) {
        String text = String.valueOf(context.pathParam(VERSION));
        if (!NUMBER.matcher(text).matches()) {
            throw InferenceException.invalid(VERSION, "a number from 1 on (got " + text + ")");
        }
        return Long.parseLong(text);
    }

    void promote(RoutingContext context) {
        take(
                context,
                Set.of(),
                said -> new ModelCommand.Promote(
                        ModelsHandler.name(context), TrafficPlan.NOBODY, "an operator promoted it"));
    }

    void drain(RoutingContext context) {
        orders.drain(context, body -> members(body, Set.of()), () -> {
            JsonOutput out = new JsonOutput(64).raw("{\"message\":\"draining\"}");
            exchanges.of(context).answer(ACCEPTED, out);
        });
    }

    private void take(RoutingContext context, Set<String> known, Function<JsonMembers, ModelCommand> command) {
        orders.take(
                context,
                body -> command.apply(members(body, known)),
                outcome -> models.changed(context, outcome.message()));
    }

    private static JsonMembers members(HttpBytes body, Set<String> known) {
        return JsonMembers.read(body.array(), body.from(), body.to(), known);
    }
}
