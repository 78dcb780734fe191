package dev.sluice;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.belongToAnyOf;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ArchRule;
import dev.sluice.gateway.Gateway;
import dev.sluice.gateway.dispatch.BatcherClient;
import dev.sluice.gateway.dispatch.BatcherInquiry;
import dev.sluice.gateway.dispatch.ModelCommands;
import dev.sluice.gateway.dispatch.ModelDirectory;
import dev.sluice.worker.ReferenceCodec;
import dev.sluice.worker.Worker;
import dev.sluice.worker.WorkerOptions;
import dev.sluice.worker.batch.Batcher;
import dev.sluice.worker.batch.SharedInstances;
import dev.sluice.worker.contract.Ticker;
import dev.sluice.worker.source.SourceException;
import dev.sluice.worker.source.WebFiles;
import io.vertx.core.Vertx;
import io.vertx.core.eventbus.EventBus;
import java.util.List;
import org.junit.jupiter.api.Test;

/** ARCHITECTURE.md's sentences about who may know whom, each held to the compiled classes of both modules. */
class ArchitectureTest {

    private static final JavaClasses MAIN = new ClassFileImporter()
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
            .importPackages("dev.sluice");

    static final String GATEWAY = "dev.sluice.gateway..";
    private static final String WORKER = "dev.sluice.worker..";
    static final String TOKENIZER = "dev.sluice.worker.tokenizer..";
    private static final String DETECTION = "dev.sluice.worker.detection..";
    private static final String DIGEST = "dev.sluice.worker.digest..";

    static void check(ArchRule rule) {
        rule.check(MAIN);
    }

    static DescribedPredicate<JavaClass> in(String... packages) {
        return resideInAnyPackage(packages);
    }

    /** Classes of that package may use, of ours, only these and themselves. */
    private static void onlyUses(String user, DescribedPredicate<JavaClass> used) {
        DescribedPredicate<JavaClass> ours = resideInAPackage("dev.sluice..");
        check(noClasses()
                .that()
                .resideInAPackage(user)
                .should()
                .dependOnClassesThat(
                        ours.and(DescribedPredicate.not(resideInAPackage(user).or(used)))));
    }

    @Test
    void bothModulesAreLookedAt() {
        assertTrue(MAIN.contain(Gateway.class));
        assertTrue(MAIN.contain(Worker.class));
        assertTrue(MAIN.size() > 100, MAIN.size() + " classes");
    }

    @Test
    void packagesFormNoCycles() {
        check(slices().matching("dev.sluice.(*)..").should().beFreeOfCycles());
        check(slices().matching("dev.sluice.gateway.(*)..").should().beFreeOfCycles());
        check(slices().matching("dev.sluice.gateway.front.(*)..").should().beFreeOfCycles());
        check(slices().matching("dev.sluice.worker.(*)..").should().beFreeOfCycles());
    }

    @Test
    void theFrontCallsThePipelineAndThePipelineCallsAdmissionAndDispatch() {
        String contract = "dev.sluice.worker.contract..";
        String settings = "dev.sluice.worker.settings..";
        String admit = "dev.sluice.gateway.admit..";
        String dispatch = "dev.sluice.gateway.dispatch..";
        String pipeline = "dev.sluice.gateway.pipeline..";
        String security = "dev.sluice.gateway.security..";
        String traffic = "dev.sluice.gateway.traffic..";
        String drift = "dev.sluice.gateway.drift..";
        String transform = "dev.sluice.gateway.transform..";
        String cache = "dev.sluice.gateway.cache..";
        onlyUses(
                "dev.sluice.gateway.front..",
                in(pipeline, admit, dispatch, traffic, drift, transform, cache, security, contract, settings));
        onlyUses(
                transform,
                in(contract, settings, TOKENIZER, DETECTION).or(belongToAnyOf(WebFiles.class, SourceException.class)));
        onlyUses(cache, in(contract, settings));
        onlyUses(traffic, in(dispatch, drift, contract));
        onlyUses(drift, in(dispatch, contract));
        onlyUses(pipeline, in(admit, dispatch, contract));
        onlyUses(admit, in(contract, settings));
        onlyUses(dispatch, in(contract));
        onlyUses(security, in(contract, settings));
        onlyUses(
                "dev.sluice.gateway.metrics..",
                in(admit, traffic, drift, cache, "dev.sluice.gateway.front", contract, settings));
        onlyUses("dev.sluice.gateway.registry..", in("dev.sluice.gateway.front.control", contract, settings));
        onlyUses("dev.sluice.gateway.statistics..", in("dev.sluice.gateway.front", contract));
    }

    /** What both share has a place of its own. */
    @Test
    void torchServeAndDjlServingKnowNothingOfEachOther() {
        String torchServe = "dev.sluice.gateway.front.torchserve..";
        String djl = "dev.sluice.gateway.front.djl..";
        String shared = "dev.sluice.gateway.front.multimodel..";
        check(noClasses().that(in(shared, djl)).should().dependOnClassesThat(in(torchServe)));
        check(noClasses().that(in(shared, torchServe)).should().dependOnClassesThat(in(djl)));
    }

    @Test
    void theConfigurationOnlyFillsOptionRecords() {
        DescribedPredicate<JavaClass> options = DescribedPredicate.describe(
                "are option records",
                type -> type.isRecord() && type.getSimpleName().endsWith("Options"));
        onlyUses("dev.sluice.gateway.config..", options.or(in("dev.sluice.worker.settings..")));
    }

    @Test
    void theGatewayKnowsOfTheWorkerOnlyWhatBothSidesShare() {
        check(noClasses()
                .that(in(GATEWAY))
                .and()
                .doNotBelongToAnyOf(Gateway.class)
                .should()
                .dependOnClassesThat(in(WORKER)
                        .and(DescribedPredicate.not(in(
                                "dev.sluice.worker.contract..", "dev.sluice.worker.settings..", TOKENIZER, DETECTION)))
                        .and(DescribedPredicate.not(
                                belongToAnyOf(WorkerOptions.class, WebFiles.class, SourceException.class)))));
        check(noClasses()
                .that(in(GATEWAY))
                .and()
                .resideOutsideOfPackages("dev.sluice.gateway.config..", "dev.sluice.gateway")
                .should()
                .dependOnClassesThat(belongToAnyOf(WorkerOptions.class)));
    }

    @Test
    void theWorkerSideHasLayersAndKnowsNoGateway() {
        String contract = "dev.sluice.worker.contract..";
        onlyUses("dev.sluice.worker.batch..", in(contract));
        onlyUses(
                "dev.sluice.worker.breaker..",
                in("dev.sluice.worker.batch..", contract, "dev.sluice.worker.settings.."));
        onlyUses("dev.sluice.worker.memory..", in(contract));
        onlyUses("dev.sluice.worker.engine..", in(contract, DIGEST));
        onlyUses("dev.sluice.worker.pipeline..", in(contract, DETECTION));
        onlyUses(
                "dev.sluice.worker.repository..",
                in(contract, "dev.sluice.worker.settings..", "dev.sluice.worker.pipeline.."));
        onlyUses("dev.sluice.worker.drift..", in(contract, "dev.sluice.worker.settings.."));
        onlyUses("dev.sluice.worker.source..", in(contract, DIGEST, "dev.sluice.worker.settings.."));
        onlyUses(DIGEST, in());
        onlyUses("dev.sluice.worker.settings..", in());
        onlyUses(TOKENIZER, in(contract));
        onlyUses(DETECTION, in(contract));
        onlyUses("dev.sluice.worker.transform..", in(contract));
        onlyUses(
                "dev.sluice.worker.plugin..",
                in(contract, "dev.sluice.worker.settings..", "dev.sluice.worker.transform.."));
        check(noClasses().that(in(WORKER)).should().dependOnClassesThat(in(GATEWAY)));
    }

    @Test
    void theContractUsesNothingButTheJdkAndHoldsOnlyValues() {
        String contract = "dev.sluice.worker.contract..";
        check(classes().that(in(contract)).should().onlyDependOnClassesThat(in("java..", "org.jspecify..", contract)));
        check(classes()
                .that(in(contract))
                .and(DescribedPredicate.describe("are no package-info", type -> !isPackageInfo(type)))
                .should(haveOneOfTheForms()));
    }

    private static boolean isPackageInfo(JavaClass type) {
        return type.getSimpleName().equals("package-info");
    }

    private static ArchCondition<JavaClass> haveOneOfTheForms() {
        return ArchCondition.from(DescribedPredicate.describe(
                "be a record, an enum, an interface or an exception",
                type -> type.isRecord()
                        || type.isEnum()
                        || type.isInterface()
                        || type.isAssignableTo(Throwable.class)
                        || type.getSuperclass()
                                .map(parent -> parent.toErasure().isEnum())
                                .orElse(false)
                        || type.isAnonymousClass()));
    }

    private static void onlyIn(String place, String... libraries) {
        check(noClasses().that().resideOutsideOfPackage(place).should().dependOnClassesThat(in(libraries)));
    }

    @Test
    void eachLibraryIsKnownInOnePlaceOnly() {
        onlyIn("dev.sluice.worker.engine..", "ai.onnxruntime..");
        onlyIn(TOKENIZER, "ai.djl.huggingface..");
        check(noClasses()
                .that(DescribedPredicate.not(in("dev.sluice.worker.engine..", TOKENIZER)))
                .should()
                .dependOnClassesThat(in("ai.djl..")));
        check(noClasses()
                .that(DescribedPredicate.not(in(
                        "dev.sluice.worker.engine..",
                        "dev.sluice.gateway.front.grpc..",
                        "dev.sluice.gateway.front.tfs.grpc..")))
                .should()
                .dependOnClassesThat(in("com.google.protobuf..")));
        onlyIn("dev.sluice.gateway.metrics..", "io.micrometer..", "io.prometheus..", "io.vertx.micrometer..");
        onlyIn("dev.sluice.worker.breaker..", "io.github.resilience4j..");
        onlyIn("dev.sluice.worker.settings..", "org.snakeyaml..");
        onlyIn("dev.sluice.worker.source..", "software.amazon..", "org.apache.commons..", "javax.net.ssl..");
        onlyIn("dev.sluice.gateway.registry..", "java.sql..", "javax.sql..", "org.flywaydb..");
        onlyIn("dev.sluice.gateway.front.v2..", "ch.randelshofer..");
        check(noClasses()
                .that(DescribedPredicate.not(in("dev.sluice.gateway.cache..", "dev.sluice.gateway.front.rows..")))
                .should()
                .dependOnClassesThat(in("com.github.benmanes..")));
        onlyIn("dev.sluice.gateway.transform..", "com.twelvemonkeys..", "javax.imageio..", "java.awt..");
        check(noClasses()
                .that(DescribedPredicate.not(in("dev.sluice.gateway.front.http..", "dev.sluice.gateway.front.ws..")))
                .should()
                .dependOnClassesThat(in("io.netty..")));
        check(noClasses()
                .that()
                .doNotHaveFullyQualifiedName("dev.sluice.worker.GoldenSample") // never on the data path
                .and()
                .doNotHaveFullyQualifiedName("dev.sluice.worker.BaselineFile") // the same
                .should()
                .dependOnClassesThat(in("com.fasterxml..", "io.vertx.core.json..")));
    }

    @Test
    void onlyTheFrontsKnowHttp() {
        check(noClasses()
                .that(DescribedPredicate.not(in(
                        "dev.sluice.gateway.front.http..",
                        "dev.sluice.gateway.front.ws..",
                        "dev.sluice.gateway.front.grpc..",
                        "dev.sluice.gateway.front.tfs..",
                        "dev.sluice.gateway.front.kserve..",
                        "dev.sluice.gateway.front.openai..",
                        "dev.sluice.gateway.front.multimodel..",
                        "dev.sluice.gateway.front.torchserve..",
                        "dev.sluice.gateway.front.djl..",
                        "dev.sluice.gateway.front.mlflow..",
                        "dev.sluice.gateway.front.sagemaker..",
                        "dev.sluice.gateway.front.admin..",
                        "dev.sluice.gateway.metrics..")))
                .should()
                .dependOnClassesThat(in("io.vertx.core.http..", "io.vertx.ext.web..")));
    }

    @Test
    void batchingIsPureExceptForItsShell() {
        check(noClasses()
                .that(in("dev.sluice.worker.batch..", "dev.sluice.worker.drift.."))
                .should()
                .dependOnClassesThat(in("io.vertx..")));
        check(noClasses()
                .that(in("dev.sluice.worker.batch.."))
                .and()
                .doNotBelongToAnyOf(Batcher.class, SharedInstances.class)
                .should()
                .dependOnClassesThat(belongToAnyOf(Ticker.class).or(in("org.slf4j.."))));
    }

    @Test
    void whoSleepsIsDecidedWithoutClocksAndThreads() {
        check(noClasses()
                .that(in("dev.sluice.worker.memory.."))
                .should()
                .dependOnClassesThat(in("io.vertx..", "org.slf4j..").or(belongToAnyOf(Ticker.class))));
    }

    @Test
    void theEventBusIsCrossedInFewPlaces() {
        List<String> known = List.of(
                "BatcherVerticle",
                "InstanceGroup",
                "WorkerVerticle",
                "Announcements",
                "WaitingRoom",
                "Correspondents",
                "StageClient");
        check(noClasses()
                .that()
                .doNotBelongToAnyOf(
                        BatcherClient.class,
                        BatcherInquiry.class,
                        ModelCommands.class,
                        ModelDirectory.class,
                        Worker.class,
                        ReferenceCodec.class,
                        Gateway.class)
                .and(DescribedPredicate.not(DescribedPredicate.describe(
                        "are the worker's ends of the crossings",
                        type -> type.getPackageName().equals("dev.sluice.worker")
                                && known.stream().anyMatch(type.getName()::contains))))
                .should()
                .dependOnClassesThat(in("io.vertx.core.eventbus..")));
        assertTrue(MAIN.get(BatcherClient.class).getDirectDependenciesFromSelf().stream()
                .anyMatch(use -> use.getTargetClass().isEquivalentTo(EventBus.class)));
    }

    @Test
    void onlyTheGatewayAndTheWorkerDeployVerticles() {
        check(noClasses()
                .that()
                .doNotBelongToAnyOf(Gateway.class, Worker.class)
                .and()
                .doNotHaveFullyQualifiedName("dev.sluice.worker.InstanceDeployer")
                .and()
                .doNotHaveFullyQualifiedName("dev.sluice.worker.ModelLoader")
                .and()
                .doNotHaveFullyQualifiedName("dev.sluice.worker.PipelineLoader")
                .should()
                .accessTargetWhere(DescribedPredicate.describe(
                        "deploys a verticle",
                        access -> access.getTargetOwner().isAssignableTo(Vertx.class)
                                && access.getTarget().getName().equals("deployVerticle"))));
    }

    @Test
    void noNameSaysNothing() {
        for (String word : List.of("Impl", "Manager", "Util", "Utils", "Helper", "Helpers")) {
            check(noClasses().should().haveSimpleNameEndingWith(word));
        }
        check(noClasses().should().haveSimpleNameContaining("Util").orShould().haveSimpleNameContaining("Helper"));
        check(noClasses()
                .should()
                .resideInAnyPackage("..impl..", "..manager..", "..util..", "..utils..", "..helper..", "..common.."));
    }
}
