"""Makes the small models that the tests of the engines serve, without those engines: run it from this folder.

A TorchScript archive is a zip with the module's code and a pickle of its tensors; a SavedModel is one protobuf message.
Both linear models compute y = x . weight + bias.
"""

import pathlib
import struct
import zipfile

OUT = pathlib.Path(__file__).parent / "models"
WEIGHT, BIAS = (2, 3), (3,)
WEIGHTS = [1, 2, 3, 4, 5, 6]
BIASES = [0.5, 0.25, 0.125]


class TorchScript:
    """An archive of one module."""

    def __init__(self, name, body, tensors=()):
        self.name = name
        self.tensors = list(tensors)
        names = ", ".join(f'"{tensor[0]}"' for tensor in self.tensors)
        lines = [f"class {name}(Module):", f"  __parameters__ = [{names}{', ' if names else ''}]", "  __buffers__ = []"]
        lines += [f"  {tensor[0]} : Tensor" for tensor in self.tensors] + ["  training : bool", body]
        self.code = "\n".join(lines)

    def write(self, path):
        path.parent.mkdir(parents=True, exist_ok=True)
        with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as archive:
            files = {"data.pkl": self.pickle(), "code/__torch__.py": self.code, "constants.pkl": b"\x80\x02).", "version": "3\n"}
            for index, (_, _, values) in enumerate(self.tensors):
                files[f"data/{index}"] = floats(values)
            for name, content in files.items():
                archive.writestr(zipfile.ZipInfo(f"model/{name}", (2026, 1, 1, 0, 0, 0)), content)

    def pickle(self):
        """The opcodes of an object of the class, whose state has its tensors' places in the files data/0, data/1, ..."""
        state = text("training") + b"\x89"
        for index, (name, shape, values) in enumerate(self.tensors):
            strides = [int_product(shape[axis + 1:]) for axis in range(len(shape))]
            storage = text("storage") + b"ctorch\nFloatStorage\n" + text(str(index)) + text("cpu") + whole(len(values))
            state += text(name) + b"ctorch._utils\n_rebuild_tensor_v2\n((" + storage + b"tQ" + whole(0)
            state += tuple_of(shape) + tuple_of(strides) + b"\x89ccollections\nOrderedDict\n)RtR"
        return b"\x80\x02c__torch__\n" + self.name.encode() + b"\n)\x81}(" + state + b"ub."


def int_product(numbers):
    product = 1
    for number in numbers:
        product *= number
    return product


def floats(values):
    return struct.pack(f"<{len(values)}f", *values)


def text(words):
    return b"X" + struct.pack("<I", len(words)) + words.encode()


def whole(number):
    return b"J" + struct.pack("<i", number)


def tuple_of(numbers):
    return b"(" + b"".join(whole(number) for number in numbers) + b"t"


FLOAT, STRING = 1, 7
"""Of TensorFlow's DataType."""


def varint(number):
    number &= (1 << 64) - 1
    out = b""
    while number > 127:
        out += bytes([number & 127 | 128])
        number >>= 7
    return out + bytes([number])


def value(field, number):
    return varint(field << 3) + varint(number)


def message(field, *parts):
    body = b"".join(part.encode() if isinstance(part, str) else part for part in parts)
    return varint(field << 3 | 2) + varint(len(body)) + body


def shape(*sizes):
    return b"".join(message(2, value(1, size)) for size in sizes)


def attribute(name, *parts):
    return message(5, message(1, name), message(2, *parts))


def node(name, operation, inputs, *attributes):
    return message(1, message(1, name), message(2, operation), *[message(3, one) for one in inputs], *attributes)


def placeholder(name, kind, *sizes):
    return node(name, "Placeholder", [], attribute("dtype", value(6, kind)), attribute("shape", message(7, shape(*sizes))))


def constant(name, sizes, values):
    tensor = message(8, value(1, FLOAT), message(2, shape(*sizes)), message(4, floats(values)))
    return node(name, "Const", [], attribute("dtype", value(6, FLOAT)), attribute("value", tensor))


def described(name, kind, *sizes):
    return b"".join([message(1, name), value(2, kind), message(3, shape(*sizes))])


def saved_model(path, nodes, inputs, outputs):
    """Writes a graph with one signature, whose inputs and outputs are given by name."""
    ends = [message(1, message(1, name), message(2, tensor)) for name, tensor in inputs.items()]
    ends += [message(2, message(1, name), message(2, tensor)) for name, tensor in outputs.items()]
    signature = message(2, *ends, message(3, "tensorflow/serving/predict"))
    graph = message(2, *nodes, message(4, value(1, 1482)))
    meta = message(2, message(1, message(4, "serve")), graph, message(5, message(1, "serving_default"), signature))
    path.mkdir(parents=True, exist_ok=True)
    (path / "saved_model.pb").write_bytes(value(1, 1) + meta)


def main():
    linear = """  def forward(self: __torch__.Linear, x: Tensor) -> Tensor:
    return torch.add(torch.matmul(x, self.weight), self.bias)
"""
    tensors = [("weight", WEIGHT, WEIGHTS), ("bias", BIAS, BIASES)]
    TorchScript("Linear", linear, tensors).write(OUT / "torch_linear/1/model.pt")
    pair = """  def forward(self: __torch__.Pair, a: Tensor, n: Tensor) -> Tuple[Tensor, Tensor]:
    return (torch.mul(a, n), torch.slice(a, 1, 1, 2, 1))
"""
    TorchScript("Pair", pair).write(OUT / "torch_pair/1/model.pt")
    doubling = """  def forward(self: __torch__.Doubling, x: Tensor) -> Tensor:
    return torch.mul_(x, 2.)
"""
    TorchScript("Doubling", doubling).write(OUT / "torch_doubling/1/model.pt")
    of_floats = attribute("T", value(6, FLOAT))
    saved_model(
        OUT / "tf_linear/1/model.savedmodel",
        [
            placeholder("in", FLOAT, -1, WEIGHT[0]),
            constant("weight", WEIGHT, WEIGHTS),
            constant("bias", BIAS, BIASES),
            node("product", "MatMul", ["in", "weight"], of_floats),
            node("sum", "BiasAdd", ["product", "bias"], of_floats),
        ],
        {"x": described("in:0", FLOAT, -1, WEIGHT[0])},
        {"y": described("sum:0", FLOAT, -1, WEIGHT[1])})
    saved_model(
        OUT / "tf_upper/1/model.savedmodel",
        [placeholder("in", STRING, -1), node("upper", "StringUpper", ["in"])],
        {"text": described("in:0", STRING, -1)},
        {"upper": described("upper:0", STRING, -1)})


if __name__ == "__main__":
    main()
