"""Makes the models of the tests of crops, and their picture. Needs the Python package onnx.

finder  boxes = the quarters of a picture of 16 by 16, top, left, bottom and right as parts of it, FP32 [batch, 4, 4]; scores = how bright each
        is, FP32 [batch, 4]; sum = how bright all of it is, FP32 [batch]
colour  label = which channel is the brightest, INT64 [batch]; probabilities, FP32 [batch, 3]; of pictures of 4 by 4
squares.png  32 by 32: a red and a green square in the upper half, a blue one below the green one, and black
"""

import pathlib
import struct
import zlib

import onnx
from onnx import TensorProto, helper

HERE = pathlib.Path(__file__).parent


def save(name, nodes, inputs, outputs, initializers):
    graph = helper.make_graph(nodes, name, inputs, outputs, initializers)
    model = helper.make_model(
        graph, ir_version=8, opset_imports=[helper.make_opsetid("", 13)], producer_name="sluice"
    )
    onnx.checker.check_model(model)
    file = HERE / "models" / name / "1" / "model.onnx"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(model.SerializeToString())


def value(name, kind, shape):
    return helper.make_tensor_value_info(name, kind, shape)


def constant(name, kind, values, shape=None):
    return helper.make_tensor(name, kind, shape or [len(values)], values)


QUARTERS = [[0, 0, 0.5, 0.5], [0, 0.5, 0.5, 1], [0.5, 0, 1, 0.5], [0.5, 0.5, 1, 1]]

save(
    "finder",
    [
        helper.make_node("AveragePool", ["picture"], ["pooled"], kernel_shape=[8, 8], strides=[8, 8]),
        helper.make_node("ReduceMean", ["pooled"], ["grey"], axes=[1], keepdims=0),
        helper.make_node("Flatten", ["grey"], ["scores"], axis=1),
        helper.make_node("ReduceSum", ["scores", "last"], ["sum"], keepdims=0),
        helper.make_node("Shape", ["picture"], ["shape"]),
        helper.make_node("Slice", ["shape", "zero", "one"], ["rows"]),
        helper.make_node("Concat", ["rows", "four", "four"], ["wanted"], axis=0),
        helper.make_node("Expand", ["quarters", "wanted"], ["boxes"]),
    ],
    [value("picture", TensorProto.FLOAT, ["batch", 3, 16, 16])],
    [
        value("boxes", TensorProto.FLOAT, ["batch", 4, 4]),
        value("scores", TensorProto.FLOAT, ["batch", 4]),
        value("sum", TensorProto.FLOAT, ["batch"]),
    ],
    [
        constant("quarters", TensorProto.FLOAT, [n for box in QUARTERS for n in box], [1, 4, 4]),
        constant("zero", TensorProto.INT64, [0]),
        constant("one", TensorProto.INT64, [1]),
        constant("last", TensorProto.INT64, [1]),
        constant("four", TensorProto.INT64, [4]),
    ],
)

save(
    "colour",
    [
        helper.make_node("ReduceMean", ["x"], ["means"], axes=[2, 3], keepdims=0),
        helper.make_node("Mul", ["means", "eight"], ["sharp"]),
        helper.make_node("Softmax", ["sharp"], ["probabilities"], axis=1),
        helper.make_node("ArgMax", ["means"], ["label"], axis=1, keepdims=0),
    ],
    [value("x", TensorProto.FLOAT, ["batch", 3, 4, 4])],
    [value("label", TensorProto.INT64, ["batch"]), value("probabilities", TensorProto.FLOAT, ["batch", 3])],
    [constant("eight", TensorProto.FLOAT, [8.0])],
)


def chunk(kind, data):
    body = kind + data
    return struct.pack(">I", len(data)) + body + struct.pack(">I", zlib.crc32(body))


def pixel(x, y):
    if y < 16:
        return (255, 0, 0) if x < 16 else (0, 255, 0)
    return (0, 0, 0) if x < 16 else (0, 0, 255)


lines = b"".join(b"\0" + bytes(c for x in range(32) for c in pixel(x, y)) for y in range(32))
(HERE / "squares.png").write_bytes(
    b"\x89PNG\r\n\x1a\n"
    + chunk(b"IHDR", struct.pack(">IIBBBBB", 32, 32, 8, 2, 0, 0, 0))
    + chunk(b"IDAT", zlib.compress(lines, 9))
    + chunk(b"IEND", b"")
)
