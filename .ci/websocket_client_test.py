"""Drives a running gateway with the Python library "websockets". Called by .ci/websocket-client-test, with host:port."""

import asyncio
import json
import pathlib
import re
import struct
import sys
import traceback

import websockets
from websockets.asyncio.client import connect

ROOT = pathlib.Path(__file__).resolve().parent.parent
SUBPROTOCOL = "sluice.v2.stream.1"
SCENARIOS = []


def scenario(function):
    SCENARIOS.append(function)
    return function


def opened(place, path, **options):
    return connect(f"ws://{place}{path}", subprotocols=[SUBPROTOCOL], compression=None, max_size=None, **options)


def tensor(name, datatype, shape, data):
    return {"name": name, "datatype": datatype, "shape": shape, "data": data}


def sums(number, **members):
    inputs = [tensor("IN0", "INT32", [1, 4], [number] * 4), tensor("IN1", "INT32", [1, 4], [1] * 4)]
    return json.dumps({**members, "inputs": inputs})


def slow(steps, **members):
    inputs = [tensor("x", "FP32", [1], [1]), tensor("steps", "INT64", [1], [steps])]
    return json.dumps({**members, "inputs": inputs})


async def hello(socket):
    return json.loads(await socket.recv())["hello"]


async def received(socket):
    return json.loads(await socket.recv())


def equal(expected, actual):
    assert expected == actual, f"expected {expected!r} and got {actual!r}"


@scenario
async def a_thousand_requests_within_the_window(place):
    async with opened(place, "/v2/models/sums/stream") as socket:
        equal(SUBPROTOCOL, socket.subprotocol)
        credits = asyncio.Semaphore((await hello(socket))["window"]["messages"])

        async def send():
            for number in range(1000):
                await credits.acquire()
                await socket.send(sums(number, id=str(number)))

        sending = asyncio.create_task(send())
        seen = set()
        for _ in range(1000):
            answer = await received(socket)
            credits.release()
            assert "error" not in answer, answer
            equal([int(answer["id"]) + 1] * 4, answer["outputs"][0]["data"])
            seen.add(answer["id"])
        await sending
        equal(1000, len(seen))


@scenario
async def raw_tensors_in_binary_messages(place):
    async with opened(place, "/v2/stream") as socket:
        await hello(socket)
        raw = [{"name": name, "datatype": "INT32", "shape": [1, 4], "parameters": {"binary_data_size": 16}}
               for name in ("IN0", "IN1")]
        head = json.dumps({"id": "b", "model_name": "sums", "inputs": raw,
                           "parameters": {"binary_data_output": True}}).encode()
        await socket.send(struct.pack("<I", len(head)) + head + struct.pack("<8i", *range(8)))
        answer = await socket.recv()
        (length,) = struct.unpack_from("<I", answer)
        equal("b", json.loads(answer[4:4 + length])["id"])
        equal((4, 6, 8, 10), struct.unpack_from("<4i", answer, 4 + length))


@scenario
async def a_message_in_fragments(place):
    async with opened(place, "/v2/models/sums/stream") as socket:
        await hello(socket)
        text = sums(41, id="fragments")
        await socket.send(text[i:i + 7] for i in range(0, len(text), 7))
        equal([42] * 4, (await received(socket))["outputs"][0]["data"])


@scenario
async def the_order_of_requests(place):
    async with opened(place, "/v2/stream?order=request") as socket:
        equal("request", (await hello(socket))["order"])
        await socket.send(slow(4000, id="1", model_name="slow"))
        for number in range(2, 20):
            await socket.send(sums(number, id=str(number), model_name="sums"))
        equal([str(number) for number in range(1, 20)], [(await received(socket))["id"] for _ in range(1, 20)])


@scenario
async def cancels_deadlines_and_refusals(place):
    async with opened(place, "/v2/models/slow/stream") as socket:
        window = (await hello(socket))["window"]["messages"]
        for number in range(window - 2):
            await socket.send(slow(2000, id=f"before {number}"))
        await socket.send(slow(1, id="late", parameters={"timeout": 1000}))
        await socket.send(slow(1, id="unwanted"))
        await socket.send(json.dumps({"cancel": "unwanted"}))
        ends = {}
        for _ in range(window):
            answer = await received(socket)
            ends[answer["id"]] = answer.get("error", {"code": "answered"})
        equal("deadline_exceeded", ends["late"]["code"])
        equal("cancelled", ends["unwanted"]["code"])
        equal(504, ends["late"]["status"])
        equal(window - 2, sum(end["code"] == "answered" for end in ends.values()))
        await socket.send("{}")
        equal("invalid_request", (await received(socket))["error"]["code"])


@scenario
async def pings_of_the_client_are_answered(place):
    async with opened(place, "/v2/models/sums/stream", ping_interval=0.1, ping_timeout=20) as socket:
        await hello(socket)
        for _ in range(5):
            await asyncio.wait_for(await socket.ping(), 20)


@scenario
async def what_is_no_text_ends_the_connection(place):
    async with opened(place, "/v2/models/sums/stream") as socket:
        await hello(socket)
        await socket.send(b"\xff\xfe", text=True)
        try:
            await socket.recv()
        except websockets.ConnectionClosed as closed:
            equal(1007, closed.rcvd.code)
            return
        raise AssertionError("the connection is still open")


@scenario
async def pages_of_other_origins_stay_outside(place):
    try:
        async with opened(place, "/v2/models/sums/stream", origin="https://evil.example"):
            raise AssertionError("it was let in")
    except websockets.InvalidStatus as refusal:
        equal(403, refusal.response.status_code)
        assert "error" in json.loads(refusal.response.body)


@scenario
async def the_example_of_the_page(place):
    """What docs/streaming.md shows is run as it stands there."""
    page = (ROOT / "docs" / "streaming.md").read_text()
    (example,) = re.findall(r"```python\n(.*?)```", page, re.DOTALL)
    names = {}
    exec(compile(example, "docs/streaming.md", "exec"), names)
    requests = [json.loads(sums(number)) for number in range(200)]
    answers = await names["predict"](f"ws://{place}/v2/models/sums/stream", requests)
    equal([[number + 1] * 4 for number in range(200)], [answer["outputs"][0]["data"] for answer in answers])


async def run(place):
    failures = 0
    for each in SCENARIOS:
        try:
            await asyncio.wait_for(each(place), 60)
        except Exception:  # every scenario is to be heard of
            failures += 1
            print(f"websockets: {each.__name__} failed", file=sys.stderr)
            traceback.print_exc()
    print(f"websockets {websockets.__version__}: {len(SCENARIOS) - failures} of {len(SCENARIOS)} scenarios passed")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(asyncio.run(run(sys.argv[1])))
