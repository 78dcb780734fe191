"""Makes the models that load tests need beside the trained ones: their weights are random, only their cost matters.

    milli   image [batch,1,28,28] -> convolutions -> probabilities [batch,10], about 2 ms a row on one core, with
            nothing gained by batching: a server's capacity is known in advance and low enough for ten times as much.
    centi   the same five times over, about 10 ms: low enough for ten times as much beside the generator on two cores.

Run it from the root of the repository: python loadtest/make_models.py
"""

import argparse
import pathlib

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

SEED = 20261121
IR_VERSION = 8
OPSET = 17
CLASSES = 10
CHANNELS = 32
KERNELS = 7
USES = {"milli": 2, "centi": 10}
"""Each use of a kernel is 28 x 28 x 32 x 32 x 9 = 7.2 million multiplications; using it again keeps the file small."""


def weights(random, *shape):
    """Returns random weights that keep the values' size from layer to layer."""
    inputs = int(np.prod(shape[1:]))
    return (random.standard_normal(shape) * np.sqrt(2 / inputs)).astype(np.float16)


def kernel(nodes, initializers, name, values):
    """Appends a kernel, stored in 16 bits to halve the file, and returns the name of its 32-bit form."""
    initializers.append(numpy_helper.from_array(values, f"{name}.half"))
    nodes.append(helper.make_node("Cast", [f"{name}.half"], [name], f"{name}.cast", to=TensorProto.FLOAT))
    return name


def layer(nodes, name, source, kernel_name):
    """Appends a 3 x 3 convolution with ReLU and returns the name of its output."""
    nodes.append(helper.make_node("Conv", [source, kernel_name], [f"{name}.sum"], name, pads=[1, 1, 1, 1]))
    nodes.append(helper.make_node("Relu", [f"{name}.sum"], [f"{name}.out"], f"{name}.relu"))
    return f"{name}.out"


def model(model_name):
    """Returns the model of that name."""
    random = np.random.default_rng(SEED)
    nodes, initializers = [], []
    first = kernel(nodes, initializers, "first", weights(random, CHANNELS, 1, 3, 3))
    value = layer(nodes, "conv", "image", first)
    for index in range(KERNELS):
        name = kernel(nodes, initializers, f"kernel{index}", weights(random, CHANNELS, CHANNELS, 3, 3))
        for use in range(USES[model_name]):
            value = layer(nodes, f"conv{index}.{use}", value, name)
    initializers.append(numpy_helper.from_array(weights(random, CHANNELS, CLASSES).astype(np.float32), "dense.weight"))
    nodes.append(helper.make_node("GlobalAveragePool", [value], ["pooled"], "pool"))
    nodes.append(helper.make_node("Flatten", ["pooled"], ["flat"], "flatten"))
    nodes.append(helper.make_node("MatMul", ["flat", "dense.weight"], ["logits"], "dense"))
    nodes.append(helper.make_node("Softmax", ["logits"], ["probabilities"], "softmax", axis=-1))
    graph = helper.make_graph(
        nodes, model_name,
        [helper.make_tensor_value_info("image", TensorProto.FLOAT, ["batch", 1, 28, 28])],
        [helper.make_tensor_value_info("probabilities", TensorProto.FLOAT, ["batch", CLASSES])],
        initializers)
    made = helper.make_model(graph, producer_name="loadtest", ir_version=IR_VERSION,
                              opset_imports=[helper.make_opsetid("", OPSET)],
                              doc_string="Untrained; for load tests. Made by loadtest/make_models.py.")
    onnx.checker.check_model(made, full_check=True)
    return made


def main():
    parser = argparse.ArgumentParser(description="Makes the models of known cost for load tests.")
    parser.add_argument("--out", default="loadtest/models", help="model repository to write to (%(default)s)")
    options = parser.parse_args()
    for name in USES:
        path = pathlib.Path(options.out) / name / "1" / "model.onnx"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(model(name).SerializeToString(deterministic=True))
        print(f"{path}: {path.stat().st_size} bytes")


if __name__ == "__main__":
    main()
