package dev.sluice.gateway.front.grpc;

import com.google.protobuf.ByteString;
import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.EnumDescriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Descriptors.FileDescriptor;
import com.google.protobuf.Descriptors.MethodDescriptor;
import com.google.protobuf.Descriptors.ServiceDescriptor;
import dev.sluice.gateway.front.GrpcCode;
import dev.sluice.gateway.front.grpc.wire.ErrorResponse;
import dev.sluice.gateway.front.grpc.wire.ExtensionNumberResponse;
import dev.sluice.gateway.front.grpc.wire.FileDescriptorResponse;
import dev.sluice.gateway.front.grpc.wire.ListServiceResponse;
import dev.sluice.gateway.front.grpc.wire.ServerReflectionRequest;
import dev.sluice.gateway.front.grpc.wire.ServerReflectionResponse;
import dev.sluice.gateway.front.grpc.wire.ServiceResponse;
import dev.sluice.worker.contract.InferenceException;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The standard reflection service: which services there are, and the files that describe them and their messages.
 *
 * @thread immutable once made
 * @errors in its answers: NOT_FOUND for what is in none of our files, UNIMPLEMENTED for what is not asked for in any known way
 * @source {@code grpc/reflection/v1/reflection.proto}
 */
final class ReflectionService {

    static final String NAME = "grpc.reflection.v1.ServerReflection";

    /** The same messages under the name that older clients know. */
    static final String OLD_NAME = "grpc.reflection.v1alpha.ServerReflection";

    private final Map<String, ServiceDescriptor> services = new LinkedHashMap<>();
    private final Map<String, FileDescriptor> files = new HashMap<>();
    private final Map<String, FileDescriptor> filesBySymbol = new HashMap<>();

    /** @param served the files that declare the services that are served */
    ReflectionService(List<FileDescriptor> served) {
        for (FileDescriptor file : served) {
            add(file);
            file.getServices().forEach(service -> services.put(service.getFullName(), service));
        }
    }

    private void add(FileDescriptor file) {
        if (files.put(file.getName(), file) != null) {
            return;
        }
        file.getDependencies().forEach(this::add);
        file.getMessageTypes().forEach(this::add);
        file.getEnumTypes().forEach(this::add);
        for (ServiceDescriptor service : file.getServices()) {
            filesBySymbol.put(service.getFullName(), file);
            for (MethodDescriptor method : service.getMethods()) {
                filesBySymbol.put(method.getFullName(), file);
            }
        }
    }

    private void add(Descriptor message) {
        filesBySymbol.put(message.getFullName(), message.getFile());
        for (FieldDescriptor field : message.getFields()) {
            filesBySymbol.put(field.getFullName(), message.getFile());
        }
        message.getNestedTypes().forEach(this::add);
        message.getEnumTypes().forEach(this::add);
    }

    private void add(EnumDescriptor type) {
        filesBySymbol.put(type.getFullName(), type.getFile());
    }

    void addTo(Map<String, GrpcFront.Method> methods) {
        GrpcFront.Method method =
                stream -> new Conversation<>(stream, ServerReflectionRequest.parser(), this::answer).begin();
        methods.put("/" + NAME + "/ServerReflectionInfo", method);
        methods.put("/" + OLD_NAME + "/ServerReflectionInfo", method);
    }

    ServerReflectionResponse answer(ServerReflectionRequest asked) {
        ServerReflectionResponse.Builder answer = ServerReflectionResponse.newBuilder()
                .setValidHost(asked.getHost())
                .setOriginalRequest(asked);
        switch (asked.getMessageRequestCase()) {
            case FILE_BY_FILENAME -> describe(files.get(asked.getFileByFilename()), asked.getFileByFilename(), answer);
            case FILE_CONTAINING_SYMBOL -> {
                String symbol = asked.getFileContainingSymbol();
                describe(filesBySymbol.get(symbol), symbol, answer);
            }
            case LIST_SERVICES -> answer.setListServicesResponse(list(services.keySet()));
            case ALL_EXTENSION_NUMBERS_OF_TYPE -> {
                String type = asked.getAllExtensionNumbersOfType();
                if (filesBySymbol.containsKey(type)) {
                    answer.setAllExtensionNumbersResponse(
                            ExtensionNumberResponse.newBuilder().setBaseTypeName(type));
                } else {
                    describe(null, type, answer);
                }
            }
            case FILE_CONTAINING_EXTENSION ->
                describe(null, asked.getFileContainingExtension().getContainingType(), answer);
            case MESSAGEREQUEST_NOT_SET ->
                answer.setErrorResponse(error(GrpcCode.UNIMPLEMENTED, "it is not known what is asked"));
        }
        return answer.build();
    }

    private static ListServiceResponse list(Collection<String> names) {
        ListServiceResponse.Builder list = ListServiceResponse.newBuilder();
        names.forEach(name -> list.addService(ServiceResponse.newBuilder().setName(name)));
        return list.build();
    }

    private static void describe(@Nullable FileDescriptor file, String name, ServerReflectionResponse.Builder answer) {
        if (file == null) {
            answer.setErrorResponse(
                    error(GrpcCode.NOT_FOUND, "there is no " + InferenceException.quoted(name) + " here"));
            return;
        }
        Map<String, ByteString> all = new LinkedHashMap<>();
        collect(file, all);
        answer.setFileDescriptorResponse(FileDescriptorResponse.newBuilder().addAllFileDescriptorProto(all.values()));
    }

    /** The file and all that it needs. */
    private static void collect(FileDescriptor file, Map<String, ByteString> all) {
        if (all.putIfAbsent(file.getName(), file.toProto().toByteString()) == null) {
            file.getDependencies().forEach(needed -> collect(needed, all));
        }
    }

    private static ErrorResponse error(GrpcCode code, String message) {
        return ErrorResponse.newBuilder()
                .setErrorCode(code.number())
                .setErrorMessage(message)
                .build();
    }
}
