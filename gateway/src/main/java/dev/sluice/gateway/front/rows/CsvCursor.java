package dev.sluice.gateway.front.rows;

import dev.sluice.worker.contract.InferenceException;

/**
 * A place in a CSV text: goes from cell to cell, and says where the text of each stands. Quotes that a quoted cell
 * doubles are halved where they are, so that it is in one piece; nobody may read those bytes as CSV again.
 *
 * @thread confined to its caller
 * @bound one pass, without allocation
 * @errors InvalidRequest that names the line, for a quote that is not closed and for text behind one that is
 * @source RFC 4180; pandas.read_csv: blank lines are none, a mark of byte order is no text, lines may end in CR or LF
 *     alone
 */
final class CsvCursor {

    private static final int[] BYTE_ORDER_MARK = {0xEF, 0xBB, 0xBF};

    private final byte[] bytes;
    private final int end;
    private int position;
    private int line = 1;
    private int from;
    private int to;
    private boolean inRecord;

    CsvCursor(byte[] bytes, int from, int end) {
        this.bytes = bytes;
        this.end = end;
        this.position = from;
        if (isMarked()) {
            position += BYTE_ORDER_MARK.length;
        }
    }

    private boolean isMarked() {
        boolean marked = end - position >= BYTE_ORDER_MARK.length;
        for (int at = 0; marked && at < BYTE_ORDER_MARK.length; at++) {
            marked = (bytes[position + at] & 0xFF) == BYTE_ORDER_MARK[at];
        }
        return marked;
    }

    /** Where the text of the cell begins that was read last. */
    int from() {
        return from;
    }

    /** The place behind it. */
    int to() {
        return to;
    }

    /** The line that comes next, or is being read, as an editor counts. */
    int line() {
        return line;
    }

    /** Whether another record follows; goes to it over blank lines. */
    boolean nextRecord() {
        while (position < end && isLineEnd(bytes[position])) {
            readLineEnd();
        }
        inRecord = position < end;
        return inRecord;
    }

    /** Reads the next cell of the record, if there is one; the record ends with its line. */
    boolean nextCell() {
        if (!inRecord) {
            return false;
        }
        if (position < end && bytes[position] == '"') {
            readQuoted();
        } else {
            from = position;
            while (position < end && bytes[position] != ',' && !isLineEnd(bytes[position])) {
                position++;
            }
            to = position;
        }
        inRecord = position < end && bytes[position] == ',';
        if (inRecord) {
            position++;
        } else if (position < end) {
            readLineEnd();
        }
        return true;
    }

    private void readQuoted() {
        int opened = line;
        from = ++position;
        to = position;
        while (true) {
            if (position >= end) {
                throw InferenceException.invalid("", "a quote is not closed (at line " + opened + ")");
            }
            byte next = bytes[position++];
            if (next == '"') {
                if (position < end && bytes[position] == '"') {
                    position++;
                } else {
                    break;
                }
            } else if (next == '\n' || (next == '\r' && !(position < end && bytes[position] == '\n'))) {
                line++;
            }
            bytes[to++] = next;
        }
        if (position < end && bytes[position] != ',' && !isLineEnd(bytes[position])) {
            throw InferenceException.invalid("", "text follows a closing quote (at line " + line + ")");
        }
    }

    private static boolean isLineEnd(byte each) {
        return each == '\n' || each == '\r';
    }

    private void readLineEnd() {
        boolean two = bytes[position] == '\r' && position + 1 < end && bytes[position + 1] == '\n';
        position += two ? 2 : 1;
        line++;
    }
}
