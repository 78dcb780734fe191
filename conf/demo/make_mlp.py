"""Trains a small dense network on MNIST for load tests, where the gateway is measured rather than the model.

    image [batch,784] -> dense 128, ReLU -> dense 10, softmax -> probabilities [batch,10]

Run it from the root of the repository: python conf/demo/make_mlp.py
"""

import argparse
import sys

import jax
import jax.numpy as jnp
import numpy as np
from onnx import helper

import mnist
import training

HIDDEN = 128
MIN_ACCURACY = 0.97

DESCRIPTION = "Reads a handwritten digit: 784 grey values (0 paper, 1 ink) in, probability of each digit 0 to 9 out."


def init_params(key):
    """Returns the random starting weights, [in,out]."""
    first, second = jax.random.split(key)
    return {
        "dense1.weight": training.dense_weights(first, mnist.PIXELS, HIDDEN),
        "dense1.bias": jnp.zeros(HIDDEN),
        "dense2.weight": training.dense_weights(second, HIDDEN, training.CLASSES),
        "dense2.bias": jnp.zeros(training.CLASSES),
    }


def forward(params, images):
    """Returns the logits [n,10] of images [n,784]."""
    values = jax.nn.relu(images @ params["dense1.weight"] + params["dense1.bias"])
    return values @ params["dense2.weight"] + params["dense2.bias"]


def loss(params, _key, images, labels):
    """Returns the training loss of one batch: images [n,28,28], labels [n]."""
    return training.smoothed_loss(forward(params, images.reshape(-1, mnist.PIXELS)), labels, 0.0)


def onnx_nodes():
    """Returns the nodes of the graph; the values between them are [batch, width]."""
    return [
        helper.make_node("Gemm", ["image", "dense1.weight", "dense1.bias"], ["dense1"], "dense1"),
        helper.make_node("Relu", ["dense1"], ["relu1"], "relu1"),
        helper.make_node("Gemm", ["relu1", "dense2.weight", "dense2.bias"], ["dense2"], "dense2"),
        helper.make_node("Softmax", ["dense2"], ["probabilities"], "probabilities", axis=-1),
    ]


def main():
    parser = argparse.ArgumentParser(description="Trains the dense network for load tests and writes it as ONNX.")
    parser.add_argument("--data", default=mnist.DEFAULT_DATA, help="folder with the MNIST files (%(default)s)")
    parser.add_argument("--out", default="loadtest/models/mlp/1/model.onnx", help="file to write (%(default)s)")
    parser.add_argument("--seed", type=int, default=1, help="start of the random numbers (%(default)s)")
    parser.add_argument("--epochs", type=int, default=10, help="passes over the training images (%(default)s)")
    options = parser.parse_args()

    images, labels = training.load(options.data, "train")
    print(f"training on {len(images)} images, {options.epochs} epochs, seed {options.seed}")
    params = training.fit(init_params(jax.random.key(options.seed)), loss, images, labels,
                          epochs=options.epochs, batch=100, peak_rate=0.002, seed=options.seed)
    training.write_model(options.out, name="mlp", nodes=onnx_nodes(),
                         weights={name: np.asarray(value) for name, value in params.items()},
                         image_shape=[mnist.PIXELS], description=DESCRIPTION,
                         doc="Dense network for load tests. Trained on MNIST by conf/demo/make_mlp.py.")

    test_images, test_labels = training.load(options.data, "t10k")
    accuracy = training.print_report(options.out, test_images.reshape(-1, mnist.PIXELS), test_labels)
    print(f"\ntest accuracy {100 * accuracy:.2f} % of {len(test_labels)} images")
    return 0 if accuracy >= MIN_ACCURACY else 1


if __name__ == "__main__":
    sys.exit(main())
