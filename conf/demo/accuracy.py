"""Sends the 10,000 MNIST test images to a running gateway and counts how many the model `digits` reads right.

Uses the Open Inference Protocol over HTTP and the standard library only. Run it from the root of the repository:
python3 conf/demo/accuracy.py --url http://127.0.0.1:8080
"""

import argparse
import concurrent.futures
import http.client
import json
import sys
import threading
import time
import urllib.parse

import mnist

MODEL = "digits"
CLASSES = 10
MIN_ACCURACY = 0.99
TIMEOUT = 60
"""Seconds to wait for a connection or an answer."""

GREY = [f"{value / 255:.6g}" for value in range(256)]
"""JSON text of each grey value, 0 paper to 255 ink, as a number from 0 to 1."""


class Gateway:
    """Asks the model at a gateway, over one kept connection for each thread that asks."""

    def __init__(self, url):
        """url is the address of the gateway, http or https, with or without a path before /v2."""
        parts = urllib.parse.urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise ValueError(f"not an http or https address: {url}")
        self._kind = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
        self._host, self._port = parts.hostname, parts.port
        self._path = f"{parts.path.rstrip('/')}/v2/models/{MODEL}/infer"
        self._local = threading.local()

    def probabilities(self, body):
        """Returns the n*10 probabilities, image by image, for the request body (JSON text)."""
        if not hasattr(self._local, "connection"):
            self._local.connection = self._kind(self._host, self._port, timeout=TIMEOUT)
        connection = self._local.connection
        connection.request("POST", self._path, body.encode("ascii"), {"Content-Type": "application/json"})
        response = connection.getresponse()
        answer = response.read()
        if response.status != 200:
            raise RuntimeError(f"status {response.status}: {answer[:300].decode('utf-8', 'replace')}")
        outputs = {output["name"]: output["data"] for output in json.loads(answer)["outputs"]}
        return outputs["probabilities"]


def request_body(pixels):
    """Returns the inference request (JSON text) for the images in pixels, 784 bytes each."""
    shape = [len(pixels) // mnist.PIXELS, 1, mnist.SIDE, mnist.SIDE]
    data = ",".join(GREY[value] for value in pixels)
    return f'{{"inputs":[{{"name":"image","shape":{json.dumps(shape)},"datatype":"FP32","data":[{data}]}}]}}'


def count_right(gateway, pixels, labels):
    """Returns how many of the images in pixels, 784 bytes each, the model reads as labels say, one byte each."""
    values = gateway.probabilities(request_body(pixels))
    if len(values) != len(labels) * CLASSES:
        raise RuntimeError(f"{len(values)} values in the answer for {len(labels)} images")
    right = 0
    for at, label in enumerate(labels):
        row = values[at * CLASSES : (at + 1) * CLASSES]
        right += row.index(max(row)) == label
    return right


def main():
    parser = argparse.ArgumentParser(description="Measures the accuracy of the model digits at a running gateway.")
    parser.add_argument("--url", default="http://127.0.0.1:8080", help="address of the gateway (%(default)s)")
    parser.add_argument("--data", default=mnist.DEFAULT_DATA, help="folder with the MNIST files (%(default)s)")
    parser.add_argument("--batch", type=int, default=50, help="images in a request (%(default)s)")
    parser.add_argument("--connections", type=int, default=8, help="requests at a time (%(default)s)")
    options = parser.parse_args()
    if options.batch < 1 or options.connections < 1:
        parser.error("--batch and --connections must be at least 1")

    try:
        gateway = Gateway(options.url)
    except ValueError as error:
        parser.error(str(error))
    pixels, labels = mnist.read_set(options.data, "t10k")
    started = time.monotonic()
    with concurrent.futures.ThreadPoolExecutor(options.connections) as threads:
        counts = [
            threads.submit(count_right, gateway, pixels[at * mnist.PIXELS : (at + options.batch) * mnist.PIXELS],
                           labels[at : at + options.batch])
            for at in range(0, len(labels), options.batch)
        ]
        try:
            right = sum(count.result() for count in counts)
        except (OSError, http.client.HTTPException, RuntimeError, ValueError, LookupError) as error:
            threads.shutdown(cancel_futures=True)
            print(f"{options.url}: {type(error).__name__}: {error}", file=sys.stderr)
            return 1
    seconds = time.monotonic() - started
    accuracy = right / len(labels)
    print(f"accuracy {100 * accuracy:.2f} %: {right} of {len(labels)} right, "
          f"{len(labels) / seconds:.0f} images/s in {seconds:.1f} s")
    return 0 if accuracy >= MIN_ACCURACY else 1


if __name__ == "__main__":
    sys.exit(main())
