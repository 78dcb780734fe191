"""Makes the small models that the recorded pairs of other servers' protocols are about. Needs the Python package onnx.

kinds   one input of each type that JSON has, [batch], each given back as NAME_out
texts   text STRING [batch], given back as text_out and as raw_bytes
picture x FP32 [batch, 2, 2, 1], given back as y
total   x FP32 [3] to its sum, total FP32, without axes: there are no rows
uneven  x FP32 [n], given back as y, beside z FP32 [2]
ranked  x FP32 [batch, 2] and names STRING [batch, 2], given back as scores and classes
scored  x FP32 [batch, 2], given back as scores, beside its first column as outputs FP32 [batch, 1]; its classes are cat and dog

fares   a column for each input, [batch, 1]: age FP32, class INT64, city STRING and member BOOL; fare FP32 [batch] and city_out
matrix  x FP32 [batch, columns], given back as y: as many columns as a table has
names   x STRING [batch, columns], given back as y

half_plus_two   y = x / 2 + 2, FP32 [batch]: what TensorFlow Serving's pages begin with
sklearn-iris    the kind of an iris, by the length of its petals alone, FP32 [batch, 4] to label INT64 [batch]: KServe's
"""

import pathlib

import onnx
from onnx import TensorProto, helper

KINDS = {
    "flag": TensorProto.BOOL,
    "i8": TensorProto.INT8,
    "i16": TensorProto.INT16,
    "i32": TensorProto.INT32,
    "i64": TensorProto.INT64,
    "u8": TensorProto.UINT8,
    "u16": TensorProto.UINT16,
    "u32": TensorProto.UINT32,
    "u64": TensorProto.UINT64,
    "f64": TensorProto.DOUBLE,
}


def save(name, nodes, inputs, outputs, initializers=(), config=""):
    graph = helper.make_graph(nodes, name, inputs, outputs, list(initializers))
    opset = helper.make_opsetid("", 13)
    model = helper.make_model(graph, ir_version=8, opset_imports=[opset], producer_name="sluice")
    onnx.checker.check_model(model)
    folder = pathlib.Path(__file__).parent / "models" / name
    (folder / "1").mkdir(parents=True, exist_ok=True)
    (folder / "1" / "model.onnx").write_bytes(model.SerializeToString())
    if config:
        (folder / "model.yaml").write_text(config)


def value(name, kind, *shape):
    return helper.make_tensor_value_info(name, kind, list(shape))


def identity(x, y):
    return helper.make_node("Identity", [x], [y])


FLOAT, STRING = TensorProto.FLOAT, TensorProto.STRING

save(
    "kinds",
    [identity(name, name + "_out") for name in KINDS],
    [value(name, kind, "batch") for name, kind in KINDS.items()],
    [value(name + "_out", kind, "batch") for name, kind in KINDS.items()],
)
save(
    "texts",
    [identity("text", "text_out"), identity("text", "raw_bytes")],
    [value("text", STRING, "batch")],
    [value("text_out", STRING, "batch"), value("raw_bytes", STRING, "batch")],
)
save("picture", [identity("x", "y")], [value("x", FLOAT, "batch", 2, 2, 1)], [value("y", FLOAT, "batch", 2, 2, 1)])
save(
    "total",
    [helper.make_node("ReduceSum", ["x"], ["total"], keepdims=0)],
    [value("x", FLOAT, 3)],
    [value("total", FLOAT)],
)
save(
    "uneven",
    [identity("x", "y"), helper.make_node("Identity", ["two"], ["z"])],
    [value("x", FLOAT, "n")],
    [value("y", FLOAT, "n"), value("z", FLOAT, 2)],
    [helper.make_tensor("two", FLOAT, [2], [0.5, 1.5])],
)
save(
    "ranked",
    [identity("x", "scores"), identity("names", "classes")],
    [value("x", FLOAT, "batch", 2), value("names", STRING, "batch", 2)],
    [value("scores", FLOAT, "batch", 2), value("classes", STRING, "batch", 2)],
)
save(
    "scored",
    [identity("x", "scores"), helper.make_node("Slice", ["x", "zero", "one", "axis"], ["outputs"])],
    [value("x", FLOAT, "batch", 2)],
    [value("scores", FLOAT, "batch", 2), value("outputs", FLOAT, "batch", 1)],
    [helper.make_tensor("zero", TensorProto.INT64, [1], [0]), helper.make_tensor("one", TensorProto.INT64, [1], [1]),
     helper.make_tensor("axis", TensorProto.INT64, [1], [1])],
    "labels: [cat, dog]\n",
)
save(
    "fares",
    [
        helper.make_node("Cast", ["class"], ["class_float"], to=FLOAT),
        helper.make_node("Cast", ["member"], ["member_float"], to=FLOAT),
        helper.make_node("Mul", ["class_float", "ten"], ["by_class"]),
        helper.make_node("Add", ["age", "by_class"], ["full"]),
        helper.make_node("Sub", ["full", "member_float"], ["wide"]),
        helper.make_node("Squeeze", ["wide", "one"], ["fare"]),
        identity("city", "city_out"),
    ],
    [
        value("age", FLOAT, "batch", 1),
        value("class", TensorProto.INT64, "batch", 1),
        value("city", STRING, "batch", 1),
        value("member", TensorProto.BOOL, "batch", 1),
    ],
    [value("fare", FLOAT, "batch"), value("city_out", STRING, "batch", 1)],
    [helper.make_tensor("ten", FLOAT, [], [10.0]), helper.make_tensor("one", TensorProto.INT64, [1], [1])],
)
save("matrix", [identity("x", "y")], [value("x", FLOAT, "batch", "columns")], [value("y", FLOAT, "batch", "columns")])
save("names", [identity("x", "y")], [value("x", STRING, "batch", "columns")], [value("y", STRING, "batch", "columns")])
save(
    "half_plus_two",
    [helper.make_node("Mul", ["x", "a"], ["half"]), helper.make_node("Add", ["half", "b"], ["y"])],
    [value("x", FLOAT, "batch")],
    [value("y", FLOAT, "batch")],
    [helper.make_tensor("a", FLOAT, [], [0.5]), helper.make_tensor("b", FLOAT, [], [2.0])],
)
save(
    "sklearn-iris",
    [
        helper.make_node("Gemm", ["x", "weights", "bias"], ["scores"]),
        helper.make_node("ArgMax", ["scores"], ["label"], axis=1, keepdims=0),
    ],
    [value("x", FLOAT, "batch", 4)],
    [value("label", TensorProto.INT64, "batch")],
    [
        helper.make_tensor("weights", FLOAT, [4, 3], [0, 0, 0, 0, 0, 0, -1, 0, 1, 0, 0, 0]),
        helper.make_tensor("bias", FLOAT, [3], [3, 0.5, -5]),
    ],
)
