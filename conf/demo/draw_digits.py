"""Draws ten sample digits with a round pen and writes them as pictures and as ready Open Inference Protocol requests.

For each digit d it writes d.png (28x28, 8-bit grey, black paper, white ink) and d.json (a request with one image),
and for all ten together all.png (side by side) and all.json (a request with a batch of ten). The digits are drawn
from the strokes below, none is taken from MNIST, but they are sized and centred the way MNIST does it: scaled into
20x20 pixels, then placed with the centre of mass of the ink in the middle of 28x28.

Run it from the root of the repository: python conf/demo/draw_digits.py
"""

import argparse
import json
import math
import pathlib
import sys

import numpy as np
import onnxruntime
from PIL import Image, ImageDraw

import mnist

BOX = 20
"""Longest side of a digit in pixels of the finished image."""
FINE = 16
"""Digits are drawn this many times larger, then reduced, which gives soft edges."""
PEN = 2.3
"""Width of the pen in pixels of the finished image."""
MIN_PROBABILITY = 0.9

# Strokes of each digit: points the pen passes, (x, y) in any unit, y downwards. Two points are a straight line, more
# are joined by a smooth curve.
STROKES = {
    0: [[(58, 4), (36, 8), (17, 32), (13, 62), (25, 90), (48, 97), (72, 82), (83, 50), (77, 20), (58, 4), (46, 5)]],
    1: [[(42, 17), (49, 11), (55, 2)], [(55, 2), (52, 50), (48, 98)]],
    2: [[(18, 26), (28, 9), (50, 2), (72, 12), (76, 32), (62, 56), (38, 78), (15, 95)],
        [(15, 95), (34, 91), (58, 96), (86, 92)]],
    3: [[(20, 14), (38, 3), (60, 3), (74, 17), (68, 34), (52, 44), (40, 46)],
        [(40, 46), (62, 48), (78, 64), (74, 84), (54, 97), (32, 96), (15, 84)]],
    4: [[(34, 4), (27, 30), (16, 56)], [(16, 56), (44, 57), (86, 52)], [(68, 8), (64, 50), (58, 98)]],
    5: [[(80, 4), (54, 5), (32, 8)], [(32, 8), (28, 26), (24, 45)],
        [(24, 45), (42, 37), (64, 43), (76, 62), (68, 84), (48, 97), (28, 95), (14, 84)]],
    6: [[(66, 3), (46, 16), (29, 40), (21, 68), (30, 91), (50, 97), (69, 86), (72, 67), (58, 54), (40, 58), (24, 76)]],
    7: [[(16, 11), (38, 8), (60, 10), (82, 7)], [(82, 7), (66, 34), (52, 64), (43, 98)]],
    8: [[(72, 15), (54, 3), (34, 8), (28, 25), (42, 41), (62, 54), (71, 74), (60, 94), (40, 97), (24, 84), (28, 66),
         (46, 50), (64, 36), (73, 20), (66, 8)]],
    9: [[(73, 22), (60, 5), (38, 7), (25, 26), (30, 46), (48, 51), (65, 41), (73, 22)],
        [(73, 22), (71, 48), (64, 74), (54, 98)]],
}
SLANT = {0: 0.05, 1: 0.10, 2: 0.08, 3: 0.04, 4: 0.06, 5: 0.10, 6: 0.0, 7: 0.02, 8: 0.08, 9: 0.06}
"""How far each digit leans to the right, pixels sideways for each pixel of height."""


def curve_point(before, start, end, after, part):
    """Returns the point (x, y) at part (0 to 1) of the way from start to end on a Catmull-Rom curve."""
    def blend(a, b, c, d):
        return 0.5 * (2 * b + (c - a) * part + (2 * a - 5 * b + 4 * c - d) * part**2
                      + (3 * b - a - 3 * c + d) * part**3)
    return tuple(blend(*values) for values in zip(before, start, end, after))


def smooth(points, steps=60):
    """Returns a stroke as close points (x, y), an array [n,2], steps of them between any two given points."""
    padded = [points[0], *points, points[-1]]
    pieces = zip(padded, padded[1:], padded[2:], padded[3:])
    return np.array([curve_point(*piece, step / steps) for piece in pieces for step in range(steps + 1)])


def place(strokes, slant):
    """Returns the strokes [n,2] leaned by slant and scaled so that pen and all fit BOX pixels; units are pixels."""
    leaned = [stroke - slant * stroke[:, 1:] * [1, 0] for stroke in strokes]
    every = np.concatenate(leaned)
    low, high = every.min(axis=0), every.max(axis=0)
    scale = (BOX - PEN) / (high - low).max()
    return [(stroke - (low + high) / 2) * scale + mnist.SIDE / 2 for stroke in leaned]


def press(count, number):
    """Returns count pen widths in pixels along a stroke: a little lighter at its ends, number varies it."""
    along = np.linspace(0, 1, count)
    return PEN * (0.86 + 0.14 * np.sin(math.pi * along) + 0.07 * np.sin(5 * along + number))


def ink(strokes):
    """Returns a fine grey picture, FINE times the finished size, with the strokes (units: pixels) drawn white."""
    picture = Image.new("L", (mnist.SIDE * FINE, mnist.SIDE * FINE), 0)
    draw = ImageDraw.Draw(picture)
    for number, stroke in enumerate(strokes):
        for (x, y), width in zip(stroke * FINE, press(len(stroke), number) * FINE):
            draw.ellipse((x - width / 2, y - width / 2, x + width / 2, y + width / 2), fill=255)
    return picture


def centre(picture):
    """Returns the picture shifted so that the centre of mass of its ink is in the middle."""
    grey = np.asarray(picture, np.float64)
    rows, columns = np.indices(grey.shape)
    right = round((columns * grey).sum() / grey.sum() - (grey.shape[1] - 1) / 2)
    down = round((rows * grey).sum() / grey.sum() - (grey.shape[0] - 1) / 2)
    return picture.transform(picture.size, Image.Transform.AFFINE, (1, 0, right, 0, 1, down))


def draw_digit(digit):
    """Returns the finished picture of a digit, 28x28, 0 paper to 255 ink."""
    strokes = place([smooth(points) for points in STROKES[digit]], SLANT[digit])
    return centre(ink(strokes)).resize((mnist.SIDE, mnist.SIDE), Image.Resampling.BOX)


def request_text(images):
    """Returns an inference request as JSON for images uint8 [n,28,28], values 0 to 1, one row of pixels a line."""
    values = np.round(images.reshape(-1, mnist.SIDE) / 255, 4)
    data = ",\n".join(",".join(f"{value:g}" for value in row) for row in values)
    shape = f"[{len(images)},1,{mnist.SIDE},{mnist.SIDE}]"
    return f'{{"inputs":[{{"name":"image","shape":{shape},"datatype":"FP32","data":[\n{data}\n]}}]}}\n'


def request_images(text):
    """Returns the images float32 in their shape [n,1,28,28] of an inference request in JSON."""
    image = json.loads(text)["inputs"][0]
    return np.array(image["data"], np.float32).reshape(image["shape"])


def write_samples(folder):
    """Writes the pictures and requests of the ten digits to folder."""
    folder.mkdir(parents=True, exist_ok=True)
    pictures = [draw_digit(digit) for digit in range(10)]
    for digit, picture in enumerate(pictures):
        picture.save(folder / f"{digit}.png", optimize=True)
        (folder / f"{digit}.json").write_text(request_text(np.asarray(picture)[None]))
    images = np.stack([np.asarray(picture) for picture in pictures])
    Image.fromarray(np.concatenate(list(images), axis=1)).save(folder / "all.png", optimize=True)
    (folder / "all.json").write_text(request_text(images))


def check_samples(folder, model):
    """Prints what the model makes of the written requests; returns whether all are right and sure enough."""
    session = onnxruntime.InferenceSession(str(model), providers=["CPUExecutionProvider"])
    batch = session.run(["probabilities"], {"image": request_images((folder / "all.json").read_text())})[0]
    good = True
    for digit in range(10):
        images = request_images((folder / f"{digit}.json").read_text())
        alone = session.run(["probabilities"], {"image": images})[0][0]
        sure = min(alone[digit], batch[digit][digit])
        good = good and sure > MIN_PROBABILITY
        print(f"{digit}.json  read as {alone.argmax()}, in the batch {batch[digit].argmax()}, probability {sure:.4f}")
    return good


def main():
    parser = argparse.ArgumentParser(description="Draws the ten sample digits and lets the model read them.")
    parser.add_argument("--out", default="conf/demo/digits", help="folder to write to (%(default)s)")
    parser.add_argument("--model", default="conf/models/digits/1/model.onnx", help="model to try (%(default)s)")
    options = parser.parse_args()

    folder = pathlib.Path(options.out)
    write_samples(folder)
    good = check_samples(folder, options.model)
    print("all ten read with probability above 0.9" if good else "NOT all ten read with probability above 0.9")
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
