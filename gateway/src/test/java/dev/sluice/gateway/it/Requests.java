package dev.sluice.gateway.it;

import java.util.Arrays;
import java.util.stream.Collectors;

/** Bodies for the test models. */
final class Requests {

    private Requests() {}

    static String tensor(String name, String datatype, String shape, String data) {
        return "{\"name\":\"" + name + "\",\"datatype\":\"" + datatype + "\",\"shape\":" + shape + ",\"data\":" + data
                + "}";
    }

    static String inputs(String... tensors) {
        return "{\"inputs\":[" + String.join(",", tensors) + "]}";
    }

    /** One row of sums: IN0 = a, a, a, a and IN1 = b, b, b, b. */
    static String sums(int a, int b) {
        return inputs(tensor("IN0", "INT32", "[1,4]", four(a)), tensor("IN1", "INT32", "[1,4]", four(b)));
    }

    /** Of many rows, all alike. */
    static String sumsOfRows(int rows) {
        String shape = "[" + rows + ",4]";
        String data = "[" + "1,".repeat(4 * rows - 1) + "1]";
        return inputs(tensor("IN0", "INT32", shape, data), tensor("IN1", "INT32", shape, data));
    }

    private static String four(int n) {
        return "[" + n + "," + n + "," + n + "," + n + "]";
    }

    static String echo(float... row) {
        String data = join(row);
        return inputs(tensor("x", "FP32", "[1," + row.length + "]", "[" + data + "]"));
    }

    private static String join(float[] row) {
        Float[] boxed = new Float[row.length];
        Arrays.setAll(boxed, i -> row[i]);
        return Arrays.stream(boxed).map(String::valueOf).collect(Collectors.joining(","));
    }

    static String pick(int... indexes) {
        String data = Arrays.toString(indexes);
        return inputs(tensor("index", "INT64", "[" + indexes.length + "]", data));
    }

    /** Some 25 microseconds of work for each step. */
    static String slow(int steps, int x) {
        return slow(steps, x, "");
    }

    static String slow(int steps, int x, String parameter) {
        String body =
                inputs(tensor("x", "FP32", "[1]", "[" + x + "]"), tensor("steps", "INT64", "[1]", "[" + steps + "]"));
        return parameter.isEmpty() ? body : withMember("\"parameters\":{" + parameter + "}", body);
    }

    /** The body with one more member at its front, as in {@code "id":"7"}. */
    static String withMember(String member, String body) {
        return "{" + member + "," + body.substring(1);
    }
}
