"""Makes the small models of the gateway's integration tests. Needs the Python package onnx.

sums   OUT0 = IN0 + IN1 and OUT1 = IN0 - IN1, INT32 [batch, 4]
echo   y = x, FP32 [batch, length]: requests of different lengths cannot share a batch
halves y = x, FP16 [batch, length]
words  y = x, BYTES [batch, 2]
pick   y = one of ten numbers, by index, INT64 [batch] to FP32 [batch]: an index beyond 9 fails the engine call
masked OUT = x * mask and SUM = the sum of OUT along each row, FP32 [batch, length]: padding with a mask of 0 changes nothing
slow   y = x, FP32 [1], after multiplying matrices "steps" times, INT64 [1]: as slow as a test wants; no batch axis
"""

import pathlib

import onnx
from onnx import TensorProto, helper


def save(name, nodes, inputs, outputs, initializers=()):
    graph = helper.make_graph(nodes, name, inputs, outputs, list(initializers))
    opset = helper.make_opsetid("", 13)
    model = helper.make_model(graph, ir_version=8, opset_imports=[opset], producer_name="sluice")
    onnx.checker.check_model(model)
    file = pathlib.Path(__file__).parent / name / "1" / "model.onnx"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(model.SerializeToString())


def value(name, kind, shape):
    return helper.make_tensor_value_info(name, kind, shape)


def constant(name, kind, shape, values):
    return helper.make_tensor(name, kind, shape, values)


def int32(name):
    return value(name, TensorProto.INT32, ["batch", 4])


save(
    "sums",
    [helper.make_node("Add", ["IN0", "IN1"], ["OUT0"]), helper.make_node("Sub", ["IN0", "IN1"], ["OUT1"])],
    [int32("IN0"), int32("IN1")],
    [int32("OUT0"), int32("OUT1")],
)

for name, kind, shape in [
    ("echo", TensorProto.FLOAT, ["batch", "length"]),
    ("halves", TensorProto.FLOAT16, ["batch", "length"]),
    ("words", TensorProto.STRING, ["batch", 2]),
]:
    save(name, [helper.make_node("Identity", ["x"], ["y"])], [value("x", kind, shape)], [value("y", kind, shape)])

save(
    "pick",
    [helper.make_node("Gather", ["table", "index"], ["y"])],
    [value("index", TensorProto.INT64, ["batch"])],
    [value("y", TensorProto.FLOAT, ["batch"])],
    [constant("table", TensorProto.FLOAT, [10], [n * 1.5 for n in range(10)])],
)

ragged = [value(name, TensorProto.FLOAT, ["batch", "length"]) for name in ("x", "mask", "OUT")]
save(
    "masked",
    [
        helper.make_node("Mul", ["x", "mask"], ["OUT"]),
        helper.make_node("ReduceSum", ["OUT", "second"], ["SUM"], keepdims=0),
    ],
    ragged[:2],
    [ragged[2], value("SUM", TensorProto.FLOAT, ["batch"])],
    [constant("second", TensorProto.INT64, [1], [1])],
)

# The product stays the zero matrix, whose first element is added to x: nothing can be left out.
SIZE = 128
body = helper.make_graph(
    [
        helper.make_node("MatMul", ["product", "matrix"], ["next"]),
        helper.make_node("Identity", ["going"], ["goes_on"]),
    ],
    "step",
    [
        value("step", TensorProto.INT64, []),
        value("going", TensorProto.BOOL, []),
        value("product", TensorProto.FLOAT, [SIZE, SIZE]),
    ],
    [value("goes_on", TensorProto.BOOL, []), value("next", TensorProto.FLOAT, [SIZE, SIZE])],
)
save(
    "slow",
    [
        helper.make_node("ConstantOfShape", ["size"], ["zeros"]),
        helper.make_node("ConstantOfShape", ["size"], ["matrix"]),
        helper.make_node("Squeeze", ["steps"], ["count"]),
        helper.make_node("Loop", ["count", "yes", "zeros"], ["product"], body=body),
        helper.make_node("ReduceMax", ["product"], ["zero"], keepdims=0),
        helper.make_node("Add", ["x", "zero"], ["y"]),
    ],
    [value("x", TensorProto.FLOAT, [1]), value("steps", TensorProto.INT64, [1])],
    [value("y", TensorProto.FLOAT, [1])],
    [constant("size", TensorProto.INT64, [2], [SIZE, SIZE]), constant("yes", TensorProto.BOOL, [], [True])],
)
