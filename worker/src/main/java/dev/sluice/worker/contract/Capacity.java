package dev.sluice.worker.contract;

import java.util.ArrayList;
import java.util.List;

/**
 * What a batcher believes that its model can do, for whoever has to decide how much to send it.
 *
 * @param queueRequests that may wait
 * @param instances that run batches at the same time
 * @param batchRows rows of a batch under load
 * @param fixedNanos how long a batch runs whatever its size
 * @param rowNanos how much longer for each row; both are 0 as long as that is not known
 * @param devices what each of them can do if there are several, of which the rest is the mean
 */
public record Capacity(
        int queueRequests, int instances, int batchRows, double fixedNanos, double rowNanos, List<Capacity> devices) {

    /** Nothing is known, so nothing follows. */
    public static final Capacity UNKNOWN = new Capacity(0, 1, 1, 0, 0);

    public Capacity {
        devices = List.copyOf(devices);
    }

    /** Of instances that are all alike. */
    public Capacity(int queueRequests, int instances, int batchRows, double fixedNanos, double rowNanos) {
        this(queueRequests, instances, batchRows, fixedNanos, rowNanos, List.of());
    }

    /** What devices can do at the same time, as of instances that are all alike; those of which nothing is known apart. */
    public static Capacity together(List<Capacity> devices) {
        List<Capacity> known = devices.stream().filter(Capacity::isKnown).toList();
        if (known.isEmpty()) {
            return devices.isEmpty() ? UNKNOWN : devices.getFirst();
        }
        if (known.size() == 1) {
            return known.getFirst();
        }
        int instances = 0;
        long busyRows = 0;
        double rowsEachNano = 0;
        double fixed = 0;
        for (Capacity device : known) {
            double rate = device.rowsIn(1);
            instances += device.instances;
            busyRows += device.busyRows();
            rowsEachNano += rate;
            fixed += rate * device.fixedNanos / device.batchNanos();
        }
        int rows = Math.max(1, Math.round((float) busyRows / instances));
        double nanos = instances * rows / rowsEachNano;
        double fixedNanos = nanos * fixed / rowsEachNano;
        double rowNanos = (nanos - fixedNanos) / rows;
        return new Capacity(known.getFirst().queueRequests, instances, rows, fixedNanos, rowNanos, known);
    }

    public boolean isKnown() {
        return batchNanos() > 0;
    }

    /** How long such a batch runs. */
    public double batchNanos() {
        return fixedNanos + rowNanos * batchRows;
    }

    /** With batches of one row, or of as many as are done within that time; on the devices that can do a row in it. */
    public Capacity within(double nanos) {
        if (!devices.isEmpty()) {
            return together(devicesWithin(nanos).stream()
                    .map(device -> device.within(nanos))
                    .toList());
        }
        if (batchNanos() <= nanos) {
            return this;
        }
        int rows = (int) Math.clamp((nanos - fixedNanos) / rowNanos, 1, batchRows);
        return new Capacity(queueRequests, instances, rows, fixedNanos, rowNanos);
    }

    /** Of several, those that can do a row in that time; the quickest where none can. */
    public List<Capacity> devicesWithin(double nanos) {
        List<Capacity> inTime = new ArrayList<>(devices.size());
        Capacity quickest = devices.getFirst();
        for (Capacity device : devices) {
            quickest = device.leastNanos() < quickest.leastNanos() ? device : quickest;
            if (device.leastNanos() <= nanos) {
                inTime.add(device);
            }
        }
        return inTime.isEmpty() ? List.of(quickest) : inTime;
    }

    /** How long a batch of one row runs. */
    public double leastNanos() {
        return fixedNanos + rowNanos;
    }

    /** Rows that keep every instance at work. */
    public long busyRows() {
        return (long) instances * batchRows;
    }

    /** Rows that are done in that time when every instance is at work. */
    public double rowsIn(double nanos) {
        return nanos / batchNanos() * busyRows();
    }

    /** How long so many rows take when every instance is at work; 0 as long as that is not known. */
    public double nanosFor(long rows) {
        return (double) rows / busyRows() * batchNanos();
    }
}
