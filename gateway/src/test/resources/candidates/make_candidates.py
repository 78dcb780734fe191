"""Makes versions of the test model echo that are worse than it, each in its own way. Needs the Python package onnx.

All take x, FP32 [batch, length], and give y of the same shape; for zeros y = x, so that they pass for a version that works.

minus   y = -x
failing the engine call fails
endless the engine call lasts for days
"""

import pathlib

import onnx
from onnx import TensorProto, helper


def value(name, kind, shape):
    return helper.make_tensor_value_info(name, kind, shape)


def constant(name, kind, shape, values):
    return helper.make_tensor(name, kind, shape, values)


def save(name, nodes, *initializers):
    x, y = (value(tensor, TensorProto.FLOAT, ["batch", "length"]) for tensor in "xy")
    graph = helper.make_graph(nodes, name, [x], [y], list(initializers))
    opset = helper.make_opsetid("", 13)
    model = helper.make_model(graph, ir_version=8, opset_imports=[opset], producer_name="sluice")
    onnx.checker.check_model(model)
    file = pathlib.Path(__file__).parent / name / "model.onnx"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(model.SerializeToString())


# 0 for zeros, 1 for all else
BUSY = [
    helper.make_node("Abs", ["x"], ["size"]),
    helper.make_node("ReduceMax", ["size"], ["largest"], keepdims=0),
    helper.make_node("Sign", ["largest"], ["sign"]),
    helper.make_node("Cast", ["sign"], ["busy"], to=TensorProto.INT64),
]

save("minus", [helper.make_node("Neg", ["x"], ["y"])])

# Gathers a row of as many numbers as the step counts, so the second one does not fit the first.
widening = helper.make_graph(
    [
        helper.make_node("Range", ["zero", "step", "one"], ["row"]),
        helper.make_node("Identity", ["going"], ["goes_on"]),
    ],
    "widening",
    [value("step", TensorProto.INT64, []), value("going", TensorProto.BOOL, [])],
    [value("goes_on", TensorProto.BOOL, []), value("row", TensorProto.INT64, None)],
)
save(
    "failing",
    [
        *BUSY,
        helper.make_node("Add", ["busy", "one"], ["steps"]),
        helper.make_node("Loop", ["steps", "yes"], ["rows"], body=widening),
        helper.make_node("ReduceSum", ["rows"], ["nothing"], keepdims=0),
        helper.make_node("Cast", ["nothing"], ["zero_more"], to=TensorProto.FLOAT),
        helper.make_node("Add", ["x", "zero_more"], ["y"]),
    ],
    constant("zero", TensorProto.INT64, [], [0]),
    constant("one", TensorProto.INT64, [], [1]),
    constant("yes", TensorProto.BOOL, [], [True]),
)

turning = helper.make_graph(
    [
        helper.make_node("Sin", ["angle"], ["next"]),
        helper.make_node("Identity", ["going"], ["goes_on"]),
    ],
    "turning",
    [
        value("step", TensorProto.INT64, []),
        value("going", TensorProto.BOOL, []),
        value("angle", TensorProto.FLOAT, []),
    ],
    [value("goes_on", TensorProto.BOOL, []), value("next", TensorProto.FLOAT, [])],
)
save(
    "endless",
    [
        *BUSY,
        helper.make_node("Mul", ["busy", "days"], ["steps"]),
        helper.make_node("Loop", ["steps", "yes", "still"], ["angle"], body=turning),
        helper.make_node("Add", ["x", "angle"], ["y"]),
    ],
    constant("days", TensorProto.INT64, [], [1 << 50]),
    constant("yes", TensorProto.BOOL, [], [True]),
    constant("still", TensorProto.FLOAT, [], [0.0]),
)
