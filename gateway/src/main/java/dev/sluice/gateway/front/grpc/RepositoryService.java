package dev.sluice.gateway.front.grpc;

import com.google.protobuf.MessageLite;
import dev.sluice.gateway.front.GrpcCode;
import dev.sluice.gateway.front.control.Operations;
import dev.sluice.gateway.front.control.Operator;
import dev.sluice.gateway.front.grpc.wire.ModelRepositoryParameter;
import dev.sluice.gateway.front.grpc.wire.RepositoryModelLoadRequest;
import dev.sluice.gateway.front.grpc.wire.RepositoryModelLoadResponse;
import dev.sluice.gateway.front.grpc.wire.RepositoryModelUnloadRequest;
import dev.sluice.gateway.front.grpc.wire.RepositoryModelUnloadResponse;
import dev.sluice.gateway.front.http.RepositoryControl;
import dev.sluice.gateway.front.v2.ControlParameters;
import dev.sluice.worker.contract.InferenceError;
import dev.sluice.worker.contract.InferenceException;
import dev.sluice.worker.contract.ModelCommand;
import io.vertx.core.Future;
import java.util.Map;
import java.util.Set;

/**
 * Loading and unloading of {@code inference.GRPCInferenceService}, answered when that is done.
 *
 * @thread confined to one front loop
 * @errors PERMISSION_DENIED where models are not controlled by this port
 * @source Triton: model repository extension
 */
final class RepositoryService {

    private static final String LOAD = InferenceService.PATH + "RepositoryModelLoad";
    private static final String UNLOAD = InferenceService.PATH + "RepositoryModelUnload";

    private final Operations operations;

    RepositoryService(Operations operations) {
        this.operations = operations;
    }

    void addTo(Map<String, GrpcFront.Method> methods) {
        methods.put(LOAD, new UnaryMethod<>(RepositoryModelLoadRequest.parser(), this::load));
        methods.put(UNLOAD, new UnaryMethod<>(RepositoryModelUnloadRequest.parser(), this::unload));
    }

    /** In their place, where models are not controlled from here. */
    static void refuseIn(Map<String, GrpcFront.Method> methods) {
        GrpcStatus off = GrpcStatus.of(GrpcCode.PERMISSION_DENIED, RepositoryControl.OFF);
        methods.put(LOAD, stream -> stream.end(off));
        methods.put(UNLOAD, stream -> stream.end(off));
    }

    private Future<MessageLite> load(RepositoryModelLoadRequest asked, GrpcStream stream) {
        check(asked.getParametersMap().keySet());
        return order(
                new ModelCommand.Load(asked.getModelName()), RepositoryModelLoadResponse.getDefaultInstance(), stream);
    }

    private Future<MessageLite> unload(RepositoryModelUnloadRequest asked, GrpcStream stream) {
        check(asked.getParametersMap().keySet());
        return order(
                new ModelCommand.Unload(asked.getModelName(), withDependents(asked.getParametersMap())),
                RepositoryModelUnloadResponse.getDefaultInstance(),
                stream);
    }

    private static boolean withDependents(Map<String, ModelRepositoryParameter> said) {
        ModelRepositoryParameter dependents = said.get(ControlParameters.DEPENDENTS);
        if (dependents == null) {
            return false;
        }
        if (!dependents.hasBoolParam()) {
            throw InferenceException.invalid("parameters." + ControlParameters.DEPENDENTS, "expected a bool_param");
        }
        return dependents.getBoolParam();
    }

    private static void check(Set<String> parameters) {
        for (String name : parameters) {
            ControlParameters.refusal(name).ifPresent(why -> {
                throw new InferenceException(why);
            });
        }
    }

    private Future<MessageLite> order(ModelCommand command, MessageLite done, GrpcStream stream) {
        Operator operator = new Operator(Operator.Api.GRPC, stream.address(), stream.client(), stream.requestId());
        return operations.order(command, operator).compose(outcome -> {
            InferenceError refusal = outcome.refusal();
            return refusal == null
                    ? Future.succeededFuture(done)
                    : Future.failedFuture(new InferenceException(refusal));
        });
    }
}
