package dev.sluice.gateway.front.http;

import dev.sluice.gateway.front.TensorBuffers;
import dev.sluice.gateway.front.rows.RowTable;
import dev.sluice.gateway.front.v2.BadJson;
import dev.sluice.gateway.front.v2.DecodedRequest;
import dev.sluice.gateway.front.v2.JsonCursor;
import dev.sluice.worker.contract.InferenceException;
import dev.sluice.worker.contract.ModelReport.Description;

/**
 * Reads rows as people send them: CSV whose first line names the columns, or {@code {"rows": [...]}} with an object for
 * each row, or a list. They are read on the front loop, for that is no more work than reading tensors.
 *
 * @thread stateless
 * @errors InvalidRequest that names row and column
 */
final class RowsBody {

    private static final String ROWS = "rows";

    private RowsBody() {}

    static DecodedRequest decode(PredictBody form, HttpBytes body, Description model, TensorBuffers buffers) {
        buffers.besideBody(body.length());
        JsonCursor cursor = JsonCursor.ofCells(body.array(), body.from(), body.to());
        RowTable table = new RowTable(cursor, model, buffers);
        try {
            if (form.kind() == PredictBody.Kind.CSV) {
                table.readCsv(body.array(), body.from(), body.to(), true);
            } else {
                readRows(cursor, table);
            }
            return table.request(model.transform().outputs(model.signature()));
        } catch (BadJson bad) {
            table.giveBack();
            throw InferenceException.invalid("body", bad.reason());
        } catch (InferenceException wrong) {
            table.giveBack();
            throw wrong;
        }
    }

    private static void readRows(JsonCursor cursor, RowTable table) {
        if (cursor.peek() == '[') {
            throw InferenceException.invalid("body", "is a list; expected {\"rows\": [...]}");
        }
        cursor.read('{');
        String member = cursor.readName();
        if (!member.equals(ROWS)) {
            throw InferenceException.invalid(member, "unknown; expected rows");
        }
        cursor.peek();
        int start = cursor.position();
        boolean lists = cursor.tryRead('[') && cursor.peek() == '[';
        cursor.goTo(start);
        if (lists) {
            table.readLists(ROWS);
        } else {
            table.readRecords(ROWS);
        }
        cursor.read('}');
        cursor.readEnd();
    }
}
