"""Makes the models that load tests need beside the trained ones: their weights are random, only their cost matters.

    milli   image [batch,1,28,28] -> convolutions -> probabilities [batch,10], about 2 ms a row on one core, with
            nothing gained by batching: a server's capacity is known in advance and low enough for ten times as much.
    centi   the same five times over, about 10 ms: low enough for ten times as much beside the generator on two cores.

Run it from the root of the repository: python loadtest/make_models.py

    resnet50    what a heavy network costs, some 50 ms a row on one core: the graph that the package onnx has of it, with
                random weights, 102 MB. Only where it is asked for, and not in the repository of the code:
                python loadtest/make_models.py --resnet50 --out FOLDER
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
    return finished(graph, [helper.make_opsetid("", OPSET)])


def finished(graph, opsets):
    """Returns the model that is that graph."""
    made = helper.make_model(graph, producer_name="loadtest", ir_version=IR_VERSION, opset_imports=opsets,
                              doc_string="Untrained; for load tests. Made by loadtest/make_models.py.")
    onnx.checker.check_model(made, full_check=True)
    return made


def resnet50():
    """Returns ResNet-50 for any number of rows: the package's graph makes its weights of nothing, which is undone here."""
    folder = pathlib.Path(onnx.__file__).parent / "backend/test/data/light"
    made = onnx.load(folder / "light_resnet50.onnx")
    graph, random = made.graph, np.random.default_rng(SEED)
    constants = {constant.name: numpy_helper.to_array(constant) for constant in graph.initializer}
    made_up = [node for node in graph.node if node.op_type == "ConstantOfShape"]
    kept = [node for node in graph.node if node.op_type != "ConstantOfShape"]
    for node in made_up:
        constants[node.output[0]] = trained(random, node.output[0], constants.pop(node.input[0]))
    reshaped = next(node.input[1] for node in kept if node.op_type == "Reshape")
    constants[reshaped] = np.array([-1, *constants[reshaped][1:]])
    values = [numpy_helper.from_array(constant, name) for name, constant in constants.items()]
    image = next(value for value in graph.input if "data" in value.name)
    for value in (image, graph.output[0]):
        value.type.tensor_type.shape.dim[0].dim_param = "batch"
    return finished(helper.make_graph(kept, "resnet50", [image], list(graph.output), values), made.opset_import)


def trained(random, name, shape):
    """Returns what a layer's weight could be: normalisations that change nothing, and kernels that keep the size of values."""
    if len(shape) > 1:
        return weights(random, *shape).astype(np.float32)
    unchanged = np.ones if "_bn_s_" in name or "_bn_riv_" in name else np.zeros
    return unchanged(shape, np.float32)


def write(out, name, made):
    """Writes a model as the first version of that name."""
    path = pathlib.Path(out) / name / "1" / "model.onnx"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(made.SerializeToString(deterministic=True))
    print(f"{path}: {path.stat().st_size} bytes")


def main():
    parser = argparse.ArgumentParser(description="Makes the models of known cost for load tests.")
    parser.add_argument("--out", default="loadtest/models", help="model repository to write to (%(default)s)")
    parser.add_argument("--resnet50", action="store_true", help="that one alone")
    options = parser.parse_args()
    if options.resnet50:
        write(options.out, "resnet50", resnet50())
        return
    for name in USES:
        write(options.out, name, model(name))


if __name__ == "__main__":
    main()
