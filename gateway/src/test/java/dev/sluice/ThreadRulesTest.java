package dev.sluice;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noMethods;
import static dev.sluice.ArchitectureTest.GATEWAY;
import static dev.sluice.ArchitectureTest.TOKENIZER;
import static dev.sluice.ArchitectureTest.check;
import static dev.sluice.ArchitectureTest.in;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.AccessTarget;
import com.tngtech.archunit.core.domain.JavaAccess;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaModifier;
import dev.sluice.worker.contract.ThreadRank;
import dev.sluice.worker.contract.Ticker;
import java.nio.file.Files;
import java.util.List;
import java.util.Set;
import java.util.Timer;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.locks.Lock;
import org.junit.jupiter.api.Test;

/** ARCHITECTURE.md's sentences about what no thread may do, held to the compiled classes of both modules. */
class ThreadRulesTest {

    @Test
    void nothingInTheGatewayBlocks() {
        DescribedPredicate<JavaAccess<?>> blocking = DescribedPredicate.describe("blocks", ThreadRulesTest::blocks);
        check(noClasses()
                .that(in(GATEWAY))
                .and()
                .resideOutsideOfPackages("dev.sluice.gateway", "dev.sluice.gateway.config..")
                .and()
                .doNotHaveFullyQualifiedName("dev.sluice.gateway.security.KeyFile") // on control threads
                .and()
                .resideOutsideOfPackage("dev.sluice.gateway.registry..") // the same
                .should()
                .accessTargetWhere(blocking));
    }

    private static boolean blocks(JavaAccess<?> access) {
        JavaClass owner = access.getTargetOwner();
        String name = access.getTarget().getName();
        return (owner.isEquivalentTo(Thread.class) && Set.of("sleep", "join").contains(name))
                || (owner.isEquivalentTo(Object.class) && name.equals("wait"))
                || (owner.isAssignableTo(java.util.concurrent.Future.class)
                        && Set.of("get", "join").contains(name))
                || (owner.isAssignableTo(io.vertx.core.Future.class) && name.equals("await"))
                || (owner.isAssignableTo(CountDownLatch.class) && name.equals("await"))
                || (owner.isAssignableTo(BlockingQueue.class)
                        && Set.of("take", "put").contains(name))
                || owner.isAssignableTo(Lock.class)
                || owner.isEquivalentTo(Files.class)
                || (owner.getPackageName().equals("java.io")
                        && Set.of("read", "write").contains(name));
    }

    /**
     * The engine's lock guards the end of a native session, which must not be closed under a run. DeviceTurns guards its
     * line with a block of its own, which this cannot see.
     */
    @Test
    void nothingIsLockedButNativeMemoryAndTheLineForADevice() {
        check(noMethods().should().haveModifier(JavaModifier.SYNCHRONIZED));
        check(noClasses()
                .that(DescribedPredicate.not(in("dev.sluice.worker.engine..", TOKENIZER))) // native memory has owners
                .should()
                .dependOnClassesThat(in("java.util.concurrent.locks..")));
    }

    /** Or a thread would have the rank of whoever begins it, which may be a loop. */
    @Test
    void allThreadsAreMadeWhereTheirRankIsSaid() {
        DescribedPredicate<JavaAccess<?>> making =
                DescribedPredicate.describe("makes a thread", ThreadRulesTest::makes);
        check(noClasses().that().doNotBelongToAnyOf(ThreadRank.class).should().accessTargetWhere(making));
    }

    private static boolean makes(JavaAccess<?> access) {
        JavaClass owner = access.getTargetOwner();
        String name = access.getTarget().getName();
        List<String> parameters = access.getTarget() instanceof AccessTarget.CodeUnitAccessTarget called
                ? called.getRawParameterTypes().stream().map(JavaClass::getName).toList()
                : List.of();
        boolean isPool = owner.isAssignableTo(ThreadPoolExecutor.class);
        return (owner.isEquivalentTo(Thread.class)
                        && Set.of("<init>", "ofPlatform", "ofVirtual", "startVirtualThread", "setPriority")
                                .contains(name))
                || (isPool && name.equals("<init>") && !parameters.contains(ThreadFactory.class.getName()))
                || (owner.isEquivalentTo(Executors.class)
                        && name.startsWith("new")
                        && !parameters.contains(ThreadFactory.class.getName()))
                || owner.isEquivalentTo(Timer.class);
    }

    @Test
    void onlyTheTickerReadsTheClock() {
        check(noClasses().that().areNotAssignableTo(Ticker.class).should().callMethod(System.class, "nanoTime"));
        check(noClasses()
                .that()
                .doNotHaveFullyQualifiedName("dev.sluice.gateway.Main")
                .should()
                .callMethod(System.class, "currentTimeMillis"));
    }
}
