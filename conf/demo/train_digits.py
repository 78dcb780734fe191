"""Trains the demo model, a small convolutional network that reads handwritten digits, and writes it as ONNX.

    image [batch,1,28,28] -> convolution 5x5, 24 channels, ReLU -> pool 2x2 -> convolution 3x3, 48 channels, ReLU
    -> pool 2x2 -> dense 128, ReLU -> dense 10, softmax -> probabilities [batch,10]

Training images are shifted, turned, slanted and resized a little at random, so that digits drawn by a mouse or a
finger are read as well. Run it from the root of the repository: python conf/demo/train_digits.py
"""

import argparse
import sys

import jax
import jax.numpy as jnp
import numpy as np
from onnx import helper

import mnist
import training

CHANNELS_1 = 24
CHANNELS_2 = 48
HIDDEN = 128
FLAT = CHANNELS_2 * 7 * 7
"""Values an image has after the two poolings, 28 -> 14 -> 7 pixels a side."""
DROPOUT = 0.4
SMOOTHING = 0.02
MIN_ACCURACY = 0.99

DESCRIPTION = "Reads a handwritten digit: 28x28 grey image (0 paper, 1 ink) in, probability of each digit 0 to 9 out."


def init_params(key):
    """Returns the random starting weights; kernels are [height,width,in,out], dense weights [in,out]."""
    keys = jax.random.split(key, 4)
    return {
        "conv1.weight": jax.random.normal(keys[0], (5, 5, 1, CHANNELS_1)) * np.sqrt(2 / 25),
        "conv1.bias": jnp.zeros(CHANNELS_1),
        "conv2.weight": jax.random.normal(keys[1], (3, 3, CHANNELS_1, CHANNELS_2)) * np.sqrt(2 / (9 * CHANNELS_1)),
        "conv2.bias": jnp.zeros(CHANNELS_2),
        "dense1.weight": training.dense_weights(keys[2], FLAT, HIDDEN),
        "dense1.bias": jnp.zeros(HIDDEN),
        "dense2.weight": training.dense_weights(keys[3], HIDDEN, training.CLASSES),
        "dense2.bias": jnp.zeros(training.CLASSES),
    }


def convolve(values, kernel, bias):
    """Returns ReLU(convolution) of values [n,h,w,in] with the same height and width, [n,h,w,out]."""
    out = jax.lax.conv_general_dilated(values, kernel, (1, 1), "SAME", dimension_numbers=("NHWC", "HWIO", "NHWC"))
    return jax.nn.relu(out + bias)


def pool(values):
    """Returns the maximum of every 2x2 block of values [n,h,w,c], [n,h/2,w/2,c]."""
    count, height, width, channels = values.shape
    return values.reshape(count, height // 2, 2, width // 2, 2, channels).max(axis=(2, 4))


def forward(params, images, dropout_key=None):
    """Returns the logits [n,10] of images [n,28,28]; a dropout_key switches dropout on for training."""
    values = pool(convolve(images[..., None], params["conv1.weight"], params["conv1.bias"]))
    values = pool(convolve(values, params["conv2.weight"], params["conv2.bias"]))
    # Channels first before flattening, because that is the order in the ONNX graph.
    values = values.transpose(0, 3, 1, 2).reshape(len(images), FLAT)
    values = jax.nn.relu(values @ params["dense1.weight"] + params["dense1.bias"])
    if dropout_key is not None:
        values *= jax.random.bernoulli(dropout_key, 1 - DROPOUT, values.shape) / (1 - DROPOUT)
    return values @ params["dense2.weight"] + params["dense2.bias"]


def distort(key, image):
    """Returns image [28,28], 0 to 1, changed at random.

    It is turned by up to 12 degrees, slanted by up to 0.2, resized by up to 14 % in width and height apart, shifted
    by up to 2 pixels each way, and its ink is made 0.8 to 1.4 times as strong.
    """
    turn, slant, width, height, down, right, gain = jax.random.uniform(key, (7,), minval=-1, maxval=1)
    angle = turn * jnp.deg2rad(12.0)
    rotation = jnp.array([[jnp.cos(angle), -jnp.sin(angle)], [jnp.sin(angle), jnp.cos(angle)]])
    stretch = jnp.array([[1 + 0.14 * height, 0.0], [0.2 * slant, 1 + 0.14 * width]])
    centre = (mnist.SIDE - 1) / 2
    grid = jnp.stack(jnp.meshgrid(*[jnp.arange(mnist.SIDE) - centre] * 2, indexing="ij")).reshape(2, mnist.PIXELS)
    source = rotation @ stretch @ grid + centre + 2 * jnp.array([[down], [right]])
    moved = jax.scipy.ndimage.map_coordinates(image, list(source), order=1).reshape(mnist.SIDE, mnist.SIDE)
    return jnp.clip(moved * (1.1 + 0.3 * gain), 0, 1)


def loss(params, key, images, labels):
    """Returns the training loss of one batch: images [n,28,28], labels [n]."""
    distort_key, dropout_key = jax.random.split(key)
    distorted = jax.vmap(distort)(jax.random.split(distort_key, len(images)), images)
    return training.smoothed_loss(forward(params, distorted, dropout_key), labels, SMOOTHING)


def onnx_nodes():
    """Returns the nodes of the graph; the values between them are channels first, [batch,c,h,w]."""
    return [
        helper.make_node("Conv", ["image", "conv1.weight", "conv1.bias"], ["conv1"], "conv1",
                         kernel_shape=[5, 5], pads=[2, 2, 2, 2]),
        helper.make_node("Relu", ["conv1"], ["relu1"], "relu1"),
        helper.make_node("MaxPool", ["relu1"], ["pool1"], "pool1", kernel_shape=[2, 2], strides=[2, 2]),
        helper.make_node("Conv", ["pool1", "conv2.weight", "conv2.bias"], ["conv2"], "conv2",
                         kernel_shape=[3, 3], pads=[1, 1, 1, 1]),
        helper.make_node("Relu", ["conv2"], ["relu2"], "relu2"),
        helper.make_node("MaxPool", ["relu2"], ["pool2"], "pool2", kernel_shape=[2, 2], strides=[2, 2]),
        helper.make_node("Flatten", ["pool2"], ["flat"], "flat", axis=1),
        helper.make_node("Gemm", ["flat", "dense1.weight", "dense1.bias"], ["dense1"], "dense1"),
        helper.make_node("Relu", ["dense1"], ["relu3"], "relu3"),
        helper.make_node("Gemm", ["relu3", "dense2.weight", "dense2.bias"], ["dense2"], "dense2"),
        helper.make_node("Softmax", ["dense2"], ["probabilities"], "probabilities", axis=-1),
    ]


def onnx_weights(params):
    """Returns params as float32 arrays in ONNX order: kernels [out,in,height,width], dense weights [in,out]."""
    return {
        name: np.transpose(value, (3, 2, 0, 1)) if name.startswith("conv") and value.ndim == 4 else np.asarray(value)
        for name, value in params.items()
    }


def main():
    parser = argparse.ArgumentParser(description="Trains the digit reader and writes it as ONNX.")
    parser.add_argument("--data", default=mnist.DEFAULT_DATA, help="folder with the MNIST files (%(default)s)")
    parser.add_argument("--out", default="conf/models/digits/1/model.onnx", help="file to write (%(default)s)")
    parser.add_argument("--seed", type=int, default=1, help="start of the random numbers (%(default)s)")
    parser.add_argument("--epochs", type=int, default=14, help="passes over the training images (%(default)s)")
    options = parser.parse_args()

    images, labels = training.load(options.data, "train")
    print(f"training on {len(images)} images, {options.epochs} epochs, seed {options.seed}")
    params = training.fit(init_params(jax.random.key(options.seed)), loss, images, labels,
                          epochs=options.epochs, batch=100, peak_rate=0.002, seed=options.seed)
    training.write_model(options.out, name="digits", nodes=onnx_nodes(), weights=onnx_weights(params),
                         image_shape=[1, mnist.SIDE, mnist.SIDE], description=DESCRIPTION,
                         doc="Handwritten digits. Trained on MNIST by conf/demo/train_digits.py.")

    test_images, test_labels = training.load(options.data, "t10k")
    accuracy = training.print_report(options.out, test_images[:, None], test_labels)
    print(f"\ntest accuracy {100 * accuracy:.2f} % of {len(test_labels)} images")
    return 0 if accuracy >= MIN_ACCURACY else 1


if __name__ == "__main__":
    sys.exit(main())
