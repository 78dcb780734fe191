"""Makes the detector in models/, and things.png, which it finds three squares in. Needs the Python package onnx.

squares: 15 x 15 boxes of 8 x 8 pixels, every 4 pixels of a picture, FP32 [N,3,64,64] of 0 to 1; how probable each is of
being a red, green or blue square is the mean of that colour in it. What it finds it says in three ways:

output0                  [N,7,225]: middle, width, height in pixels and a probability for each class, as YOLOv8 does
boxes, logits            [N,225,4], [N,225,4]: corners in parts of the picture, and what softmax makes probabilities of, the last
                         class being none, as DETR does
found, score, class, count  [N,8,4], [N,8], [N,8], [N,1]: corners in pixels, of the 8 most probable ones those of 0.5 and more
"""

import pathlib
import struct
import zlib

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

HERE = pathlib.Path(__file__).resolve().parent
SIDE, BOX, STEP, MOST = 64, 8, 4, 8
CELLS = (SIDE - BOX) // STEP + 1
COUNT = CELLS * CELLS


def node(kind, inputs, output, **how):
    return helper.make_node(kind, inputs.split(), [output], **how)


def value(name, shape, kind=TensorProto.FLOAT):
    return helper.make_tensor_value_info(name, kind, shape)


def model():
    left = np.tile(np.arange(CELLS) * STEP, CELLS).astype(np.float32)
    top = np.repeat(np.arange(CELLS) * STEP, CELLS).astype(np.float32)
    corners = np.stack([left, top, left + BOX, top + BOX], axis=1)[None]
    middles = np.stack([left + BOX / 2, top + BOX / 2, 0 * left + BOX, 0 * top + BOX])[None]
    nodes = [
        node("AveragePool", "pixels", "means", kernel_shape=[BOX, BOX], strides=[STEP, STEP]),
        node("Reshape", "means flat", "per_class"),
        node("ReduceSum", "per_class class_axis", "sums"),
        node("Mul", "sums zero", "zeros"),
        node("Add", "zeros middles", "middles_of"),
        node("Concat", "middles_of per_class", "output0", axis=1),
        node("Transpose", "per_class", "per_box", perm=[0, 2, 1]),
        node("Transpose", "zeros", "zeros_of", perm=[0, 2, 1]),
        node("Add", "zeros_of corners", "corners_of"),
        node("Div", "corners_of side", "boxes"),
        node("Mul", "per_box ten", "of_things"),
        node("Add", "zeros_of five", "of_none"),
        node("Concat", "of_things of_none", "logits", axis=2),
        node("ReduceMax", "per_box", "best", axes=[2], keepdims=0),
        node("ArgMax", "per_box", "best_class", axis=2, keepdims=0),
        helper.make_node("TopK", ["best", "most"], ["score", "places"]),
        node("GatherElements", "best_class places", "class", axis=1),
        node("Unsqueeze", "places last", "places_of"),
        node("Expand", "places_of four", "places_of_corners"),
        node("GatherElements", "corners_of places_of_corners", "found", axis=1),
        node("GreaterOrEqual", "score half", "is_found"),
        node("Cast", "is_found", "ones", to=TensorProto.INT64),
        node("ReduceSum", "ones second", "count", keepdims=1),
    ]
    constants = {
        "flat": np.array([0, 3, COUNT], np.int64),
        "class_axis": np.array([1], np.int64),
        "zero": np.array(0, np.float32),
        "middles": middles.astype(np.float32),
        "corners": corners.astype(np.float32),
        "side": np.array(SIDE, np.float32),
        "ten": np.array(10, np.float32),
        "five": np.array(5, np.float32),
        "most": np.array([MOST], np.int64),
        "last": np.array([2], np.int64),
        "four": np.array([1, 1, 4], np.int64),
        "half": np.array(0.5, np.float32),
        "second": np.array([1], np.int64),
    }
    graph = helper.make_graph(
        nodes,
        "squares",
        [value("pixels", ["N", 3, SIDE, SIDE])],
        [
            value("output0", ["N", 7, COUNT]),
            value("boxes", ["N", COUNT, 4]),
            value("logits", ["N", COUNT, 4]),
            value("found", ["N", MOST, 4]),
            value("score", ["N", MOST]),
            value("class", ["N", MOST], TensorProto.INT64),
            value("count", ["N", 1], TensorProto.INT64),
        ],
        [numpy_helper.from_array(array, name) for name, array in constants.items()],
    )
    made = helper.make_model(graph, ir_version=8, opset_imports=[helper.make_opsetid("", 13)], producer_name="sluice")
    helper.set_model_props(made, {"names": "{0: 'red', 1: 'green', 2: 'blue'}"})
    onnx.checker.check_model(made, full_check=True)
    return made


def png(pixels):
    """Without a library, so that it is always the same file."""

    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    height, width, _ = pixels.shape
    rows = b"".join(b"\0" + row.tobytes() for row in pixels)
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(rows, 9)) + chunk(b"IEND", b"")


def picture():
    """Twice as wide as the detector's, and as high: a red, a green and a blue square."""
    pixels = np.zeros((64, 128, 3), np.uint8)
    for colour, (left, top) in enumerate([(16, 8), (80, 24), (48, 40)]):
        pixels[top : top + 16, left : left + 16, colour] = (240, 224, 192)[colour]
    return pixels


def main():
    folder = HERE / "models" / "squares" / "1"
    folder.mkdir(parents=True, exist_ok=True)
    onnx.save(model(), folder / "model.onnx")
    (HERE / "things.png").write_bytes(png(picture()))


if __name__ == "__main__":
    main()
