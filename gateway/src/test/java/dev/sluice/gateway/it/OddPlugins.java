package dev.sluice.gateway.it;

/** A user's own transforms that do whatever a test asks for, as text. */
final class OddPlugins {

    /** Makes of a body what its first word says, for a model of x FP32[-1,-1]. */
    static final String INPUT = """
            package odd;
            import dev.sluice.worker.contract.*;
            import dev.sluice.worker.transform.*;
            import java.nio.*;
            import java.nio.charset.StandardCharsets;
            import java.util.*;
            public final class OddInput implements InputPlugin {
                public String name() { return "odd"; }
                public Prepared prepare(Signature signature, Map<String, String> options) {
                    switch (options.getOrDefault("prepare", "")) {
                        case "refuses" -> throw new IllegalArgumentException("does not like this model");
                        case "fails" -> throw new NoClassDefFoundError("odd/Absent");
                        default -> { }
                    }
                    return new Prepared() {
                        public List<Tensor> apply(PluginBody body) {
                            return made(StandardCharsets.UTF_8.decode(body.bytes()).toString(), body);
                        }
                        public void close() {
                            System.setProperty("odd.closed", "yes");
                        }
                    };
                }
                private static final Tensor DIRECT = direct();
                static Tensor direct() {
                    ByteBuffer data = ByteBuffer.allocateDirect(256).order(ByteOrder.LITTLE_ENDIAN);
                    for (int i = 0; i < 64; i++) {
                        data.putFloat(7);
                    }
                    return new Tensor("x", DataType.FP32, new Shape(1, 64), data.flip());
                }
                private static Tensor tensor(String name, DataType type, int bytes, long... shape) {
                    return new Tensor(name, type, new Shape(shape), ByteBuffer.allocate(bytes));
                }
                private static List<Tensor> made(String word, PluginBody body) {
                    return switch (word) {
                        case "fine" -> List.of(tensor("x", DataType.FP32, 8, 1, 2));
                        case "direct" -> List.of(DIRECT);
                        case "invalid" -> throw new InferenceException(
                                new InferenceError.InvalidRequest("word", "is not taken"));
                        case "refused" -> throw new IllegalArgumentException("holds no such thing");
                        case "fails" -> throw new IllegalStateException("secret");
                        case "overflows" -> made(word, body);
                        case "nothing" -> null;
                        case "none" -> List.of();
                        case "name" -> List.of(tensor("y", DataType.FP32, 8, 1, 2));
                        case "twice" -> Collections.nCopies(2, tensor("x", DataType.FP32, 8, 1, 2));
                        case "type" -> List.of(tensor("x", DataType.INT32, 8, 1, 2));
                        case "rank" -> List.of(tensor("x", DataType.FP32, 8, 2));
                        case "open" -> List.of(tensor("x", DataType.FP32, 8, -1, 2));
                        case "short" -> List.of(tensor("x", DataType.FP32, 4, 1, 2));
                        case "norows" -> List.of(tensor("x", DataType.FP32, 0, 0, 2));
                        case "three" -> List.of(tensor("x", DataType.FP32, 12, 3));
                        case "other" -> (List) List.of("x");
                        case "beyond" -> List.of(tensor("x", DataType.FP32, 0, 1L << 62, 4));
                        case "large" -> List.of(tensor("x", DataType.FP32, 8 << 20, 1, 2 << 20));
                        case "stuck" -> {
                            while (System.getProperty("odd.go") == null) {
                                Thread.onSpinWait();
                            }
                            yield List.of();
                        }
                        default -> throw new IllegalArgumentException(
                                body.contentType() + " " + body.bytes().isReadOnly() + " " + word);
                    };
                }
            }
            """;

    /** Makes an answer that its option says. */
    static final String OUTPUT = """
            package odd;
            import dev.sluice.worker.contract.*;
            import dev.sluice.worker.transform.*;
            import java.math.*;
            import java.util.*;
            import java.util.concurrent.*;
            public final class OddOutput implements OutputPlugin {
                public String name() { return "odd"; }
                public Prepared prepare(Signature signature, Map<String, String> options) {
                    return (outputs, rows) -> switch ((int) outputs.getFirst().data().getFloat(0)) {
                        case 6 -> held();
                        case 0 -> fine(rows);
                        case 1 -> Map.of(1, "a key");
                        case 2 -> List.of(new Object());
                        case 3 -> "x".repeat(2 << 20);
                        case 4 -> deep();
                        case 8 -> lazy();
                        case 5 -> throw new IllegalArgumentException("is nobody's fault");
                        default -> null;
                    };
                }
                private static Object held() {
                    try {
                        ((CountDownLatch) System.getProperties().get("odd.begun")).countDown();
                        return ((CountDownLatch) System.getProperties().get("odd.go on")).await(30, TimeUnit.SECONDS);
                    } catch (InterruptedException stop) {
                        throw new IllegalStateException(stop);
                    }
                }
                private static Object fine(int rows) {
                    Map<String, Object> answer = new LinkedHashMap<>();
                    Object thousand = new BigDecimal("1E+3");
                    answer.put("a \\"b\\"", Arrays.asList(rows, 2L, 0.5, 0.5f, Double.NaN, true, null, thousand));
                    answer.put("empty", List.of(Map.of(), List.of(), (byte) 1, (short) 2, BigInteger.TEN));
                    return answer;
                }
                private static Object lazy() {
                    return new AbstractList<Object>() {
                        public Object get(int place) { throw new NoClassDefFoundError("odd/Absent"); }
                        public int size() { return 1; }
                    };
                }
                private static Object deep() {
                    List<Object> deep = new ArrayList<>();
                    deep.add(deep);
                    return deep;
                }
            }
            """;

    private OddPlugins() {}
}
