#!/usr/bin/env python3
"""Loads many small models, and says what they cost: at the start, idle, and the one among them that is asked.

    python3 loadtest/many.py                 200 models, about 8 minutes
    python3 loadtest/many.py --models 20     to see that it works; not for keeping

Each is the model "mlp" under a name and with bytes of its own, so that none knows what another one has measured. Starts a
server with one of them and a server with all, twice: the second start knows the measurements of the first. Then one model
is asked on both servers, in windows that alternate. Prints a Markdown table. Needs what bench.py needs. Exit status 0, or 1
if the hot model keeps less than 95 per cent of its throughput among the others; 2 if it could not run.
"""

import argparse
import contextlib
import os
import pathlib
import statistics
import sys
import tempfile
import time

import bench
import servers

HOT = "m000"
LEAST_SHARE = 0.95
IDLE_SECONDS = 20
START_SECONDS = 900
DOC_STRING = 6 << 3 | 2
"""The key of a field that says nothing to the engine; what is appended to a message counts as part of it."""


def repository(folder, count):
    """Makes the models; a few bytes behind each file make it another one."""
    content = (servers.MODELS["mlp"] / "1" / "model.onnx").read_bytes()
    for number in range(count):
        name = f"m{number:03}"
        version = folder / name / "1"
        version.mkdir(parents=True)
        (version / "model.onnx").write_bytes(content + bytes([DOC_STRING, len(name)]) + name.encode())
    return folder


def resident_mib(server):
    for line in pathlib.Path(f"/proc/{server.pid}/status").read_text().splitlines():
        if line.startswith("VmRSS"):
            return int(line.split()[1]) / 1024
    raise servers.Failure("the server's memory cannot be read")


def threads(server):
    return len(os.listdir(f"/proc/{server.pid}/task"))


@contextlib.contextmanager
def started(name, folder, cache, options):
    """Starts a server with the models in that folder; gives it with the seconds that its start took."""
    command = [str(servers.ROOT / "sluice"), "serve", "--port", "0", "--models", str(folder),
               "--set", f"worker.profile_cache={cache}"]
    for setting in options.set:
        command += ["--set", setting]
    begin = time.monotonic()
    with servers.Server(name, command, servers.environment(options.java_opts), START_SECONDS) as server:
        yield server, time.monotonic() - begin


def idle_cores(server):
    before = server.cpu_ticks()
    time.sleep(IDLE_SECONDS)
    return (server.cpu_ticks() - before) / os.sysconf("SC_CLK_TCK") / IDLE_SECONDS


def figures(server, start, java):
    """What a server is like that has just started."""
    java.collect_garbage(server.pid)
    return {"start": start, "memory": resident_mib(server), "threads": threads(server), "idle": idle_cores(server)}


def window(target, options):
    """Returns requests a second, and CPU microseconds of the server for each."""
    before = bench.Times(target.server)
    result = target.load(options.seconds, options.connections, 1)
    after = bench.Times(target.server)
    return result["requests"] * 1e6 / result["micros"], (after.server - before.server) * 1e6 / max(1, result["requests"])


def run(options, work):
    java = servers.Java()
    body = next(each for each in bench.make_bodies() if each.name == "mlp binary")
    body.model = HOT
    one, many = repository(work / "one", 1), repository(work / "many", options.models)
    cold = []
    for name, folder in (("alone", one), ("among", many)):
        with started(f"{name}-cold", folder, work / name, options) as (server, seconds):
            cold.append(seconds)
    with started("alone", one, work / "alone", options) as (alone, alone_start), \
            started("among", many, work / "among", options) as (among, among_start):
        facts = [figures(alone, alone_start, java), figures(among, among_start, java)]
        targets = [bench.Target(server, body) for server in (alone, among)]
        for target in targets:
            bench.warm_up(target, options)
        windows = [[window(target, options) for target in targets] for _ in range(options.repeats)]
    return cold, facts, windows


def tell(options, cold, facts, windows):
    """Prints the table; returns the share of its throughput that the hot model keeps."""
    alone, among = facts
    others = max(1, options.models - 1)
    rates, costs = ([[pair[at] for pair in each] for each in windows] for at in (0, 1))
    share = statistics.median(pair[1] / pair[0] for pair in rates)
    cost = statistics.median(pair[1] / pair[0] for pair in costs)
    print(f"| | one model | {options.models} models | for each more |\n|---|---|---|---|")
    print(f"| first start, s | {cold[0]:.1f} | {cold[1]:.1f} | {(cold[1] - cold[0]) / others:.3f} |")
    for key, name, digits in (("start", "next start, s", 1), ("memory", "resident memory, MiB", 0),
                              ("threads", "threads", 0), ("idle", "cores while idle", 4)):
        each = (among[key] - alone[key]) / others
        print(f"| {name} | {alone[key]:.{digits}f} | {among[key]:.{digits}f} | {each:.{digits + 2}f} |")
    print(f"| the hot one, requests a second | {statistics.median(pair[0] for pair in rates):.0f} "
          f"| {statistics.median(pair[1] for pair in rates):.0f} ({share:.3f} times) | |")
    print(f"| the hot one, us of CPU for each | {statistics.median(pair[0] for pair in costs):.1f} "
          f"| {statistics.median(pair[1] for pair in costs):.1f} ({cost:.3f} times) | |")
    return share


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--models", type=int, default=200)
    parser.add_argument("--seconds", type=int, default=4, help="length of a window, whole (default 4)")
    parser.add_argument("--repeats", type=int, default=9, help="windows for each server (default 9)")
    parser.add_argument("--connections", type=int, default=64)
    parser.add_argument("--set", action="append", default=[], metavar="KEY=VALUE", help="a setting for both gateways")
    parser.add_argument("--java-opts", default="-Xmx1g", help="JVM options for both (default -Xmx1g)")
    options = parser.parse_args()
    for name in ("warm_up", "warm_up_limit", "warm_up_window"):
        setattr(options, name, bench.FULL[name])
    options.threads = 1
    servers.WORK.mkdir(parents=True, exist_ok=True)
    try:
        bench.check_machine()
        with tempfile.TemporaryDirectory(dir=servers.WORK) as folder:
            share = tell(options, *run(options, pathlib.Path(folder)))
    except servers.Failure as failure:
        print(f"many: {failure}", file=sys.stderr)
        return 2
    return 0 if share >= LEAST_SHARE else 1


if __name__ == "__main__":
    sys.exit(main())
