"""Drives a running gateway over gRPC with NVIDIA's own client, unmodified. Called by .ci/triton-client-test, with the gateway's address."""

import json
import pathlib
import queue
import re
import sys
import threading
import traceback

import grpc
import numpy as np
import tritonclient.grpc as triton
from tritonclient.grpc import service_pb2, service_pb2_grpc
from tritonclient.utils import InferenceServerException

ROOT = pathlib.Path(__file__).resolve().parent.parent
PATIENCE_SECONDS = 30
SCENARIOS = []


def scenario(function):
    SCENARIOS.append(function)
    return function


def tensor(name, array, datatype):
    made = triton.InferInput(name, list(array.shape), datatype)
    made.set_data_from_numpy(array)
    return made


def wanted(name, classes=0):
    return triton.InferRequestedOutput(name, class_count=classes)


def sums():
    left = np.arange(8, dtype=np.int32).reshape(2, 4)
    right = np.full((2, 4), 10, dtype=np.int32)
    return left, right, [tensor("IN0", left, "INT32"), tensor("IN1", right, "INT32")]


def slow(steps):
    """Some 25 microseconds of work for each step."""
    return [tensor("x", np.array([3], np.float32), "FP32"), tensor("steps", np.array([steps], np.int64), "INT64")]


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
        assert status is None or status in str(refusal.status()), f"status {refusal.status()}, not {status}: {text}"
        return
    raise AssertionError("no InferenceServerException was raised")


class Answers:
    """What comes back from asynchronous calls."""

    def __init__(self):
        self.queue = queue.Queue()

    def __call__(self, result, error):
        self.queue.put((result, error))

    def next(self):
        return self.queue.get(timeout=PATIENCE_SECONDS)


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
    assert metadata.name == "sluice"
    assert {"binary_tensor_data", "statistics", "model_configuration"} <= set(metadata.extensions)


@scenario
def model_metadata(client):
    metadata = client.get_model_metadata("sums", "1", as_json=True)
    assert metadata["inputs"][0] == {"name": "IN0", "datatype": "INT32", "shape": ["-1", "4"]}
    assert metadata["versions"] == ["1"]


@scenario
def model_configuration(client):
    config = client.get_model_config("sums").config
    assert config.max_batch_size > 0 and list(config.input[0].dims) == [4]
    assert config.output[1].data_type == 8 and config.instance_group[0].count > 0
    assert config.HasField("dynamic_batching") and config.backend == "onnxruntime"


@scenario
def statistics_count_rows_and_batches(client):
    before = client.get_inference_statistics("sums").model_stats[0]
    client.infer("sums", sums()[2])
    after = client.get_inference_statistics("sums", "1").model_stats[0]
    assert after.inference_count - before.inference_count == 2
    assert after.execution_count - before.execution_count == 1
    assert after.inference_stats.success.count - before.inference_stats.success.count == 1
    assert after.inference_stats.compute_infer.ns > before.inference_stats.compute_infer.ns


@scenario
def statistics_of_all_models(client):
    names = {model.name for model in client.get_inference_statistics().model_stats}
    assert {"sums", "echo", "words", "pick", "slow", "digits"} <= names


@scenario
def repository_index(client):
    states = {model.name: model.state for model in client.get_model_repository_index().models}
    assert states["sums"] == "READY" and states["digits"] == "READY"


@scenario
def models_come_and_go(client):
    left, right, inputs = sums()
    client.unload_model("sums")
    assert not client.is_model_ready("sums")
    refused(lambda: client.infer("sums", inputs), "sums", status="UNAVAILABLE")
    client.load_model("sums")
    assert client.is_model_ready("sums")
    equal(left + right, client.infer("sums", inputs).as_numpy("OUT0"))
    client.unload_model("sums", unload_dependents=True)
    client.load_model("sums")
    refused(lambda: client.load_model("nobody"), "nobody", status="NOT_FOUND")
    refused(lambda: client.load_model("sums", config="{}"), "parameters.config", status="INVALID_ARGUMENT")
    equal(left + right, client.infer("sums", inputs).as_numpy("OUT0"))


@scenario
def what_is_not_served_says_so(client):
    refused(lambda: client.get_system_shared_memory_status(), "SystemSharedMemoryStatus", status="UNIMPLEMENTED")
    refused(lambda: client.get_trace_settings(), status="UNIMPLEMENTED")


@scenario
def infer(client):
    left, right, inputs = sums()
    result = client.infer("sums", inputs)
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
    assert (response.id, response.model_name, response.model_version) == ("mine-17", "sums", "1")


@scenario
def own_parameters_are_read_over(client):
    client.infer("sums", sums()[2], parameters={"colour": "blue", "number": 3, "right": True}, priority=1)


@scenario
def strings(client):
    words = np.array([["a", "gr\u00fcn"], ["", "x" * 500]], dtype=np.object_)
    result = client.infer("words", [tensor("x", words, "BYTES")], outputs=[wanted("y")])
    equal(words.flatten(), [word.decode() for word in result.as_numpy("y").flatten()])


@scenario
def bytes_that_are_no_text_are_refused(client):
    words = np.array([[b"\x00\xff", b"\xfe\n"]], dtype=np.object_)
    refused(lambda: client.infer("words", [tensor("x", words, "BYTES")]), "UTF-8", status="INVALID_ARGUMENT")


@scenario
def halves(client):
    array = np.array([[0.5, -2.0, 65504.0]], dtype=np.float16)
    result = client.infer("halves", [tensor("x", array, "FP16")], outputs=[wanted("y")]).as_numpy("y")
    assert result.dtype == np.float16
    equal(array, result)


@scenario
def nan_and_infinity(client):
    odd = np.array([[np.nan, np.inf, -np.inf, -0.0]], dtype=np.float32)
    equal(odd.view(np.int32), client.infer("echo", [tensor("x", odd, "FP32")]).as_numpy("y").view(np.int32))


@scenario
def an_empty_batch(client):
    result = client.infer("echo", [tensor("x", np.zeros((0, 3), dtype=np.float32), "FP32")])
    assert list(result.get_response().outputs[0].shape) == [0, 3]


@scenario
def a_model_without_batches(client):
    equal([3.0], client.infer("slow", slow(2)).as_numpy("y"))


@scenario
def a_large_tensor_both_ways(client):
    large = np.arange(1 << 20, dtype=np.float32).reshape(1, -1)
    equal(large, client.infer("echo", [tensor("x", large, "FP32")]).as_numpy("y"))


@scenario
def the_demo_reads_every_digit(client):
    pictures = np.concatenate([digit(number) for number in range(10)])
    probabilities = client.infer("digits", [tensor("image", pictures, "FP32")]).as_numpy("probabilities")
    equal(np.arange(10), probabilities.argmax(axis=1))


@scenario
def the_example_of_the_documentation(client):
    text = (ROOT / "docs" / "grpc.md").read_text()
    example = text.split("```python\n")[1].split("```")[0].replace("127.0.0.1:8080", client.address)
    printed = []
    exec(example, {"print": printed.append})
    assert len(printed) == 1 and 0 <= printed[0] <= 9, printed


@scenario
def classification(client):
    result = client.infer("digits", [tensor("image", digit(7), "FP32")], outputs=[wanted("probabilities", classes=3)])
    classes = result.as_numpy("probabilities")
    assert classes.shape == (1, 3), classes
    assert classes[0][0].decode().split(":")[1] == "7", classes


@scenario
def typed_contents_in_and_out(client):
    """Which NVIDIA's client never sends, but its stubs can, and other clients do."""
    stub = service_pb2_grpc.GRPCInferenceServiceStub(grpc.insecure_channel(client.address))
    request = service_pb2.ModelInferRequest(model_name="sums")
    for name, value in (("IN0", 1), ("IN1", -2)):
        made = request.inputs.add(name=name, datatype="INT32", shape=[1, 4])
        made.contents.int_contents.extend([value] * 4)
    request.parameters["binary_data_output"].bool_param = False
    response = stub.ModelInfer(request, timeout=PATIENCE_SECONDS)
    assert not response.raw_output_contents
    assert list(response.outputs[0].contents.int_contents) == [-1] * 4, response


@scenario
def compression(client):
    large = np.zeros((1, 100_000), dtype=np.float32)
    for algorithm in ("gzip", "deflate"):
        result = client.infer("echo", [tensor("x", large, "FP32")], compression_algorithm=algorithm)
        equal(large, result.as_numpy("y"))


@scenario
def async_infer(client):
    left, right, inputs = sums()
    answers = Answers()
    for _ in range(16):
        client.async_infer("sums", inputs, callback=answers)
    for _ in range(16):
        result, error = answers.next()
        assert error is None, error
        equal(left + right, result.as_numpy("OUT0"))
    client.async_infer("nobody", inputs, callback=answers)
    result, error = answers.next()
    assert result is None and "NOT_FOUND" in str(error.status()), error


@scenario
def a_deadline_that_passes(client):
    refused(lambda: client.infer("slow", slow(40_000), client_timeout=0.05), status="DEADLINE_EXCEEDED")
    refused(lambda: client.infer("slow", slow(40_000), timeout=50_000), "deadline", status="DEADLINE_EXCEEDED")
    client.infer("slow", slow(2), client_timeout=PATIENCE_SECONDS)


@scenario
def a_call_that_is_cancelled(client):
    answers = Answers()
    client.async_infer("slow", slow(40_000), callback=answers).cancel()
    result, error = answers.next()
    assert result is None and "CANCELLED" in str(error.status()).upper(), error


@scenario
def a_stream(client):
    left, right, inputs = sums()
    answers = Answers()
    client.start_stream(answers)
    for number in range(100):
        client.async_stream_infer("sums", inputs, request_id=str(number))
    seen = set()
    for _ in range(100):
        result, error = answers.next()
        assert error is None, error
        equal(left + right, result.as_numpy("OUT0"))
        seen.add(result.get_response().id)
    assert seen == {str(number) for number in range(100)}
    client.stop_stream()


@scenario
def one_response_is_final(client):
    answers = Answers()
    client.start_stream(answers)
    for empty in (False, True):
        client.async_stream_infer("sums", sums()[2], enable_empty_final_response=empty)
        result, error = answers.next()
        assert error is None, error
        assert result.get_response().parameters["triton_final_response"].bool_param
        assert result.as_numpy("OUT0") is not None
    client.stop_stream()


def many_rows():
    """More than a batch has."""
    return np.arange(100, dtype=np.float32).reshape(100, 1)


@scenario
def answers_in_parts(client):
    """What docs/grpc.md shows is run as it stands there."""
    page = (ROOT / "docs" / "grpc.md").read_text()
    (example,) = re.findall(r"```python\n(def in_parts.*?)```", page, re.DOTALL)
    names = {"queue": queue}
    exec(compile(example, "docs/grpc.md", "exec"), names)
    rows = many_rows()
    parts = list(names["in_parts"](client, "echo", [tensor("x", rows, "FP32")], ["y"]))
    assert len(parts) > 1, parts
    joined = np.full_like(rows, -1)
    for first, (part,) in parts:
        equal(-1, joined[first : first + len(part)].max())
        joined[first : first + len(part)] = part
    equal(rows, joined)


@scenario
def an_empty_response_ends_parts(client):
    rows = many_rows()
    answers = Answers()
    client.start_stream(answers)
    client.async_stream_infer(
        "echo",
        [tensor("x", rows, "FP32")],
        request_id="p",
        enable_empty_final_response=True,
        parameters={"parts": True},
    )
    seen = 0
    while True:
        result, error = answers.next()
        assert error is None, error
        response = result.get_response()
        equal("p", response.id)
        if response.parameters["triton_final_response"].bool_param:
            break
        seen += len(result.as_numpy("y"))
    assert not response.outputs, response
    equal(len(rows), seen)
    client.stop_stream()


@scenario
def parts_need_a_stream(client):
    inputs = [tensor("x", many_rows(), "FP32")]
    refused(lambda: client.infer("echo", inputs, parameters={"parts": True}), "parts", status="INVALID_ARGUMENT")


@scenario
def an_error_does_not_end_a_stream(client):
    left, right, inputs = sums()
    answers = Answers()
    client.start_stream(answers)
    client.async_stream_infer("nobody", inputs, request_id="wrong")
    result, error = answers.next()
    assert result is None and "nobody" in str(error), error
    client.async_stream_infer("sums", inputs)
    result, error = answers.next()
    assert error is None, error
    equal(left + right, result.as_numpy("OUT0"))
    client.stop_stream()


@scenario
def stopping_a_stream_waits_for_what_is_under_way(client):
    answers = Answers()
    client.start_stream(answers)
    for _ in range(4):
        client.async_stream_infer("slow", slow(400))
    client.stop_stream()
    for _ in range(4):
        result, error = answers.next()
        assert error is None, error


@scenario
def a_stream_that_is_given_up(client):
    answers = Answers()
    client.start_stream(answers)
    client.async_stream_infer("slow", slow(40_000))
    client.stop_stream(cancel_requests=True)
    result, error = answers.next()
    assert result is None and "cancel" in str(error).lower(), error


@scenario
def mistakes_raise_an_exception_that_says_what_is_wrong(client):
    inputs = sums()[2]
    refused(lambda: client.infer("nobody", inputs), "nobody", status="NOT_FOUND")
    refused(lambda: client.infer("sums", inputs, model_version="9"), "9", status="NOT_FOUND")
    refused(lambda: client.infer("sums", inputs[:1]), "IN1", status="INVALID_ARGUMENT")
    refused(lambda: client.infer("sums", inputs, outputs=[wanted("OUT7")]), "OUT7", status="INVALID_ARGUMENT")
    wrong = tensor("IN0", np.zeros((2, 4), np.float32), "FP32")
    refused(lambda: client.infer("sums", [wrong, inputs[1]]), "IN0", status="INVALID_ARGUMENT")
    narrow = tensor("IN0", np.zeros((2, 3), np.int32), "INT32")
    refused(lambda: client.infer("sums", [narrow, inputs[1]]), "inputs[0].shape", status="INVALID_ARGUMENT")
    refused(lambda: client.infer("sums", inputs, sequence_id=5), "sequence", status="INVALID_ARGUMENT")
    refused(lambda: client.get_model_metadata("nobody"), "nobody", status="NOT_FOUND")
    refused(lambda: client.get_model_config("nobody"), "nobody", status="NOT_FOUND")
    refused(lambda: client.get_inference_statistics("nobody"), "nobody", status="NOT_FOUND")


@scenario
def many_clients_at_once(client):
    left, right, inputs = sums()
    failures = []

    def ask():
        try:
            with triton.InferenceServerClient(client.address) as own:
                for _ in range(25):
                    equal(left + right, own.infer("sums", inputs).as_numpy("OUT0"))
        except Exception as failure:  # whatever it is, the scenario fails
            failures.append(failure)

    threads = [threading.Thread(target=ask) for _ in range(8)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert not failures, failures


def main(address):
    failed = 0
    with triton.InferenceServerClient(address) as client:
        client.address = address
        for each in SCENARIOS:
            try:
                each(client)
            except Exception:  # whatever it is, the next scenario has its turn
                failed += 1
                print(f"FAILED {each.__name__}")
                traceback.print_exc()
    print(f"tritonclient, gRPC: {len(SCENARIOS) - failed} passed, {failed} failed")
    return 1 if failed or not SCENARIOS else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
