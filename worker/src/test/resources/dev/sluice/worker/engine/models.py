"""Makes the models in this folder. Needs the Python package onnx."""

import pathlib

import numpy as np
import onnx
from onnx import TensorProto as T
from onnx import helper, numpy_helper

HERE = pathlib.Path(__file__).parent


def tensor(name, element_type, shape):
    return helper.make_tensor_value_info(name, element_type, shape)


def save(name, nodes, inputs, outputs, initializers=(), ir_version=8, metadata=None):
    graph = helper.make_graph(nodes, name, inputs, outputs, list(initializers))
    opset = [helper.make_opsetid("", 13)]
    model = helper.make_model(graph, ir_version=ir_version, opset_imports=opset, producer_name="sluice")
    helper.set_model_props(model, metadata or {})
    (HERE / f"{name}.onnx").write_bytes(model.SerializeToString())


def identity(name, element_type, shape):
    node = helper.make_node("Identity", ["x"], ["y"])
    save(name, [node], [tensor("x", element_type, shape)], [tensor("y", element_type, shape)])


identity("string_scalar", T.STRING, [])
identity("string_any", T.STRING, ["rows", "columns"])
identity("uint64_any", T.UINT64, ["rows", "columns"])

a, b, total = (tensor(name, T.FLOAT, ["rows", 3]) for name in ("a", "b", "sum"))
add = helper.make_node("Add", ["a", "b"], ["sum"])
negate = helper.make_node("Neg", ["a"], ["minus_a"])
minus = tensor("minus_a", T.FLOAT, ["other_rows", 3])
save("add", [add, negate], [a, b], [total, minus], metadata={"labels": "red, green,blue"})

other_b, any_rows = tensor("b", T.FLOAT, ["more_rows", 3]), tensor("sum", T.FLOAT, ["all_rows", 3])
save("rows_disagree", [helper.make_node("Concat", ["a", "b"], ["sum"], axis=0)], [a, other_b], [any_rows])

gather = helper.make_node("Gather", ["table", "x"], ["y"])
table = numpy_helper.from_array(np.array([10, 20, 30], np.float32), "table")
save("gather", [gather], [tensor("x", T.INT64, ["rows"])], [tensor("y", T.FLOAT, ["rows"])], [table])

reshape = helper.make_node("Reshape", ["x", "to"], ["y"])
to = numpy_helper.from_array(np.array([2, 2], np.int64), "to")
save("reshape", [reshape], [tensor("x", T.FLOAT, ["n"])], [tensor("y", T.FLOAT, [2, 2])], [to])

sequence = helper.make_tensor_sequence_value_info("s", T.FLOAT, [1])
construct = helper.make_node("SequenceConstruct", ["x"], ["s"])
save("sequence_output", [construct], [tensor("x", T.FLOAT, [1])], [sequence])
at = helper.make_node("SequenceAt", ["s", "first"], ["y"])
first = numpy_helper.from_array(np.array(0, np.int64), "first")
save("sequence_input", [at], [sequence], [tensor("y", T.FLOAT, [1])], [first])

shapeless = onnx.ValueInfoProto(name="x")
shapeless.type.tensor_type.elem_type = T.FLOAT
save("shapeless_input", [helper.make_node("Identity", ["x"], ["y"])], [shapeless], [tensor("y", T.FLOAT, None)])

# Every way that a file may store a default, each with an output that shows its value.
defaults = [
    helper.make_tensor("floats", T.FLOAT, [2], [1.5, -2.5]),
    helper.make_tensor("doubles", T.DOUBLE, [1], [0.1]),
    helper.make_tensor("bytes", T.INT8, [2], [-1, 7]),
    helper.make_tensor("halves", T.FLOAT16, [1], [0.5]),
    helper.make_tensor("flags", T.BOOL, [2], [True, False]),
    helper.make_tensor("longs", T.INT64, [1, 1], [-5]),
    helper.make_tensor("huge", T.UINT64, [], [2**64 - 1]),
    helper.make_tensor("words", T.STRING, [2], [b"", "wörd".encode()]),
    numpy_helper.from_array(np.array([[1, 2], [3, 4]], np.int32), "raw"),
]
nodes = [helper.make_node("Add", ["x", "weight"], ["y"])]
inputs, outputs = [tensor("x", T.FLOAT, ["rows"])], [tensor("y", T.FLOAT, ["rows"])]
for default in defaults:
    nodes.append(helper.make_node("Identity", [default.name], ["same_" + default.name]))
    inputs.append(tensor(default.name, default.data_type, default.dims))
    outputs.append(tensor("same_" + default.name, default.data_type, default.dims))
weight = numpy_helper.from_array(np.array([100], np.float32), "weight")
save("optional_inputs", nodes, inputs, outputs, [weight, *defaults])

# A model with a weight outside the file and an optional input, which have to work together.
outside = numpy_helper.from_array(np.array([1, 2, 3], np.float32), "weight")
(HERE / "external.bin").write_bytes(outside.raw_data)
onnx.external_data_helper.set_external_data(outside, "external.bin")
outside.ClearField("raw_data")
bias = numpy_helper.from_array(np.array([1000], np.float32), "bias")
nodes = [helper.make_node("Add", ["x", "weight"], ["t"]), helper.make_node("Add", ["t", "bias"], ["y"])]
inputs = [tensor("x", T.FLOAT, [3]), tensor("bias", T.FLOAT, [1])]
save("external", nodes, inputs, [tensor("y", T.FLOAT, [3])], [outside, bias])

# As old exporters did: before IR version 4 every weight is an input too.
inputs = [tensor("x", T.FLOAT, ["rows"]), tensor("weight", T.FLOAT, [1])]
add_weight = helper.make_node("Add", ["x", "weight"], ["y"])
save("ir_3", [add_weight], inputs, [tensor("y", T.FLOAT, ["rows"])], [weight], ir_version=3)

# As slow as a test wants, and as large.
yes = numpy_helper.from_array(np.array(True), "yes")
zero = numpy_helper.from_array(np.array(0, np.float32), "zero")
one = numpy_helper.from_array(np.array(1, np.float32), "one")
step = helper.make_graph(
    [helper.make_node("Identity", ["going"], ["goes_on"]), helper.make_node("Add", ["count", "one"], ["next"])],
    "step",
    [tensor("step", T.INT64, []), tensor("going", T.BOOL, []), tensor("count", T.FLOAT, [])],
    [tensor("goes_on", T.BOOL, []), tensor("next", T.FLOAT, [])],
)
loop = helper.make_node("Loop", ["steps", "yes", "zero"], ["y"], body=step)
save("loop", [loop], [tensor("steps", T.INT64, [])], [tensor("y", T.FLOAT, [])], [yes, zero, one])
fill = helper.make_node("ConstantOfShape", ["size"], ["y"])
save("fill", [fill], [tensor("size", T.INT64, [1])], [tensor("y", T.FLOAT, ["size"])])

# Its rows look as if they could be batched, but twice as many come out.
twice = helper.make_node("Concat", ["x", "x"], ["y"], axis=0)
save("twice", [twice], [tensor("x", T.FLOAT, ["rows", 3])], [tensor("y", T.FLOAT, ["other_rows", 3])])

# Two rows fit into memory; for more it wants more than any process can address.
numbers = {"none": 0, "first": 0, "one_each": 1, "roomy": 2, "once": 1, "endless": 2**44}
crowd = [
    helper.make_node("Shape", ["x"], ["shape"]),
    helper.make_node("Gather", ["shape", "first"], ["rows"]),
    helper.make_node("Sub", ["rows", "roomy"], ["over"]),
    helper.make_node("Max", ["over", "none"], ["too_many"]),
    helper.make_node("Min", ["too_many", "once"], ["crowded"]),
    helper.make_node("Mul", ["crowded", "endless"], ["more"]),
    helper.make_node("Add", ["more", "once"], ["columns"]),
    helper.make_node("Concat", ["one_each", "columns"], ["repeats"], axis=0),
    helper.make_node("Tile", ["x", "repeats"], ["wide"]),
    helper.make_node("ReduceMax", ["wide"], ["y"], axes=[1], keepdims=1),
]
constants = [numpy_helper.from_array(np.array([value], np.int64), name) for name, value in numbers.items()]
save("crowded", crowd, [tensor("x", T.FLOAT, ["rows", 1])], [tensor("y", T.FLOAT, ["rows", 1])], constants)
