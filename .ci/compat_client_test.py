"""Runs what a migration page has in Python, as it stands there. Called by .ci/compat-client-test, with the page and host:port."""

import json
import pathlib
import re
import sys

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


def most_likely(predictions):
    return [row.index(max(row)) for row in predictions]


CHECKS = {
    "tensorflow-serving": lambda names: most_likely(names["predictions"]) == [7, 1, 4],
    "kserve-v1": lambda names: names["predictions"] == [1, 1],
    "openai": lambda names: [[round(x, 3) for x in vector[:2]] for vector in names["vectors"]] == [[0.114, 0.667], [0.43, -0.095]]
    and openai_errors(names["client"]),
    "mlflow": lambda names: names["predictions"] == [1, 0],
    "sagemaker": lambda names: names["predictions"] == [1, 0],
    "flask": lambda names: names["label"] == "7",
    "torchserve": lambda names: max(names["predictions"], key=names["predictions"].get) == "7",
    "djl-serving": lambda names: names["predictions"][0]["className"] == "7",
}

PAGES = {"openai": "embeddings"}


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
    (example,) = [each for each in re.findall(r"```python\n(.*?)```", page, re.DOTALL) if re.search("requests|openai", each)]
    flowers = Frame(["sepal length", "sepal width", "petal length", "petal width"], [[6.8, 2.8, 4.8, 1.4], [5.1, 3.5, 1.4, 0.2]])
    names = {"test_images": digits(7, 1, 4, 9), "flowers": flowers}
    exec(compile(re.sub(r"localhost:\d+", place, example), f"docs/{name}.md", "exec"), names)
    passed = CHECKS[profile](names)
    said = names["response"].text if "response" in names else names.get("predictions")
    print(f"Python of docs/{name}.md: {'passed' if passed else 'FAILED: ' + repr(said)}")
    return 0 if passed else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2]))
