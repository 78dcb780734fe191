package dev.sluice.gateway.front.rows;

import dev.sluice.gateway.front.TensorBuffers;
import dev.sluice.gateway.front.v2.DecodedRequest;
import dev.sluice.gateway.front.v2.JsonCursor;
import dev.sluice.worker.contract.ModelReport.Description;
import dev.sluice.worker.contract.Signature;
import dev.sluice.worker.contract.Tensor;
import java.util.List;

/**
 * A table in the body of a request, as the inputs of a model: its rows are read from JSON or CSV, once and in one form,
 * and then they are a request.
 *
 * @thread confined to one front loop; one use
 * @errors those of the form; InvalidRequest for a model that takes no tables, and for one without rows
 * @owns the memory of the inputs until {@link #request}, or {@link #giveBack}
 */
public final class RowTable {

    /** The field of what is wrong with a table as a whole. */
    public static final String WHOLE = "rows";

    private final JsonCursor cursor;
    private final Columns columns;
    private final RowTensors tensors;
    private int rows;
    private int width;

    /** @param cursor over the cells of a body */
    public RowTable(JsonCursor cursor, Description model, TensorBuffers buffers) {
        this.cursor = cursor;
        this.columns = Columns.of(model);
        this.tensors = new RowTensors(cursor, columns, buffers);
    }

    /**
     * Reads the list of objects that stands here.
     *
     * @param where that is, for errors
     */
    public void readRecords(String where) {
        JsonRows records = new JsonRows(cursor, columns, tensors, where);
        records.readRecords();
        rows = records.rows();
        width = columns.count();
    }

    /**
     * For the names of its columns.
     *
     * @param where they stand, for errors
     */
    public ColumnNames names(String where) {
        return new ColumnNames(columns, where);
    }

    /**
     * Reads the list of lists that stands here, whose cells are in the model's own order.
     *
     * @param where that is, for errors
     */
    public void readLists(String where) {
        JsonRows lists = new JsonRows(cursor, columns, tensors, where);
        width = lists.readListsInOrder();
        rows = lists.rows();
    }

    /**
     * The same for cells in the order of those columns.
     *
     * @param where the list is, for errors
     */
    public void readLists(String where, ColumnNames names) {
        JsonRows lists = new JsonRows(cursor, columns, tensors, where);
        int[] places = columns.places(names);
        lists.readLists(places);
        width = places.length;
        rows = lists.rows();
    }

    /**
     * Reads CSV, which is where the cursor goes over.
     *
     * @param header whether its first line names the columns
     */
    public void readCsv(byte[] bytes, int from, int to, boolean header) {
        CsvRows lines = new CsvRows(bytes, new CsvCursor(bytes, from, to), columns, tensors);
        lines.read(header);
        rows = lines.rows();
        width = lines.width();
    }

    /** What was read, with all outputs. */
    public DecodedRequest request() {
        return request(columns.signature().outputNames());
    }

    /** What was read, with those outputs. */
    public DecodedRequest request(List<String> outputs) {
        Signature signature = columns.signature();
        List<Tensor> inputs = tensors.inputs(rows, width);
        return DecodedRequest.plain(inputs, outputs, signature);
    }

    public void giveBack() {
        tensors.giveBack();
    }
}
