#!/usr/bin/env python3
"""Swaps the version of a model again and again under steady load, and says what clients and the memory notice.

    python3 loadtest/swaps.py              50 swaps, about 5 minutes
    python3 loadtest/swaps.py --swaps 6    to see that it works; not for keeping

First clients that wait for their answers warm the server up, until its memory stays as it is from one window to the next: what
the compiler needs for the load is none of the swaps'. They also say what the server can do. Then the open-loop generator
asks for 70 per cent of that, first while nothing happens, then while one version after the other is copied into the
repository. The heap is fixed and touched from the start (--java-opts), so that all that grows lies outside of it; memory is read
after a collection of garbage, whose pause is among the latencies.

Prints a Markdown table and a line for each part of the target. Exit status 0, or 1 if a request failed, p99 grew to more than
1.5 times, or the memory by more than 5 per cent from the fifth swap to the last; 2 if it could not run; 3 if nothing is proven:
the generator could not keep to its plan, the swaps took longer than the load, the memory had not settled before the first one,
or requests failed while nothing happened.
"""

import argparse
import csv
import json
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import time

import servers

WINDOW_SECONDS = 15
MOST_WINDOWS = 10
SETTLED = 1.01
SHARE = 0.7
QUIET_SECONDS = 60
MOST_P99 = 1.5
MOST_MEMORY = 1.05
EARLY = 5
INVALID = 3


class Generator:
    """Runs of ./sluice loadtest against a server."""

    def __init__(self, gateway, model, before):
        self._command = [*before.split(), str(servers.ROOT / "sluice"), "loadtest"]
        self._options = ["--url", f"http://{gateway.host}:{gateway.port}", "--model", model]

    def begin(self, scenario, *arguments):
        """Its results lie in a folder of its own."""
        out = pathlib.Path(tempfile.mkdtemp(dir=servers.WORK))
        return out, subprocess.Popen([*self._command, scenario, *self._options, "--out", str(out), *map(str, arguments)],
                                     cwd=servers.ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)

    def capacity(self):
        """What clients get, each second, that wait for their answers."""
        _, run = self.begin("capacity", "--seconds", WINDOW_SECONDS, "--warmup", 1)
        said, _ = run.communicate(timeout=900)
        found = re.search(r"^capacity: ([\d,.]+)/s", said, re.MULTILINE)
        if not found:
            raise servers.Failure(f"the capacity could not be measured:\n{said[-2000:]}")
        return float(found[1].replace(",", ""))

    def open(self, rate, seconds):
        return self.begin("open", "--rate", f"{rate:.0f}", "--seconds", seconds, "--capacity", f"{rate / SHARE:.0f}")


def result(out, run):
    """Waits for a run; returns its summary as numbers, and whether it kept to its plan."""
    said, _ = run.communicate(timeout=900)
    found = list(out.glob("*/summary.csv"))
    if not found:
        raise servers.Failure(f"{' '.join(run.args)} ended with status {run.returncode}:\n{said[-2000:]}")
    with open(found[0], newline="") as file:
        row = next(csv.DictReader(file))
    return {name: float(value) for name, value in row.items() if name != "class"}, run.returncode != INVALID


FAILURES = ("throttled", "overloaded", "expired", "error", "broken", "gave_up")
"""Whatever is no answer, honest refusals among them: at that rate nobody has to be refused."""


def failed(summary):
    return int(sum(summary[name] for name in FAILURES))


class Memory:
    """What the kernel holds for the server once its garbage has been collected."""

    def __init__(self, gateway):
        home = subprocess.run([str(servers.ROOT / "sluice"), "java-home"], capture_output=True, text=True, check=True)
        self._pid = str(gateway.pid)
        self._jcmd = f"{home.stdout.strip()}/bin/jcmd"

    def mib(self):
        subprocess.run([self._jcmd, self._pid, "GC.run"], capture_output=True, timeout=60, check=True)
        time.sleep(1)  # direct memory follows its buffers
        for line in pathlib.Path(f"/proc/{self._pid}/status").read_text().splitlines():
            if line.startswith("VmRSS"):
                return int(line.split()[1]) / 1024
        raise servers.Failure("the server's memory cannot be read")


def newest_ready(gateway, model):
    models = json.loads(gateway.ask("GET", "/v2/models"))["models"]
    return max(int(each["version"]) for each in models if each["name"] == model and each["state"] == "ready")


def swap(gateway, repository, version, model):
    """Copies a version into the repository, and returns when it serves."""
    coming = repository / f".{version}"
    shutil.copytree(repository / "1", coming)
    coming.rename(repository / str(version))
    limit = time.monotonic() + 60
    while newest_ready(gateway, model) != version:
        if time.monotonic() > limit:
            raise servers.Failure(f"version {version} does not serve")
        time.sleep(0.1)


def swaps(gateway, repository, options, memory):
    """One every so many seconds; returns the memory after the first few and after the last."""
    found = {}
    begun = time.monotonic()
    for number in range(1, options.swaps + 1):
        swap(gateway, repository, number + 1, options.model)
        time.sleep(max(0.0, begun + number * options.every - time.monotonic()))
        if number in (EARLY, options.swaps):
            found[number] = memory.mib()
    return found


def warm_up(generator, memory):
    """Returns the capacity when the memory has settled, and after how many seconds that was; None if it never was."""
    before = 0
    for window in range(1, MOST_WINDOWS + 1):
        capacity = generator.capacity()
        now = memory.mib()
        if now <= SETTLED * before:
            return capacity, window * WINDOW_SECONDS
        before = now
    return capacity, None


def measure(gateway, repository, options):
    generator = Generator(gateway, options.model, options.generator)
    memory = Memory(gateway)
    capacity, warm_seconds = warm_up(generator, memory)
    rate = options.rate or SHARE * capacity
    quiet, quiet_valid = result(*generator.open(rate, QUIET_SECONDS))
    out, run = generator.open(rate, options.swaps * options.every + 5)
    found = swaps(gateway, repository, options, memory)
    in_time = run.poll() is None
    swapping, valid = result(out, run)
    return {"capacity": capacity, "rate": rate, "warm": warm_seconds, "quiet": quiet, "swapping": swapping,
            "memory": found, "planned": quiet_valid and valid, "in_time": in_time}


def doubts(found):
    """Why a run proves nothing; empty if it does."""
    quiet = failed(found["quiet"])
    return [sentence for holds, sentence in (
        (found["planned"], "the generator could not keep to its plan"),
        (found["in_time"], "the load ended before the last swap"),
        (found["warm"] is not None, "the memory had not settled before the first swap"),
        (quiet == 0, f"{quiet} requests failed while nothing happened")) if not holds]


def judge(passed, sentence):
    print(f"{'PASSED' if passed else 'FAILED'}  {sentence}")
    return passed


def tell(options, found):
    """Prints the table and the verdicts; returns whether all passed."""
    quiet, swapping, memory = found["quiet"], found["swapping"], found["memory"]
    warm = f"memory had settled after {found['warm']} s" if found["warm"] else "memory had NOT settled"
    print(f"{options.model}, {found['rate']:.0f} requests a second of {found['capacity']:.0f} that the server can do; {warm}; "
          f"{options.java_opts}\n")
    print(f"| | nothing happens | {options.swaps} swaps |\n|---|---|---|")
    for name in ("requests", "late", *FAILURES):
        if quiet[name] or swapping[name] or name in ("requests", "late"):
            print(f"| {name} | {quiet[name]:.0f} | {swapping[name]:.0f} |")
    print(f"| p50, p99, ms | {quiet['p50_ms']:.1f}, {quiet['p99_ms']:.1f} | "
          f"{swapping['p50_ms']:.1f}, {swapping['p99_ms']:.1f} |")
    early, last = memory[min(memory)], memory[max(memory)]
    print(f"| resident memory, MiB | | {early:.0f} after {min(memory)}, {last:.0f} after {max(memory)} |\n")
    ratio = swapping["p99_ms"] / quiet["p99_ms"]
    passed = [
        judge(failed(swapping) == 0, f"{failed(swapping)} requests failed; none may"),
        judge(ratio <= MOST_P99, f"p99 {ratio:.2f} times as long as without; {MOST_P99} is allowed"),
        judge(last <= early * MOST_MEMORY, f"resident memory {last / early:.3f} times; {MOST_MEMORY} is allowed")]
    return all(passed)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--swaps", type=int, default=50, help=f"at least {EARLY + 1} (default 50)")
    parser.add_argument("--every", type=float, default=3, help="seconds from one to the next (default 3)")
    parser.add_argument("--model", default="milli", help="a folder of loadtest/models (default milli)")
    parser.add_argument("--rate", type=float, default=0, help="requests a second (default 70 per cent of the capacity)")
    parser.add_argument("--set", action="append", default=[], metavar="KEY=VALUE", help="a setting for the gateway")
    parser.add_argument("--java-opts", default="-Xms256m -Xmx256m -XX:+AlwaysPreTouch", help="JVM options of the gateway")
    parser.add_argument("--server", default="", metavar="COMMAND", help="before the server's, as in 'taskset -c 0'")
    parser.add_argument("--generator", default="", metavar="COMMAND", help="before the generator's")
    options = parser.parse_args()
    if options.swaps <= EARLY:
        parser.error(f"--swaps takes at least {EARLY + 1}")
    servers.WORK.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=servers.WORK) as folder:
        repository = pathlib.Path(folder) / options.model
        shutil.copytree(servers.MODULE / "models" / options.model, repository)
        command = [*options.server.split(), str(servers.ROOT / "sluice"), "serve", "--port", "0", "--models", folder]
        for setting in ["worker.control.poll=200ms", "worker.control.settle=0s", *options.set]:
            command += ["--set", setting]
        try:
            environment = servers.environment(options.java_opts)
            with servers.Server("swaps", command, environment, servers.BUILD_SECONDS) as gateway:
                found = measure(gateway, repository, options)
        except servers.Failure as failure:
            print(f"swaps: {failure}", file=sys.stderr)
            return 2
    passed = tell(options, found)
    for doubt in doubts(found):
        print(f"INVALID  {doubt}")
    return INVALID if doubts(found) else 0 if passed else 1


if __name__ == "__main__":
    sys.exit(main())
