"""What the two training scripts share: data as arrays, the training loop (JAX), ONNX writing and the final check."""

import pathlib
import time

import jax
import jax.numpy as jnp
import numpy as np
import onnx
import onnxruntime
from onnx import TensorProto, helper, numpy_helper

import mnist

jax.config.update("jax_platforms", "cpu")

CLASSES = 10
IR_VERSION = 8
OPSET = 17
"""IR 8 and opset 17 are read by every ONNX Runtime since 1.12."""


def load(data, name):
    """Returns (images, labels) of a set: float32 [n,28,28], 0 paper to 1 ink, and int32 [n]."""
    pixels, labels = mnist.read_set(data, name)
    images = np.frombuffer(pixels, np.uint8).reshape(-1, mnist.SIDE, mnist.SIDE).astype(np.float32) / 255
    return images, np.frombuffer(labels, np.uint8).astype(np.int32)


def dense_weights(key, inputs, outputs):
    """Returns random weights float32 [inputs,outputs] of a dense layer (He initialisation)."""
    return jax.random.normal(key, (inputs, outputs)) * np.sqrt(2 / inputs)


def smoothed_loss(logits, labels, smoothing):
    """Returns the mean cross-entropy of logits [n,10] against labels [n] softened by smoothing (0 to 1)."""
    wanted = jax.nn.one_hot(labels, CLASSES) * (1 - smoothing) + smoothing / CLASSES
    return -jnp.mean(jnp.sum(wanted * jax.nn.log_softmax(logits), axis=-1))


def adam_step(params, grads, moments, step, rate):
    """Returns (params, moments) after one Adam update; step counts from 1, rate is the learning rate."""
    first, second = moments
    first = jax.tree.map(lambda m, g: 0.9 * m + 0.1 * g, first, grads)
    second = jax.tree.map(lambda v, g: 0.999 * v + 0.001 * g * g, second, grads)
    first_scale, second_scale = 1 / (1 - 0.9**step), 1 / (1 - 0.999**step)

    def update(param, m, v):
        return param - rate * m * first_scale / (jnp.sqrt(v * second_scale) + 1e-8)

    return jax.tree.map(update, params, first, second), (first, second)


def learning_rate(step, steps, peak):
    """Returns the learning rate of a step: up to peak over the first twentieth of the steps, then a cosine to 0."""
    warmup = steps / 20
    rest = jnp.clip((step - warmup) / (steps - warmup), 0, 1)
    return peak * jnp.minimum(step / warmup, 0.5 * (1 + jnp.cos(jnp.pi * rest)))


def fit(params, loss, images, labels, *, epochs, batch, peak_rate, seed):
    """Trains and returns params.

    loss(params, key, images [batch,28,28], labels [batch]) is the number to make small; key is there for random
    augmentation and dropout. A last batch that is not full is left out of its epoch.
    """
    per_epoch = len(images) // batch
    steps = epochs * per_epoch
    order = np.random.default_rng(seed)
    base_key = jax.random.key(seed)
    zeros = jax.tree.map(jnp.zeros_like, params)
    moments = (zeros, zeros)

    @jax.jit
    def train_step(params, moments, step, some_images, some_labels):
        key = jax.random.fold_in(base_key, step)
        value, grads = jax.value_and_grad(loss)(params, key, some_images, some_labels)
        params, moments = adam_step(params, grads, moments, step, learning_rate(step, steps, peak_rate))
        return params, moments, value

    step = 0
    started = time.monotonic()
    for epoch in range(1, epochs + 1):
        total = 0.0
        for chosen in order.permutation(len(images))[: per_epoch * batch].reshape(per_epoch, batch):
            step += 1
            params, moments, value = train_step(params, moments, step, images[chosen], labels[chosen])
            total += float(value)
        seconds = time.monotonic() - started
        print(f"epoch {epoch:2d}/{epochs}  loss {total / per_epoch:.4f}  {seconds:.0f} s", flush=True)
    return params


def write_model(path, *, name, nodes, weights, image_shape, description, doc):
    """Writes an ONNX model with the input `image` [batch, *image_shape] and the output `probabilities` [batch,10].

    weights maps the names of the initializers to float32 arrays; nodes are ONNX nodes in the order they run.
    """
    graph = helper.make_graph(
        nodes,
        name,
        [helper.make_tensor_value_info("image", TensorProto.FLOAT, ["batch", *image_shape],
                                       "Grey values, 0 (paper) to 1 (ink), row by row.")],
        [helper.make_tensor_value_info("probabilities", TensorProto.FLOAT, ["batch", CLASSES],
                                       "Probability of each digit, 0 to 9; a row sums to 1.")],
        [numpy_helper.from_array(np.asarray(value, np.float32), key) for key, value in weights.items()],
        doc_string=doc,
    )
    model = helper.make_model(graph, producer_name="conf/demo", doc_string=doc, ir_version=IR_VERSION,
                              opset_imports=[helper.make_opsetid("", OPSET)])
    helper.set_model_props(model, {"description": description, "labels": ",".join(map(str, range(CLASSES)))})
    model = onnx.shape_inference.infer_shapes(model, check_type=True, strict_mode=True, data_prop=True)
    onnx.checker.check_model(model, full_check=True)
    path = pathlib.Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(model.SerializeToString(deterministic=True))


def open_model(path):
    """Returns an ONNX Runtime session on the CPU for the model file at path."""
    return onnxruntime.InferenceSession(str(path), providers=["CPUExecutionProvider"])


def predict(session, images, batch):
    """Returns probabilities float32 [n,10] for images [n, ...], asked for in batches of the given size."""
    parts = [images[at : at + batch] for at in range(0, len(images), batch)]
    return np.concatenate([session.run(["probabilities"], {"image": part})[0] for part in parts])


def print_report(path, images, labels):
    """Prints size, shapes, accuracy and a table by digit of the model file at path; returns the accuracy, 0 to 1.

    images are [n, ...] in the shape the model takes, labels [n].
    """
    session = open_model(path)
    print(f"\n{path}: {pathlib.Path(path).stat().st_size} bytes, ONNX Runtime {onnxruntime.__version__}")
    for kind, values in (("input", session.get_inputs()), ("output", session.get_outputs())):
        for value in values:
            print(f"  {kind} {value.name} {value.type} {value.shape}")
    probabilities = predict(session, images, 500)
    single = predict(session, images[:500], 1)
    print(f"  largest difference between batches of 1 and of 500: {np.abs(single - probabilities[:500]).max():.1e}")
    right = probabilities.argmax(axis=1) == labels
    print("\ndigit  images  right  accuracy")
    for digit in range(CLASSES):
        of_digit = right[labels == digit]
        print(f"{digit:5d}  {len(of_digit):6d}  {of_digit.sum():5d}  {100 * of_digit.mean():7.2f}%")
    print(f"  all  {len(right):6d}  {right.sum():5d}  {100 * right.mean():7.2f}%")
    return float(right.mean())
