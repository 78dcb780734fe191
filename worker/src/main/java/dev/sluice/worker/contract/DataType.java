package dev.sluice.worker.contract;

/**
 * The element types of the Open Inference Protocol (V2), with the size of one element.
 *
 * @units sizes in bytes; little-endian wherever bytes are named
 * @source Open Inference Protocol, "Tensor Data Types"; BF16 is Triton's addition
 */
public enum DataType {
    BOOL(1),
    UINT8(1),
    UINT16(2),
    UINT32(4),
    UINT64(8),
    INT8(1),
    INT16(2),
    INT32(4),
    INT64(8),
    FP16(2),
    BF16(2),
    FP32(4),
    FP64(8),
    /** Byte strings: each element is a 4-byte little-endian length followed by that many bytes. */
    BYTES(0);

    /** The length prefix that stands before each {@link #BYTES} element. */
    public static final int LENGTH_PREFIX_BYTES = Integer.BYTES;

    private final int elementBytes;

    DataType(int elementBytes) {
        this.elementBytes = elementBytes;
    }

    /** The size of one element, or 0 for {@link #BYTES}, whose elements differ in size. */
    public int elementBytes() {
        return elementBytes;
    }

    public boolean isVariableSize() {
        return this == BYTES;
    }
}
