#!/usr/bin/env python3
"""Swaps the version of a model again and again under steady load, and says what clients and the memory notice.

    python3 loadtest/swaps.py              50 swaps, about 3 minutes
    python3 loadtest/swaps.py --swaps 5    to see that it works; not for keeping

The open-loop generator asks at --rate, which should be 70 per cent of what the server does: first while nothing happens, then
while one version after the other is copied into the repository. Memory is read after a collection of garbage, whose pause is
among the latencies. Prints a Markdown table. Exit status 0, or 1 if a request failed, p99 grew to more than 1.5 times, or
the memory by more than 5 per cent from the fifth swap to the last; 2 if it could not run; 3 if the generator could not keep
to its plan, so that nothing is proven.
"""

import argparse
import csv
import json
import pathlib
import shutil
import subprocess
import sys
import tempfile
import time

import servers

WARM_SECONDS = 15
MOST_P99 = 1.5
MOST_MEMORY = 1.05
EARLY = 5
INVALID = 3


def loadtest(gateway, options, scenario, *arguments):
    """Begins a run of the generator; its results lie in a folder of its own."""
    out = pathlib.Path(tempfile.mkdtemp(dir=servers.WORK))
    command = [str(servers.ROOT / "sluice"), "loadtest", scenario, "--url", f"http://{gateway.host}:{gateway.port}",
               "--model", options.model, "--out", str(out), *map(str, arguments)]
    return out, subprocess.Popen(command, cwd=servers.ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)


def result(out, run):
    """Waits for a run; returns its summary as numbers, and whether it kept to its plan."""
    said, _ = run.communicate(timeout=900)
    found = list(out.glob("*/summary.csv"))
    if not found:
        raise servers.Failure(f"{' '.join(run.args[1:3])} ended with status {run.returncode}:\n{said[-2000:]}")
    with open(found[0], newline="") as file:
        row = next(csv.DictReader(file))
    return {name: float(value) for name, value in row.items() if name != "class"}, run.returncode != INVALID


def failed(summary):
    return int(sum(summary[name] for name in ("throttled", "overloaded", "expired", "error", "broken")))


def resident_mib(gateway):
    for line in pathlib.Path(f"/proc/{gateway.pid}/status").read_text().splitlines():
        if line.startswith("VmRSS"):
            return int(line.split()[1]) / 1024
    raise servers.Failure("the server's memory cannot be read")


def collect(gateway):
    """What is garbage is no leak: memory is read without it."""
    home = subprocess.run([str(servers.ROOT / "sluice"), "java-home"], capture_output=True, text=True, check=True)
    subprocess.run([f"{home.stdout.strip()}/bin/jcmd", str(gateway.pid), "GC.run"], capture_output=True, timeout=60,
                   check=True)
    time.sleep(0.5)  # direct memory follows its buffers


def newest_ready(gateway, model):
    models = json.loads(gateway.ask("GET", "/v2/models"))["models"]
    return max(int(each["version"]) for each in models if each["name"] == model and each["state"] == "ready")


def swap(gateway, repository, options):
    """Copies one version after the other, each when the one before serves and the one before that has gone.

    Returns the memory after the first few and after the last, as it is once garbage has been collected.
    """
    memory = {}
    for version in range(2, options.swaps + 2):
        coming = repository / f".{version}"
        shutil.copytree(repository / "1", coming)
        coming.rename(repository / str(version))
        limit = time.monotonic() + 60
        while newest_ready(gateway, options.model) != version:
            if time.monotonic() > limit:
                raise servers.Failure(f"version {version} does not serve")
            time.sleep(0.1)
        time.sleep(1)
        if version - 1 in (EARLY, options.swaps):
            collect(gateway)
            memory[version - 1] = resident_mib(gateway)
    return memory


def measure(gateway, repository, options):
    said = subprocess.run([str(servers.ROOT / "sluice"), "loadtest", "capacity", "--url",
                           f"http://{gateway.host}:{gateway.port}", "--model", options.model, "--seconds",
                           str(WARM_SECONDS), "--out", tempfile.mkdtemp(dir=servers.WORK)],
                          cwd=servers.ROOT, capture_output=True, text=True, timeout=900, check=False)
    # This is to warm the server up; the rate is what was asked for.
    if said.returncode not in (0, INVALID):
        raise servers.Failure(f"the capacity could not be measured:\n{said.stdout[-1000:]}{said.stderr[-1000:]}")
    rate = options.rate
    seconds = options.swaps * 2 + 5
    out, run = loadtest(gateway, options, "open", "--rate", rate, "--seconds", seconds)
    quiet, quiet_valid = result(out, run)
    out, run = loadtest(gateway, options, "open", "--rate", rate, "--seconds", seconds)
    memory = swap(gateway, repository, options)
    swapping, valid = result(out, run)
    return quiet, swapping, memory, quiet_valid and valid


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--swaps", type=int, default=50)
    parser.add_argument("--model", default="milli", help="a folder of loadtest/models (default milli)")
    parser.add_argument("--rate", type=float, default=500,
                        help="requests a second; 70 per cent of what the server does (default 500, for milli on two cores)")
    parser.add_argument("--set", action="append", default=[], metavar="KEY=VALUE", help="a setting for the gateway")
    options = parser.parse_args()
    servers.WORK.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=servers.WORK) as folder:
        repository = pathlib.Path(folder) / options.model
        shutil.copytree(servers.MODULE / "models" / options.model, repository)
        command = [str(servers.ROOT / "sluice"), "serve", "--port", "0", "--models", folder]
        for setting in ["worker.control.poll=200ms", "worker.control.settle=0s", *options.set]:
            command += ["--set", setting]
        try:
            with servers.Server("swaps", command, servers.environment("-Xmx1g"), servers.BUILD_SECONDS) as gateway:
                quiet, swapping, memory, valid = measure(gateway, repository, options)
        except servers.Failure as failure:
            print(f"swaps: {failure}", file=sys.stderr)
            return 2
    early, last = memory[min(memory)], memory[max(memory)]
    ratio = swapping["p99_ms"] / quiet["p99_ms"]
    print("| | nothing happens | " + f"{options.swaps} swaps |\n|---|---|---|")
    print(f"| requests | {quiet['requests']:.0f} | {swapping['requests']:.0f} |")
    print(f"| failed | {failed(quiet)} | {failed(swapping)} |")
    print(f"| late | {quiet['late']:.0f} | {swapping['late']:.0f} |")
    print(f"| p50, p99, ms | {quiet['p50_ms']:.1f}, {quiet['p99_ms']:.1f} | "
          f"{swapping['p50_ms']:.1f}, {swapping['p99_ms']:.1f} ({ratio:.2f} times) |")
    print(f"| resident memory, MiB | | {early:.0f} after {min(memory)}, {last:.0f} after {max(memory)} "
          f"({last / early:.3f} times) |")
    if not valid:
        print("\nINVALID: the generator could not keep to its plan")
        return INVALID
    return 0 if failed(swapping) == 0 and ratio <= MOST_P99 and last <= early * MOST_MEMORY else 1


if __name__ == "__main__":
    sys.exit(main())
