"""Runs what a migration page has in Python, as it stands there. Called by .ci/compat-client-test, with the page and host:port."""

import json
import pathlib
import re
import struct
import sys
import types

ROOT = pathlib.Path(__file__).resolve().parent.parent


class Images(list):
    """As much of a numpy array as the example needs."""

    def __getitem__(self, key):
        part = super().__getitem__(key)
        return Images(part) if isinstance(key, slice) else part

    def tolist(self):
        return list(self)


class Frame:
    """As much of a data frame of pandas as the example needs."""

    def __init__(self, columns, rows):
        self.columns, self.rows = columns, rows

    def to_dict(self, orient):
        assert orient == "split"
        return {"index": list(range(len(self.rows))), "columns": self.columns, "data": self.rows}


def digits(*numbers):
    """The sample pictures of these digits, as the model takes them: 1 x 28 x 28."""
    images = Images()
    for number in numbers:
        data = json.loads((ROOT / f"conf/demo/digits/{number}.json").read_text())["inputs"][0]["data"]
        flat = data if not isinstance(data[0], list) else sum((sum(rows, []) for rows in data[0][0]), [])
        images.append([[flat[row * 28 : row * 28 + 28] for row in range(28)]])
    return images


def stubs():
    """What tensorflow-serving-api and TensorFlow would be imported as, generated from our protos: the same names and numbers."""
    try:
        import grpc  # noqa: F401
        from tensorflow import tensorflow_pb2
        from tensorflow_serving import services_pb2, services_pb2_grpc
    except ImportError:
        return False

    def make_tensor_proto(values, shape):
        """As TensorFlow makes one of a list of floats."""
        dims = [tensorflow_pb2.TensorShapeProto.Dim(size=size) for size in shape]
        return tensorflow_pb2.TensorProto(
            dtype=tensorflow_pb2.DT_FLOAT,
            tensor_shape=tensorflow_pb2.TensorShapeProto(dim=dims),
            tensor_content=struct.pack(f"<{len(values)}f", *values),
        )

    apis = types.ModuleType("tensorflow_serving.apis")
    apis.predict_pb2 = services_pb2
    apis.prediction_service_pb2_grpc = services_pb2_grpc
    sys.modules["tensorflow_serving.apis"] = apis
    sys.modules["tensorflow"].make_tensor_proto = make_tensor_proto
    return True


def most_likely(predictions):
    return [row.index(max(row)) for row in predictions]


CHECKS = {
    "tensorflow-serving": [
        ("requests", lambda names: most_likely(names["predictions"]) == [7, 1, 4]),
        ("grpc", lambda names: names["predictions"] == [2.5, 3.0, 4.5]),
    ],
    "kserve-v1": [("requests", lambda names: names["predictions"] == [1, 1])],
    "openai": [("openai", lambda names: nearly(names["vectors"]) and openai_errors(names["client"]))],
    "mlflow": [("requests", lambda names: names["predictions"] == [1, 0])],
    "sagemaker": [("requests", lambda names: names["predictions"] == [1, 0])],
    "flask": [("requests", lambda names: names["label"] == "7")],
    "torchserve": [("requests", lambda names: max(names["predictions"], key=names["predictions"].get) == "7")],
    "djl-serving": [("requests", lambda names: names["predictions"][0]["className"] == "7")],
}

PAGES = {"openai": "embeddings"}

FLOWERS = Frame(["sepal length", "sepal width", "petal length", "petal width"], [[6.8, 2.8, 4.8, 1.4], [5.1, 3.5, 1.4, 0.2]])


def nearly(vectors):
    return [[round(x, 3) for x in vector[:2]] for vector in vectors] == [[0.114, 0.667], [0.43, -0.095]]


def openai_errors(client):
    """The library tells mistakes apart by status and body."""
    import openai

    try:
        client.embeddings.create(model="nobody", input="the cat")
        return False
    except openai.NotFoundError as missing:
        known = missing.code == "model_not_found"
    try:
        client.embeddings.create(model="sentences", input="the cat", dimensions=1000)
        return False
    except openai.BadRequestError as wrong:
        return known and wrong.param == "dimensions"


def main(profile, place):
    name = PAGES.get(profile, profile)
    page = (ROOT / "docs" / f"{name}.md").read_text()
    clients = re.compile(r"^import (?:requests|grpc)|^from openai|^import openai", re.MULTILINE)
    examples = [each for each in re.findall(r"```python\n(.*?)```", page, re.DOTALL) if clients.search(each)]
    assert len(examples) == len(CHECKS[profile]), f"{len(examples)} examples"
    failures = 0
    for example, (client, check) in zip(examples, CHECKS[profile]):
        if client == "grpc" and not stubs():
            print(f"grpc, docs/{name}.md: skipped, there are no stubs")
            continue
        names = {"test_images": digits(7, 1, 4, 9), "flowers": FLOWERS}
        exec(compile(re.sub(r"localhost:\d+", place, example), f"docs/{name}.md", "exec"), names)
        passed = check(names)
        failures += not passed
        said = getattr(names.get("response"), "text", names.get("predictions"))
        print(f"{client}, docs/{name}.md: {'passed' if passed else 'FAILED: ' + repr(said)}")
    return failures


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2]))
