"""Drives a running gateway with NVIDIA's own client, unmodified. Called by .ci/triton-client-test, with the gateway's URL."""

import json
import pathlib
import sys
import traceback

import numpy as np
import tritonclient.http as triton
from tritonclient.utils import InferenceServerException

ROOT = pathlib.Path(__file__).resolve().parent.parent
SCENARIOS = []


def scenario(function):
    SCENARIOS.append(function)
    return function


def tensor(name, array, datatype, binary=True):
    made = triton.InferInput(name, list(array.shape), datatype)
    made.set_data_from_numpy(array, binary_data=binary)
    return made


def wanted(name, binary=True, classes=0):
    return triton.InferRequestedOutput(name, binary_data=binary, class_count=classes)


def sums(binary=True):
    left = np.arange(8, dtype=np.int32).reshape(2, 4)
    right = np.full((2, 4), 10, dtype=np.int32)
    return left, right, [tensor("IN0", left, "INT32", binary), tensor("IN1", right, "INT32", binary)]


def digit(number):
    """The demo's request body for a digit, as an array."""
    body = json.loads((ROOT / "conf" / "demo" / "digits" / f"{number}.json").read_text())
    return np.array(body["inputs"][0]["data"], dtype=np.float32).reshape(body["inputs"][0]["shape"])


def equal(expected, actual):
    assert np.array_equal(np.asarray(expected), np.asarray(actual)), f"expected {expected!r} and got {actual!r}"


def refused(call, *words, status=None):
    try:
        call()
    except InferenceServerException as refusal:
        text = str(refusal)
        assert all(word in text for word in words), f"{words} are not in: {text}"
        assert status is None or refusal.status() == str(status), f"status {refusal.status()}, not {status}: {text}"
        return
    raise AssertionError("no InferenceServerException was raised")


@scenario
def server_is_live_and_ready(client):
    assert client.is_server_live() and client.is_server_ready()


@scenario
def model_is_ready_or_not(client):
    assert client.is_model_ready("sums") and client.is_model_ready("sums", "1")
    assert not client.is_model_ready("sums", "2") and not client.is_model_ready("nobody")


@scenario
def server_metadata(client):
    metadata = client.get_server_metadata()
    assert metadata["name"] == "sluice"
    assert {"binary_tensor_data", "statistics", "model_configuration"} <= set(metadata["extensions"])


@scenario
def model_metadata(client):
    metadata = client.get_model_metadata("sums", "1")
    assert metadata["inputs"][0] == {"name": "IN0", "datatype": "INT32", "shape": [-1, 4]}
    assert metadata["versions"] == ["1"]


@scenario
def model_configuration(client):
    config = client.get_model_config("sums")
    assert config["max_batch_size"] > 0 and config["input"][0]["dims"] == [4]
    assert config["output"][1]["data_type"] == "TYPE_INT32" and config["instance_group"][0]["count"] > 0


@scenario
def statistics_count_rows_and_batches(client):
    before = client.get_inference_statistics("sums")["model_stats"][0]
    client.infer("sums", sums()[2])
    after = client.get_inference_statistics("sums", "1")["model_stats"][0]
    assert after["inference_count"] - before["inference_count"] == 2
    assert after["execution_count"] - before["execution_count"] == 1
    assert after["inference_stats"]["compute_infer"]["ns"] > before["inference_stats"]["compute_infer"]["ns"]


@scenario
def statistics_of_all_models(client):
    names = {model["name"] for model in client.get_inference_statistics()["model_stats"]}
    assert {"sums", "echo", "words", "pick", "slow", "digits"} <= names


@scenario
def repository_index(client):
    states = {model["name"]: model["state"] for model in client.get_model_repository_index()}
    assert states["sums"] == "READY" and states["digits"] == "READY"


@scenario
def models_come_and_go(client):
    left, right, inputs = sums()
    client.unload_model("sums")
    assert not client.is_model_ready("sums")
    refused(lambda: client.infer("sums", inputs), "sums", status=503)
    client.load_model("sums")
    assert client.is_model_ready("sums")
    equal(left + right, client.infer("sums", inputs).as_numpy("OUT0"))
    client.unload_model("sums", unload_dependents=True)
    client.load_model("sums")
    refused(lambda: client.load_model("nobody"), "nobody", status=404)
    refused(lambda: client.load_model("sums", config="{}"), "parameters.config", status=400)
    equal(left + right, client.infer("sums", inputs).as_numpy("OUT0"))


@scenario
def json_in_and_out(client):
    left, right, inputs = sums(binary=False)
    result = client.infer("sums", inputs, outputs=[wanted("OUT0", binary=False), wanted("OUT1", binary=False)])
    equal(left + right, result.as_numpy("OUT0"))
    equal(left - right, result.as_numpy("OUT1"))


@scenario
def binary_in_and_out(client):
    left, right, inputs = sums()
    result = client.infer("sums", inputs)
    equal(left + right, result.as_numpy("OUT0"))
    equal(left - right, result.as_numpy("OUT1"))


@scenario
def binary_and_json_mixed(client):
    left, right, inputs = sums()
    inputs[1] = tensor("IN1", right, "INT32", binary=False)
    result = client.infer("sums", inputs, outputs=[wanted("OUT1"), wanted("OUT0", binary=False)])
    equal(left + right, result.as_numpy("OUT0"))
    equal(left - right, result.as_numpy("OUT1"))


@scenario
def some_outputs_only(client):
    left, right, inputs = sums()
    result = client.infer("sums", inputs, outputs=[wanted("OUT1")])
    equal(left - right, result.as_numpy("OUT1"))
    assert result.as_numpy("OUT0") is None


@scenario
def id_version_and_timeout(client):
    response = client.infer("sums", sums()[2], model_version="1", request_id="mine-17", timeout=5_000_000).get_response()
    assert (response["id"], response["model_name"], response["model_version"]) == ("mine-17", "sums", "1")


@scenario
def own_parameters_are_read_over(client):
    client.infer("sums", sums()[2], parameters={"colour": "blue", "number": 3}, priority=1)


@scenario
def bytes_in_binary_and_json(client):
    words = np.array([["a", "gr\u00fcn"], ["", "x" * 500]], dtype=np.object_)
    for binary in (True, False):
        result = client.infer("words", [tensor("x", words, "BYTES", binary)], outputs=[wanted("y", binary)])
        got = [word.decode() if isinstance(word, bytes) else word for word in result.as_numpy("y").flatten()]
        equal(words.flatten(), got)


@scenario
def bytes_that_are_no_text_are_refused(client):
    words = np.array([[b"\x00\xff", b"\xfe\n"]], dtype=np.object_)
    refused(lambda: client.infer("words", [tensor("x", words, "BYTES")]), "UTF-8", status=400)


@scenario
def fp16_in_binary(client):
    halves = np.array([[0.5, -2.0, 65504.0]], dtype=np.float16)
    result = client.infer("halves", [tensor("x", halves, "FP16")], outputs=[wanted("y")]).as_numpy("y")
    assert result.dtype == np.float16
    equal(halves, result)


@scenario
def nan_and_infinity_in_binary(client):
    odd = np.array([[np.nan, np.inf, -np.inf, -0.0]], dtype=np.float32)
    equal(odd.view(np.int32), client.infer("echo", [tensor("x", odd, "FP32")]).as_numpy("y").view(np.int32))


@scenario
def an_empty_batch(client):
    empty = np.zeros((0, 3), dtype=np.float32)
    result = client.infer("echo", [tensor("x", empty, "FP32", binary=False)], outputs=[wanted("y", binary=False)])
    assert result.get_response()["outputs"][0]["shape"] == [0, 3]


@scenario
def a_model_without_batches(client):
    inputs = [tensor("x", np.array([3], np.float32), "FP32"), tensor("steps", np.array([2], np.int64), "INT64")]
    equal([3.0], client.infer("slow", inputs).as_numpy("y"))


@scenario
def the_demo_reads_every_digit(client):
    pictures = np.concatenate([digit(number) for number in range(10)])
    probabilities = client.infer("digits", [tensor("image", pictures, "FP32")]).as_numpy("probabilities")
    equal(np.arange(10), probabilities.argmax(axis=1))


@scenario
def classification(client):
    inputs = [tensor("image", digit(7), "FP32")]
    for binary in (True, False):
        result = client.infer("digits", inputs, outputs=[wanted("probabilities", binary, classes=3)])
        classes = result.as_numpy("probabilities")
        assert classes.shape == (1, 3), classes
        best = classes[0][0]
        assert (best.decode() if isinstance(best, bytes) else best).split(":")[1] == "7", best


@scenario
def async_infer(client):
    left, right, inputs = sums()
    waiting = [client.async_infer("sums", inputs) for _ in range(16)]
    for each in waiting:
        equal(left + right, each.get_result().as_numpy("OUT0"))
    refused(client.async_infer("nobody", inputs).get_result)


@scenario
def mistakes_raise_an_exception_that_says_what_is_wrong(client):
    inputs = sums()[2]
    refused(lambda: client.infer("nobody", inputs), "nobody", status=404)
    refused(lambda: client.infer("sums", inputs, model_version="9"), "9", status=404)
    refused(lambda: client.infer("sums", inputs[:1]), "IN1", status=400)
    refused(lambda: client.infer("sums", inputs, outputs=[wanted("OUT7")]), "OUT7", status=400)
    wrong = tensor("IN0", np.zeros((2, 4), np.float32), "FP32")
    refused(lambda: client.infer("sums", [wrong, inputs[1]]), "IN0", status=400)
    narrow = tensor("IN0", np.zeros((2, 3), np.int32), "INT32")
    refused(lambda: client.infer("sums", [narrow, inputs[1]]), status=400)
    refused(lambda: client.infer("sums", inputs, sequence_id=5), "sequence", status=400)
    refused(lambda: client.get_model_metadata("nobody"), "nobody")
    refused(lambda: client.get_model_config("nobody"), "nobody")
    refused(lambda: client.get_inference_statistics("nobody"), "nobody")


@scenario
def the_connection_outlives_a_refusal(client):
    left, right, inputs = sums()
    for _ in range(3):
        refused(lambda: client.infer("nobody", inputs))
        equal(left + right, client.infer("sums", inputs).as_numpy("OUT0"))


def main(url):
    failed = 0
    with triton.InferenceServerClient(url, concurrency=8) as client:
        for each in SCENARIOS:
            try:
                each(client)
            except Exception:  # whatever it is, the next scenario has its turn
                failed += 1
                print(f"FAILED {each.__name__}")
                traceback.print_exc()
    print(f"tritonclient: {len(SCENARIOS) - failed} passed, {failed} failed")
    return 1 if failed or not SCENARIOS else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
