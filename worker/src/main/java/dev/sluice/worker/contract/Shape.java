package dev.sluice.worker.contract;

import java.util.Arrays;

/**
 * The dimensions of a tensor, outermost first; in a {@link TensorSpec} a dimension may be {@link #VARIABLE}.
 *
 * @shape rank 0 is a scalar with one element; a dimension of 0 makes an empty tensor
 * @errors the constructor refuses a dimension below -1
 */
public record Shape(long... dimensions) {

    /** A dimension that each request chooses for itself. */
    public static final long VARIABLE = -1;

    public static final Shape SCALAR = new Shape();

    public Shape {
        for (long dimension : dimensions) {
            if (dimension < VARIABLE) {
                throw new IllegalArgumentException("a dimension is -1, 0 or positive, and this is " + dimension);
            }
        }
    }

    public int rank() {
        return dimensions.length;
    }

    public long dimension(int axis) {
        return dimensions[axis];
    }

    /**
     * How many elements a tensor of this shape has.
     *
     * @throws ArithmeticException when the product is beyond a {@code long}
     */
    public long elementCount() {
        long count = 1;
        boolean empty = false;
        for (long dimension : dimensions) {
            empty |= dimension == 0;
        }
        if (empty) {
            return 0;
        }
        for (long dimension : dimensions) {
            count = Math.multiplyExact(count, dimension);
        }
        return count;
    }

    /** Whether no dimension is variable. */
    public boolean isFixed() {
        return Arrays.stream(dimensions).noneMatch(dimension -> dimension == VARIABLE);
    }

    /** Whether a tensor of that shape fits this one, a variable dimension fitting any. */
    public boolean accepts(Shape concrete) {
        if (rank() != concrete.rank()) {
            return false;
        }
        for (int axis = 0; axis < dimensions.length; axis++) {
            if (dimensions[axis] != VARIABLE && dimensions[axis] != concrete.dimensions[axis]) {
                return false;
            }
        }
        return true;
    }

    /** The same shape with another number of rows. */
    public Shape withRows(long rows) {
        return with(0, rows);
    }

    /** The same shape with another size along that axis. */
    public Shape with(int axis, long size) {
        long[] copy = dimensions.clone();
        copy[axis] = size;
        return new Shape(copy);
    }

    /** Of two shapes of one rank the larger size along each axis. */
    public Shape max(Shape other) {
        long[] larger = dimensions.clone();
        Arrays.setAll(larger, axis -> Math.max(dimensions[axis], other.dimensions[axis]));
        return new Shape(larger);
    }

    /** Whether both have the same dimensions after the first. */
    public boolean sameBeyondRows(Shape other) {
        return rank() == other.rank()
                && Arrays.equals(
                        dimensions, Math.min(1, rank()), rank(), other.dimensions, Math.min(1, rank()), rank());
    }

    /** The same number for all that are the {@linkplain #sameBeyondRows same beyond rows}. */
    public int hashBeyondRows() {
        int hash = rank();
        for (int axis = 1; axis < dimensions.length; axis++) {
            hash = 31 * hash + Long.hashCode(dimensions[axis]);
        }
        return hash;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Shape shape && Arrays.equals(dimensions, shape.dimensions);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(dimensions);
    }

    /** As users write it: {@code [1,28,28]}. */
    @Override
    public String toString() {
        return Arrays.toString(dimensions).replace(" ", "");
    }
}
