package dev.sluice.worker.drift;

import dev.sluice.worker.contract.DataType;
import dev.sluice.worker.contract.OutputSample;
import dev.sluice.worker.contract.Tensor;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.random.RandomGenerator;

/**
 * The last numbers that were taken of one output: of scores, the highest of a row and its class; of others, any one.
 *
 * @thread owned by the batcher loop
 * @bound {@value #MOST} numbers of {@value #BYTES} bytes; memory grows to that as they come
 * @units nanoseconds
 */
final class OutputRing {

    /** Two samples of so many differ by chance by 3 % of the distribution in one case of twenty, and seldom by more. */
    static final int MOST = 4096;

    private static final int BYTES = Long.BYTES + Float.BYTES + Short.BYTES;
    private static final int FIRST = 64;
    private static final short NO_CLASS = -1;

    private final String output;
    private final int classes;
    private long[] times = new long[0];
    private float[] values = new float[0];
    private short[] tops = new short[0];
    private int size;
    private int next;

    /** @param classes that it scores; 0 if it does not */
    OutputRing(String output, int classes) {
        this.output = output;
        this.classes = classes;
    }

    String output() {
        return output;
    }

    int heldBytes() {
        return times.length * BYTES;
    }

    /** Takes one number of that, from anywhere in it. */
    void take(Tensor tensor, RandomGenerator random, long nowNanos) {
        if (classes > 0) {
            int rows = rows(tensor);
            takeRow(tensor, rows == 0 ? -1 : random.nextInt(rows), nowNanos);
        } else {
            int elements = elements(tensor);
            float number = elements == 0 ? Float.NaN : (float) number(tensor, random.nextInt(elements));
            put(number, NO_CLASS, nowNanos);
        }
    }

    /** Takes one of each row. */
    void takeRows(Tensor tensor, RandomGenerator random) {
        for (int row = 0; row < rows(tensor); row++) {
            if (classes > 0) {
                takeRow(tensor, row, 0);
            } else {
                take(tensor, random, 0);
            }
        }
    }

    private int rows(Tensor tensor) {
        return classes > 0 ? elements(tensor) / classes : (int) tensor.rows();
    }

    private static int elements(Tensor tensor) {
        return tensor.byteCount() / tensor.dataType().elementBytes();
    }

    /** @param row -1 for none */
    private void takeRow(Tensor tensor, int row, long nowNanos) {
        int best = -1;
        double highest = row < 0 ? Double.NaN : Double.NEGATIVE_INFINITY;
        for (int i = 0; row >= 0 && i < classes; i++) {
            double score = number(tensor, row * classes + i);
            if (Double.isNaN(score)) {
                highest = score;
                break;
            }
            if (score > highest) {
                highest = score;
                best = i;
            }
        }
        put((float) highest, Double.isFinite(highest) ? (short) best : NO_CLASS, nowNanos);
    }

    private void put(float value, short top, long nowNanos) {
        if (size == times.length && size < MOST) {
            int larger = Math.min(MOST, Math.max(FIRST, 2 * size));
            times = Arrays.copyOf(times, larger);
            values = Arrays.copyOf(values, larger);
            tops = Arrays.copyOf(tops, larger);
        }
        times[next] = nowNanos;
        values[next] = value;
        tops[next] = top;
        size = Math.min(MOST, Math.max(size, next + 1));
        next = (next + 1) % MOST;
    }

    /** What was taken since then. */
    OutputSample since(long nanos) {
        int[] byClass = new int[classes];
        float[] finite = new float[size];
        int known = 0;
        int notFinite = 0;
        for (int i = 0; i < size; i++) {
            if (times[i] - nanos < 0) {
                continue;
            }
            if (Float.isFinite(values[i])) {
                finite[known++] = values[i];
                if (classes > 0) {
                    byClass[tops[i]]++;
                }
            } else {
                notFinite++;
            }
        }
        return new OutputSample(output, byClass, Arrays.copyOf(finite, known), notFinite);
    }

    private static double number(Tensor tensor, int index) {
        ByteBuffer data = tensor.data();
        int at = data.position() + index * tensor.dataType().elementBytes();
        return switch (tensor.dataType()) {
            case BOOL, INT8 -> data.get(at);
            case UINT8 -> Byte.toUnsignedInt(data.get(at));
            case INT16 -> data.getShort(at);
            case UINT16 -> Short.toUnsignedInt(data.getShort(at));
            case INT32 -> data.getInt(at);
            case UINT32 -> Integer.toUnsignedLong(data.getInt(at));
            case INT64 -> data.getLong(at);
            case UINT64 -> unsigned(data.getLong(at));
            case FP16 -> Float.float16ToFloat(data.getShort(at));
            case BF16 -> Float.intBitsToFloat(data.getShort(at) << Short.SIZE);
            case FP32 -> data.getFloat(at);
            case FP64 -> data.getDouble(at);
            case BYTES -> throw new IllegalArgumentException(DataType.BYTES + " has no numbers");
        };
    }

    private static double unsigned(long bits) {
        return bits >= 0 ? bits : 2.0 * (bits >>> 1);
    }
}
