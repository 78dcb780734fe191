"""Reads the MNIST handwritten digits (IDX files, gzip-compressed). Standard library only."""

import gzip
import pathlib
import struct

SIDE = 28
"""Width and height of an image in pixels."""
PIXELS = SIDE * SIDE
"""Pixels of an image."""
DEFAULT_DATA = "../shared/data/mnist"
"""Where the scripts look for the four files, relative to the folder they are started in."""

_IMAGES_MAGIC = 0x00000803
_LABELS_MAGIC = 0x00000801


def read_images(path):
    """Returns (count, pixels): the images one after the other, row by row, one byte a pixel, 0 paper, 255 ink."""
    raw = gzip.decompress(pathlib.Path(path).read_bytes())
    magic, count, rows, columns = struct.unpack(">IIII", raw[:16])
    if (magic, rows, columns) != (_IMAGES_MAGIC, SIDE, SIDE) or len(raw) != 16 + count * PIXELS:
        raise ValueError(f"{path} is not an IDX file of {SIDE}x{SIDE} images")
    return count, raw[16:]


def read_labels(path):
    """Returns the labels, one byte each, 0 to 9."""
    raw = gzip.decompress(pathlib.Path(path).read_bytes())
    magic, count = struct.unpack(">II", raw[:8])
    if magic != _LABELS_MAGIC or len(raw) != 8 + count:
        raise ValueError(f"{path} is not an IDX file of labels")
    return raw[8:]


def read_set(data, name):
    """Returns (pixels, labels) of the set called name, "train" (60,000 digits) or "t10k" (10,000), from folder data."""
    folder = pathlib.Path(data)
    count, pixels = read_images(folder / f"{name}-images-idx3-ubyte.gz")
    labels = read_labels(folder / f"{name}-labels-idx1-ubyte.gz")
    if count != len(labels):
        raise ValueError(f"{folder}: {count} images but {len(labels)} labels in the set {name}")
    return pixels, labels
