package dev.sluice.gateway.front.http;

/**
 * How many requests one connection may send before it is to stand in line.
 *
 * @thread confined to the front loop of its connection
 */
final class Stay implements ReadingLine.Standing {

    private final ReadingLine line;
    private final Runnable readOn;
    private int left;
    private boolean asked;
    private boolean inLine;
    private boolean silent;
    private boolean over;

    /** @param readOn is run when the connection goes on */
    Stay(ReadingLine line, Runnable readOn) {
        this.line = line;
        this.readOn = readOn;
    }

    /** A request has begun whose cost counts, however it will end. */
    void countRequest() {
        asked = true;
        line.countRequest();
        if (left > 0) {
            left--;
            line.countOwn();
        }
        if (silent) {
            silent = false;
            line.countHeard();
        }
    }

    /** Whether the connection is to stand in line for what it has asked, as soon as that is answered. */
    boolean isDue() {
        return asked && left == 0 && line.isCrowded();
    }

    /** All that it asked has been answered, and that is behind it. */
    void rest() {
        asked = false;
    }

    /** Stands in line, once. */
    void stand() {
        asked = false;
        if (!inLine) {
            inLine = true;
            line.stand(this);
        }
    }

    /** The connection has closed. */
    void end() {
        over = true;
    }

    @Override
    public boolean goOn(int requests) {
        inLine = false;
        left = requests;
        silent = true;
        if (!over) {
            readOn.run();
        }
        return !over;
    }
}
