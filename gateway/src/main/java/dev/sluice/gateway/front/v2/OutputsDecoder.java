package dev.sluice.gateway.front.v2;

import dev.sluice.worker.contract.InferenceException;
import dev.sluice.worker.contract.Signature;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Reads {@code outputs}: which a request wants, in which form.
 *
 * @thread confined to one front loop
 * @errors InvalidRequest that names the output
 */
final class OutputsDecoder {

    private final JsonCursor cursor;
    private final Signature signature;
    private final List<WantedOutput> wanted = new ArrayList<>();

    OutputsDecoder(JsonCursor cursor, Signature signature) {
        this.cursor = cursor;
        this.signature = signature;
    }

    List<WantedOutput> decode() {
        cursor.read('[');
        if (!cursor.tryRead(']')) {
            do {
                wanted.add(readOutput("outputs[" + wanted.size() + "]"));
            } while (cursor.readCommaOr(']'));
        }
        return wanted;
    }

    private WantedOutput readOutput(String field) {
        try {
            return readObject(field);
        } catch (BadJson bad) {
            throw InferenceException.invalid(field, bad.reason());
        }
    }

    private WantedOutput readObject(String field) {
        KnownMembers known = new KnownMembers();
        String name = null;
        OutputParameters parameters = OutputParameters.NONE;
        cursor.read('{');
        if (!cursor.tryRead('}')) {
            do {
                String member = cursor.readName();
                switch (member) {
                    case "name" -> {
                        known.take(field + ".name", member);
                        name = JsonStrings.readString(cursor);
                    }
                    case "parameters" -> {
                        known.take(field + ".parameters", member);
                        parameters = readParameters(field + ".parameters.");
                    }
                    default -> cursor.skipValue();
                }
            } while (cursor.readCommaOr('}'));
        }
        checkName(field, name);
        return new WantedOutput(String.valueOf(name), parameters.binary, parameters.classes);
    }

    private void checkName(String field, @Nullable String name) {
        if (name == null) {
            throw InferenceException.invalid(field, "the member \"name\" is missing");
        }
        SignatureCheck.output(field, name, wanted, signature);
    }

    private OutputParameters readParameters(String field) {
        KnownMembers known = new KnownMembers();
        boolean binary = false;
        long classes = 0;
        cursor.read('{');
        if (cursor.tryRead('}')) {
            return OutputParameters.NONE;
        }
        do {
            String name = cursor.readName();
            switch (name) {
                case "binary_data" -> {
                    known.take(field + name, name);
                    binary = RequestParameters.readBoolean(cursor, field + name);
                }
                case "classification" -> {
                    known.take(field + name, name);
                    classes = RequestParameters.readInteger(cursor, field + name, 0, Classification.MOST_CLASSES);
                }
                case "shared_memory_region" ->
                    throw InferenceException.invalid(field + name, "shared memory is not supported");
                default -> cursor.skipValue();
            }
        } while (cursor.readCommaOr('}'));
        return new OutputParameters(binary, (int) classes);
    }

    private record OutputParameters(boolean binary, int classes) {

        static final OutputParameters NONE = new OutputParameters(false, 0);
    }
}
