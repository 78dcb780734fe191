"""Makes the models of sound in models/, and tone.wav and tone.ulaw, which the page of audio sends.

    pip install onnx && python make_models.py

tones: how much of a recording at 16,000 Hz is each of four tones, by one column of a Fourier transform for each; of any
length, since its waves are made as long as the recording is. heard: gives back what it hears. half: the same in FP16, of
eight samples.
"""

import math
import pathlib
import struct

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

HERE = pathlib.Path(__file__).resolve().parent
RATE = 16000
TONES = [440, 880, 1320, 1760]
TELEPHONE = 8000


def value(name, kind, *shape):
    return helper.make_tensor_value_info(name, kind, list(shape))


def save(name, nodes, inputs, outputs, constants=()):
    graph = helper.make_graph(nodes, name, inputs, outputs, list(constants))
    made = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)])
    made.ir_version = 8
    onnx.checker.check_model(made)
    folder = HERE / "models" / name / "1"
    folder.mkdir(parents=True, exist_ok=True)
    onnx.save(made, folder / "model.onnx")


def tones():
    nodes = [
        helper.make_node("Shape", ["waveform"], ["shape"]),
        helper.make_node("Gather", ["shape", "one"], ["count"]),
        helper.make_node("Cast", ["count"], ["length"], to=TensorProto.FLOAT),
        helper.make_node("Range", ["zero", "length", "step"], ["times"]),
        helper.make_node("Unsqueeze", ["times", "last"], ["column"]),
        helper.make_node("Mul", ["column", "turns"], ["angles"]),
        helper.make_node("Sin", ["angles"], ["sines"]),
        helper.make_node("Cos", ["angles"], ["cosines"]),
        helper.make_node("MatMul", ["waveform", "sines"], ["odd"]),
        helper.make_node("MatMul", ["waveform", "cosines"], ["even"]),
        helper.make_node("Mul", ["odd", "odd"], ["odd_power"]),
        helper.make_node("Mul", ["even", "even"], ["even_power"]),
        helper.make_node("Add", ["odd_power", "even_power"], ["power"]),
        helper.make_node("ReduceSum", ["power", "last"], ["all"], keepdims=1),
        helper.make_node("Add", ["all", "little"], ["some"]),
        helper.make_node("Div", ["power", "some"], ["probabilities"]),
    ]
    constants = [
        numpy_helper.from_array(np.array(1, np.int64), "one"),
        numpy_helper.from_array(np.array([1], np.int64), "last"),
        numpy_helper.from_array(np.array(0, np.float32), "zero"),
        numpy_helper.from_array(np.array(1, np.float32), "step"),
        numpy_helper.from_array(np.array([[2 * math.pi * tone / RATE for tone in TONES]], np.float32), "turns"),
        numpy_helper.from_array(np.array(1e-9, np.float32), "little"),
    ]
    inputs = [value("waveform", TensorProto.FLOAT, "rows", "samples")]
    save("tones", nodes, inputs, [value("probabilities", TensorProto.FLOAT, "rows", len(TONES))], constants)


def heard():
    kinds = {
        "input_values": ("signal", TensorProto.FLOAT, ("rows", "samples")),
        "attention_mask": ("mask", TensorProto.INT64, ("rows", "samples")),
        "lengths": ("length", TensorProto.INT64, ("rows",)),
    }
    nodes = [helper.make_node("Identity", [name], [out]) for name, (out, _, _) in kinds.items()]
    inputs = [value(name, kind, *shape) for name, (_, kind, shape) in kinds.items()]
    save("heard", nodes, inputs, [value(out, kind, *shape) for out, kind, shape in kinds.values()])


def half():
    nodes = [helper.make_node("Cast", ["sound"], ["signal"], to=TensorProto.FLOAT)]
    save("half", nodes, [value("sound", TensorProto.FLOAT16, "rows", 1, 8)], [value("signal", TensorProto.FLOAT, "rows", 1, 8)])


def ulaw(sample):
    """G.711 as its tables have it: the nearest of 256 values."""
    return min(range(256), key=lambda code: abs(decoded(code) - sample))


def decoded(code):
    code = ~code & 0xFF
    size = (((code & 0xF) << 3) + 0x84 << (code >> 4 & 7)) - 0x84
    return -size if code & 0x80 else size


def recordings():
    """880 Hz, as telephones write it, of so few samples that the other tones are there as well, each more than the next."""
    samples = [16000 * math.sin(2 * math.pi * 880 * n / TELEPHONE) for n in range(90)]
    data = bytes(ulaw(sample) for sample in samples)
    (HERE / "tone.ulaw").write_bytes(data)
    form = struct.pack("<HHIIHHH", 7, 1, TELEPHONE, TELEPHONE, 1, 8, 0)
    chunks = b"fmt " + struct.pack("<I", len(form)) + form + b"fact" + struct.pack("<II", 4, len(data))
    chunks += b"data" + struct.pack("<I", len(data)) + data
    (HERE / "tone.wav").write_bytes(b"RIFF" + struct.pack("<I", 4 + len(chunks)) + b"WAVE" + chunks)


if __name__ == "__main__":
    tones()
    heard()
    half()
    recordings()
