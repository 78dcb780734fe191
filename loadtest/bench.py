#!/usr/bin/env python3
"""Measures the gateway between a bare HTTP server and the bare engine, in one run, and prints a Markdown report.

    python3 loadtest/bench.py            about 8 minutes
    python3 loadtest/bench.py --quick    about 1 minute, to see that it works; not for keeping

Needs Linux, wrk (apt-get install wrk), Python 3.9 and what ./sluice needs. BENCHMARKS.md says how to read the figures.
Everything runs on this machine over 127.0.0.1; what it starts it ends, also on Ctrl-C. Progress goes to stderr.
"""

import argparse
import json
import math
import os
import pathlib
import random
import resource
import shutil
import signal
import struct
import subprocess
import sys
import time

import readings
import report
import servers

TICKS_PER_SECOND = os.sysconf("SC_CLK_TCK")
SEED = 20261120
PIXELS = 784
WARM_UP_CONNECTIONS = 64
WARM_UP_AGREEMENT = 0.05
WARM_UP_WINDOWS = 3
REQUEST_TIMEOUT = "10s"

QUICK = {"seconds": 2, "repeats": 1, "connections": [1, 64], "warm_up": 3, "warm_up_limit": 6, "warm_up_window": 1,
         "engine_batches": "1,32", "engine_seconds": 0.5}
FULL = {"seconds": 5, "repeats": 3, "connections": [1, 16, 64, 256], "warm_up": 10, "warm_up_limit": 60,
        "warm_up_window": 2, "engine_batches": "1,2,4,8,16,32,64", "engine_seconds": 1.0}


class Body:
    """What is posted: a request to a model, as JSON alone or with raw tensors behind `json_bytes` of JSON."""

    def __init__(self, name, model, content, json_bytes=None):
        self.name = name
        self.model = model
        self.file = servers.WORK / f"{name.replace(' ', '-')}.body"
        self.file.write_bytes(content)
        self.json_bytes = json_bytes

    @property
    def headers(self):
        return {} if self.json_bytes is None else {"Inference-Header-Content-Length": str(self.json_bytes)}


class Target:
    """A server together with the body that is posted to it."""

    def __init__(self, server, body):
        self.server = server
        self.model = body.model
        self.body = body
        self.batches = server.name == "sluice"
        self.name = f"{server.name} / {body.name}" + ("" if self.batches else " body")

    def load(self, seconds, connections, threads):
        """Runs wrk against it and returns wrk's numbers."""
        command = ["wrk", "-t", str(min(threads, connections)), "-c", str(connections), "-d", f"{seconds}s",
                   "--timeout", REQUEST_TIMEOUT, "-s", str(servers.MODULE / "post.lua"),
                   f"http://{self.server.host}:{self.server.port}/v2/models/{self.model}/infer", "--",
                   str(self.body.file)] + ([] if self.body.json_bytes is None else [str(self.body.json_bytes)])
        ran = subprocess.run(command, capture_output=True, text=True, timeout=seconds + 30, check=False)
        if ran.returncode != 0:
            raise servers.Failure(f"wrk ended with status {ran.returncode}:\n{ran.stdout}{ran.stderr}")
        return readings.wrk_result(ran.stdout)


class Times:
    """CPU time of the server, of wrk and of the whole machine up to one moment, in seconds."""

    def __init__(self, server):
        self.now = time.monotonic()
        self.server = server.cpu_ticks() / TICKS_PER_SECOND
        busy, stolen = readings.machine_ticks(pathlib.Path("/proc/stat").read_text())
        self.busy, self.stolen = busy / TICKS_PER_SECOND, stolen / TICKS_PER_SECOND
        used = resource.getrusage(resource.RUSAGE_CHILDREN)  # wrk's, or the engine loop's
        self.generator = used.ru_utime + used.ru_stime

    def disturbance(self, before):
        """Returns the cores that neither the server nor wrk had since then, though somebody did."""
        elapsed = self.now - before.now
        ours = self.server - before.server + self.generator - before.generator
        return {
            "others_cores": max(0.0, (self.busy - before.busy - ours) / elapsed),
            "stolen_cores": (self.stolen - before.stolen) / elapsed,
        }


def measure(target, connections, options, java):
    """Returns the figures of one window."""
    metrics_before = counters(target, options, java)
    before = Times(target.server)
    result = target.load(options.seconds, connections, options.threads)
    after = Times(target.server)
    metrics_after = counters(target, options, java)

    elapsed = after.now - before.now
    server = after.server - before.server
    requests = max(result["requests"], 1)

    def delta(name, **labels):
        return (readings.prometheus_total(metrics_after, name, **labels)
                - readings.prometheus_total(metrics_before, name, **labels))

    batches = delta("sluice_batch_rows_count", model=target.model)
    refused = (delta("sluice_requests_total") - delta("sluice_requests_total", outcome="success")
               - delta("sluice_requests_total", outcome="cancelled"))
    allocated = delta("jvm_gc_memory_allocated_bytes_total")
    return {
        "target": target.name,
        "body": target.body.name,
        "model": target.model,
        "connections": connections,
        "requests": result["requests"],
        "per_second": result["requests"] * 1e6 / result["micros"],
        "cpu_us": server * 1e6 / requests,
        "cores": server / elapsed,
        "p50_ms": result["p50_us"] / 1e3,
        "p99_ms": result["p99_us"] / 1e3,
        "errors": readings.wrk_errors(result),
        "refused": refused,
        "batch_rows": delta("sluice_batch_rows_sum", model=target.model) / batches if batches else None,
        "alloc_bytes": allocated / requests if options.alloc and target.batches else None,
        "generator_cores": (after.generator - before.generator) / elapsed,
        **after.disturbance(before),
        "wrk": result,
    }


def counters(target, options, java):
    """Returns the text of the metrics page, for the bare server an empty one."""
    if not target.batches:
        return ""
    if options.alloc:
        java.collect_garbage(target.server.pid)
    return target.server.ask("GET", "/metrics").decode()


def warm_up(target, options):
    """Loads the target until it answers at a steady rate; says what came of it."""
    rates = []
    start = time.monotonic()
    while True:
        result = target.load(options.warm_up_window, WARM_UP_CONNECTIONS, options.threads)
        rates.append(result["requests"] * 1e6 / result["micros"])
        spent = time.monotonic() - start
        steady = readings.settled(rates, WARM_UP_WINDOWS, WARM_UP_AGREEMENT)
        if (steady and spent >= options.warm_up) or spent >= options.warm_up_limit:
            break
    verdict = "settled" if steady else "NOT SETTLED"
    say(f"  {target.name}: {verdict} after {spent:.0f} s at {rates[-1]:.0f} req/s")
    return f"{target.name} {verdict} after {spent:.0f} s"


def make_bodies():
    """Writes the bodies and returns them."""
    numbers = random.Random(SEED)
    values = [numbers.random() for _ in range(PIXELS)]
    tensor = f'{{"inputs":[{{"name":"image","shape":[1,{PIXELS}],"datatype":"FP32",'
    text = ",".join(f"{value:.8f}" for value in values)
    raw = struct.pack(f"<{PIXELS}f", *values)
    head = f'{tensor}"parameters":{{"binary_data_size":{len(raw)}}}}}],"parameters":{{"binary_data_output":true}}}}'
    return [
        Body("mlp", "mlp", f'{tensor}"data":[{text}]}}]}}'.encode()),
        Body("mlp binary", "mlp", head.encode() + raw, len(head)),
        Body("digits", "digits", (servers.ROOT / "conf" / "demo" / "digits" / "7.json").read_bytes()),
    ]


def probabilities(answer, body):
    """Returns the ten numbers of an answer, which is in the form of its request."""
    if body.json_bytes is None:
        return json.loads(answer)["outputs"][0]["data"]
    return struct.unpack("<10f", answer[-40:])


def check_answers(gateway, bodies):
    """Makes sure that the gateway computes what it should, and returns how many bytes its longest answer has."""
    longest = 0
    for body in bodies:
        answer = gateway.ask("POST", f"/v2/models/{body.model}/infer", body.file.read_bytes(), body.headers)
        values = probabilities(answer, body)
        if len(values) != 10 or not math.isclose(sum(values), 1, abs_tol=1e-3):
            raise servers.Failure(f"not ten probabilities from {body.name}: {answer!r}")
        if body.name == "digits" and values.index(max(values)) != 7:
            raise servers.Failure(f"the digit 7 was read as another: {answer!r}")
        say(f"  {body.name}: body of {body.file.stat().st_size} bytes, answer of {len(answer)}")
        longest = max(longest, len(answer))
    return longest


def run(options):
    """Measures everything; returns (facts, warm-up verdicts, windows, engine results)."""
    servers.WORK.mkdir(parents=True, exist_ok=True)
    say("building what is stale")
    java = servers.Java()
    facts = report.facts(java, options)
    bodies = [body for body in make_bodies() if not options.bodies or body.name in options.bodies]
    if not bodies:
        raise servers.Failure(f"no such body: {options.bodies}")
    windows, engine = [], []
    say("starting the gateway (builds it first when its sources have changed)")
    with servers.start_gateway(options) as gateway:
        answer_bytes = check_answers(gateway, bodies)
        with servers.start_bare(java, options, answer_bytes) as bare:
            targets = [Target(server, body) for body in bodies for server in (bare, gateway)]
            say("warming up")
            warmed = [warm_up(target, options) for target in targets]
            for repeat in range(1, options.repeats + 1):
                say(f"repeat {repeat} of {options.repeats}")
                for connections in options.connections:
                    for target in targets:
                        window = measure(target, connections, options, java)
                        windows.append({"repeat": repeat, **window})
                        tell(window)
                if not options.no_engine:
                    say("  the engine alone")
                    before = Times(gateway)
                    results = servers.run_engine(java, options)
                    disturbance = Times(gateway).disturbance(before)
                    engine += [{"repeat": repeat, **one, **disturbance} for one in results]
    return facts, warmed, windows, engine


def tell(window):
    say(f"  {window['target']:<18} {window['connections']:>4} conns {window['per_second']:>8.0f} req/s "
        f"{window['cpu_us']:>7.1f} us  errors {window['errors']}  others {window['others_cores']:.2f} cores")
    if window["refused"]:
        say(f"    the gateway counted {window['refused']:.0f} answers other than success")


def write_report(options, facts, warmed, windows, engine):
    parts = ["\n".join(facts), "Warm-up: " + "; ".join(warmed) + ".", report.noise(windows + engine)]
    if options.quick:
        parts.append("**A quick run: too short to keep.**")
    if options.alloc:
        parts.append("With --alloc the heap is collected around each window: do not compare its CPU with other runs.")
    parts += [report.server_table(windows, options.alloc), report.ratio_table(windows, engine)]
    if engine:
        parts.append(report.engine_table(engine))
    print("\n\n".join(parts), flush=True)


def say(text):
    print(text, file=sys.stderr, flush=True)


def counts(text):
    values = [int(word) for word in text.split(",")]
    if not values or min(values) < 1:
        raise ValueError(text)
    return values


def positive(text):
    value = int(text)
    if value < 1:
        raise ValueError(text)
    return value


def parse_options(arguments):
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="about a minute; each option below still counts")
    parser.add_argument("--seconds", type=positive, help=f"length of a window, whole (default {FULL['seconds']})")
    parser.add_argument("--repeats", type=positive, help=f"windows for each line (default {FULL['repeats']})")
    parser.add_argument("--connections", type=counts, metavar="N,N", help="default 1,16,64,256")
    parser.add_argument("--bodies", type=lambda text: text.split(","), metavar="NAME,NAME",
                        help='default "mlp,mlp binary,digits"')
    parser.add_argument("--threads", type=positive, default=1, help="threads of wrk (default 1)")
    parser.add_argument("--loops", type=positive, default=len(os.sched_getaffinity(0)),
                        help="event loops of each server (default: one per core)")
    parser.add_argument("--set", action="append", default=[], metavar="KEY=VALUE", help="a setting for the gateway")
    parser.add_argument("--java-opts", default="-Xmx1g", help="JVM options for all (default -Xmx1g)")
    parser.add_argument("--alloc", action="store_true", help="also bytes allocated per request in the gateway")
    parser.add_argument("--no-engine", action="store_true", help="leave out the engine alone")
    parser.add_argument("--json", type=pathlib.Path, metavar="FILE", help="also write every window there")
    parser.add_argument("--self-test", action="store_true", help="check the parsers and the report, start nothing")
    options = parser.parse_args(arguments)
    for name, value in (QUICK if options.quick else FULL).items():
        if getattr(options, name, None) is None:
            setattr(options, name, value)
    return options


def check_machine():
    if not sys.platform.startswith("linux"):
        raise servers.Failure("this needs Linux: CPU time is read from /proc")
    if not shutil.which("wrk"):
        raise servers.Failure("wrk is needed, and there is none on the PATH: apt-get install wrk")


def main(arguments):
    options = parse_options(arguments)
    if options.self_test:
        readings.self_test()
        report.self_test()
        say("the parsers and the report are right")
        return 0
    # As Ctrl-C, so that whatever was started is ended on the way out.
    for name in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(name, signal.default_int_handler)
    try:
        check_machine()
        facts, warmed, windows, engine = run(options)
        write_report(options, facts, warmed, windows, engine)
        if options.json:
            options.json.write_text(json.dumps(
                {"facts": facts, "warm_up": warmed, "windows": windows, "engine": engine}, indent=1) + "\n")
    except servers.Failure as failure:
        say(f"bench: {failure}")
        return 1
    except KeyboardInterrupt:
        say("bench: stopped")
        return 130
    return 0 if not any(window["errors"] for window in windows) else 3


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
