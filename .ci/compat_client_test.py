"""Runs what a migration page has in Python, as it stands there. Called by .ci/compat-client-test, with profile and host:port."""

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
    "torchserve": lambda names: max(names["predictions"], key=names["predictions"].get) == "7",
    "djl-serving": lambda names: names["predictions"][0]["className"] == "7",
}


def main(profile, place):
    page = (ROOT / "docs" / f"{profile}.md").read_text()
    (example,) = re.findall(r"```python\n(.*?)```", page, re.DOTALL)
    names = {"test_images": digits(7, 1, 4, 9)}
    exec(compile(re.sub(r"localhost:\d+", place, example), f"docs/{profile}.md", "exec"), names)
    passed = CHECKS[profile](names)
    print(f"requests, docs/{profile}.md: {'passed' if passed else 'FAILED: ' + repr(names['predictions'])}")
    return 0 if passed else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2]))
