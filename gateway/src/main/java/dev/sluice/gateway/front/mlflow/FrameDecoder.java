package dev.sluice.gateway.front.mlflow;

import dev.sluice.gateway.front.TensorBuffers;
import dev.sluice.gateway.front.http.HttpBytes;
import dev.sluice.gateway.front.rows.RowTable;
import dev.sluice.gateway.front.tfs.PredictDecoder;
import dev.sluice.gateway.front.tfs.PredictWriter;
import dev.sluice.gateway.front.v2.BadJson;
import dev.sluice.gateway.front.v2.Base64Object;
import dev.sluice.gateway.front.v2.DecodedRequest;
import dev.sluice.gateway.front.v2.JsonCursor;
import dev.sluice.worker.contract.InferenceError.InvalidRequest;
import dev.sluice.worker.contract.InferenceException;
import dev.sluice.worker.contract.ModelReport.Description;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Reads the body of {@code /invocations}: a table, as {@code dataframe_split}, {@code dataframe_records} or CSV, or
 * what TensorFlow Serving would take, {@code instances} or {@code inputs}, and their elements then too are cells.
 *
 * @thread confined to one front loop; one use
 * @errors InvalidRequest in the words of MLflow, and of pandas for what is no table; those that the signature is to
 *     blame for are told apart by {@link #isSignaturesFault}
 * @owns the memory of the inputs until {@link #decode} returns; gives it back when it throws
 * @source MLflow, scoring_server and proto_json_utils.py
 */
public final class FrameDecoder {

    static final String SPLIT = "dataframe_split";
    private static final String SCHEMA = "schema";
    private static final String RECORDS = "dataframe_records";
    private static final int MOST_TOLD = 16;
    private static final Pattern FLOAT = Pattern.compile("[.eENI]");
    private static final String INPUTS = "inputs";
    private static final Set<String> TENSORS = Set.of("instances", INPUTS);

    private static final String EXPECTED = "The input must be a JSON dictionary with exactly one of the input fields"
            + " {'dataframe_records', 'dataframe_split', 'inputs', 'instances'}";

    private final HttpBytes body;
    private final Description model;
    private final TensorBuffers buffers;
    private final JsonCursor cursor;
    private final List<String> received = new ArrayList<>();
    private int formCount;
    private @Nullable RowTable table;
    private boolean isTable;
    private boolean isSignatures;

    public FrameDecoder(HttpBytes body, Description model, TensorBuffers buffers) {
        this.body = body;
        this.model = model;
        this.buffers = buffers;
        this.cursor = JsonCursor.ofCells(body.array(), body.from(), body.to());
    }

    /** As JSON. */
    public DecodedRequest decode() {
        buffers.besideBody(body.length());
        try {
            readMembers();
            if (formCount != 1) {
                throw new FrameException(EXPECTED + ". Received dictionary with input fields: " + list(received) + ".");
            }
            return table == null ? tensors() : request(table);
        } catch (BadJson bad) {
            giveBack();
            throw noJson(bad);
        } catch (FrameException wrong) {
            giveBack();
            requireSyntax();
            throw InferenceException.invalid("", wrong.text());
        } catch (InferenceException wrong) {
            giveBack();
            requireSyntax();
            throw wrong;
        }
    }

    /** How the answer is to be written, known when the body has been decoded: tables are answered as tables. */
    public PredictWriter writer() {
        return isTable ? PredictWriter.FRAME : PredictWriter.PREDICTIONS;
    }

    /** Whether what was thrown is that the model takes other things, and not that these are none. */
    boolean isSignaturesFault() {
        return isSignatures;
    }

    /** As CSV. */
    public DecodedRequest decodeCsv(boolean header) {
        buffers.besideBody(body.length());
        try {
            return request(csv(header));
        } catch (InferenceException wrong) {
            giveBack();
            throw wrong;
        }
    }

    private RowTable csv(boolean header) {
        try {
            RowTable lines = table();
            lines.readCsv(body.array(), body.from(), body.to(), header);
            return lines;
        } catch (InferenceException wrong) {
            throw inWords(
                    wrong,
                    "Failed to parse input as a Pandas DataFrame. Ensure that the input is a valid CSV-formatted Pandas"
                            + " DataFrame produced using the `pandas.DataFrame.to_csv()` method. Error: '",
                    "'");
        }
    }

    private DecodedRequest tensors() {
        PredictDecoder tensors = PredictDecoder.ofCells(body, model.signature(), buffers);
        DecodedRequest decoded = tensors.decode();
        isTable = tensors.hasBareCells();
        return decoded;
    }

    private RowTable table() {
        RowTable made = new RowTable(cursor, model, buffers);
        table = made;
        isTable = true;
        return made;
    }

    private DecodedRequest request(RowTable read) {
        try {
            return read.request();
        } catch (InferenceException wrong) {
            throw inWords(wrong, "", "");
        }
    }

    private void readMembers() {
        requireObject();
        cursor.read('{');
        if (!cursor.tryRead('}')) {
            do {
                readMember(cursor.readName());
            } while (cursor.readCommaOr('}'));
        }
        cursor.readEnd();
    }

    private void requireObject() {
        byte first = cursor.peek();
        if (first == '{') {
            return;
        }
        requireSyntax();
        throw new FrameException("Invalid input. " + EXPECTED + ". Received "
                + (first == '[' ? "a list." : "unexpected input type '" + pythonType() + "'."));
    }

    /** As Python shows the type of what stands here. */
    private String pythonType() {
        return "<class '"
                + switch (cursor.peek()) {
                    case '[' -> "list";
                    case '{' -> "dict";
                    case '"' -> "str";
                    case 't', 'f' -> "bool";
                    case 'n' -> "NoneType";
                    default -> {
                        int start = cursor.position();
                        cursor.skipValue();
                        yield FLOAT.matcher(cursor.excerptFrom(start)).find() ? "float" : "int";
                    }
                }
                + "'>";
    }

    /** Members that mean nothing are passed over, as {@code params} are: an ONNX model has none. */
    private void readMember(String member) {
        boolean frame = member.equals(SPLIT) || member.equals(RECORDS) || (member.equals(INPUTS) && areRecords());
        if (frame || TENSORS.contains(member)) {
            formCount++;
        }
        if (received.size() < MOST_TOLD) {
            received.add(InferenceException.shortened(member));
        }
        if (!frame || formCount > 1) {
            cursor.skipValue();
            return;
        }
        boolean split = member.equals(SPLIT);
        try {
            if (split) {
                readSplit(table());
            } else {
                readRecords(table(), member);
            }
        } catch (InferenceException wrong) {
            throw inWords(
                    wrong,
                    "Invalid input. Provided " + member + " field is not a valid dataframe representation in '"
                            + (split ? "split" : "records") + "' format. Error: '",
                    "'");
        }
    }

    /** Whether a list of objects stands here, which are no bytes: a table under the name of tensors. */
    private boolean areRecords() {
        boolean list = cursor.peek() == '[';
        int start = cursor.position();
        boolean records = list && cursor.tryRead('[') && cursor.peek() == '{' && !Base64Object.isNext(cursor);
        cursor.goTo(start);
        return records;
    }

    private void readRecords(RowTable records, String member) {
        byte first = cursor.peek();
        if (first != '[') {
            String type = first == '{' ? "dictionary" : "type " + pythonType();
            throw new FrameException(
                    "Invalid input. Dataframe records format must be a list of records. Got " + type + ".");
        }
        records.readRecords(member);
    }

    private void readSplit(RowTable split) {
        byte first = cursor.peek();
        if (first != '{') {
            String type = first == '[' ? "list" : "type " + pythonType();
            throw new FrameException("Invalid input. Dataframe split format must be a dictionary. Got " + type + ".");
        }
        new SplitFrame(cursor, split).read();
    }

    /** What is wrong with the form of a table is said so; what its model does not take is the signature's. */
    private InferenceException inWords(InferenceException wrong, String before, String behind) {
        if (!(wrong.error() instanceof InvalidRequest(String field, String reason))) {
            return wrong;
        }
        if (field.isEmpty()) {
            return InferenceException.invalid("", before + reason + behind);
        }
        isSignatures = true;
        return InferenceException.invalid(
                SCHEMA, field.equals(RowTable.WHOLE) ? reason : reason + " (at " + field + ")");
    }

    /** As Python writes it. */
    static String list(List<String> names) {
        return names.stream()
                .map(name -> "'" + InferenceException.shortened(name) + "'")
                .toList()
                .toString();
    }

    /** A text that is no JSON is refused for that alone, whatever else is wrong with it. */
    private void requireSyntax() {
        try {
            JsonCursor whole = new JsonCursor(body.array(), body.from(), body.to(), true);
            whole.skipValue();
            whole.readEnd();
        } catch (BadJson bad) {
            throw noJson(bad);
        }
    }

    private InferenceException noJson(BadJson bad) {
        isSignatures = false;
        return InferenceException.invalid(
                "", "Invalid input. Ensure that input is a valid JSON formatted string. Error: '" + bad.reason() + "'");
    }

    private void giveBack() {
        if (table != null) {
            table.giveBack();
        }
    }
}
