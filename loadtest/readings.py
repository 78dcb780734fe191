"""Reads what wrk, the kernel, the gateway's metrics page and the engine loop print. Pure: text in, numbers out.

bench.py --self-test checks it, without starting anything.
"""

import json
import re

_SAMPLE = re.compile(r"([A-Za-z_:][\w:]*)(?:\{(.*)\})?\s+(\S+)(?:\s+-?\d+)?")
_LABEL = re.compile(r'(\w+)="((?:[^"\\]|\\.)*)"')


def wrk_result(text):
    """Returns the numbers of post.lua's last line as a dict."""
    lines = [line for line in text.splitlines() if line.startswith("result ")]
    if not lines:
        raise ValueError(f"wrk printed no result:\n{text}")
    return json.loads(lines[-1].removeprefix("result "))


def wrk_errors(result):
    """Returns how many answers were not 2xx or did not come at all."""
    return sum(result[kind] for kind in ("non_2xx", "connect", "read", "write", "timeout"))


def process_ticks(stat):
    """Returns user and system time of a process from the text of /proc/PID/stat, in clock ticks."""
    # The program's name stands in parentheses and may itself hold blanks and parentheses.
    fields = stat.rpartition(")")[2].split()
    return int(fields[11]) + int(fields[12])


def machine_ticks(stat):
    """Returns (busy, stolen) of all cores together from the text of /proc/stat, in clock ticks."""
    for line in stat.splitlines():
        if line.startswith("cpu "):
            user, nice, system, _idle, _iowait, irq, softirq, steal = map(int, line.split()[1:9])
            return user + nice + system + irq + softirq, steal
    raise ValueError("no line of all cores in /proc/stat")


def prometheus_total(text, name, **labels):
    """Returns the sum of the samples of that name that carry all those labels; 0 where there is none."""
    total = 0.0
    for line in text.splitlines():
        match = _SAMPLE.fullmatch(line.strip())
        if match and match[1] == name:
            found = dict(_LABEL.findall(match[2] or ""))
            if all(found.get(label) == value for label, value in labels.items()):
                total += float(match[3])
    return total


def engine_lines(text):
    """Returns RawOnnxLoop's results, a dict each."""
    results = []
    for line in text.splitlines():
        if line.startswith("engine model="):
            pairs = dict(pair.split("=", 1) for pair in line.split()[1:])
            results.append({
                "model": pairs["model"],
                "callers": int(pairs["callers"]),
                "batch": int(pairs["batch"]),
                "images_per_s": float(pairs["images_per_s"]),
                "cpu_us": float(pairs["cpu_us_per_image"]),
            })
    return results


def ready_url(log):
    """Returns host and port from a server's ready line, or None as long as there is none."""
    match = re.search(r"^\w+ ready on http://([\d.]+):(\d+) ", log, re.MULTILINE)
    return (match[1], int(match[2])) if match else None


def java_major(text):
    """Returns the major number from what java -version prints."""
    match = re.search(r'version "(\d+)', text)
    if not match:
        raise ValueError(f"no version in {text!r}")
    return int(match[1])


def settled(rates, windows, tolerance):
    """Says whether the last so many rates lie within the tolerance of the largest of them."""
    last = rates[-windows:]
    return len(last) == windows and max(last) - min(last) <= tolerance * max(last)


# ---- The self-test ---------------------------------------------------------------------------------------------------

_WRK = """Running 2s test @ http://127.0.0.1:1/v2/models/mlp/infer
  1 threads and 16 connections
  Thread Stats   Avg      Stdev     Max   +/- Stdev
    Latency   512.03us  101.11us   9.12ms   91.02%
  61234 requests in 2.10s, 20.00MB read
  Socket errors: connect 0, read 3, write 0, timeout 1
  Non-2xx or 3xx responses: 5

result {"requests": 61234, "micros": 2100123, "p50_us": 500, "p99_us": 990, "max_us": 9120, "non_2xx": 5, \
"connect": 0, "read": 3, "write": 0, "timeout": 1}
"""

_PROCESS = "4711 (a (name) 9 S 1) S 1 4711 4711 0 -1 4194560 9 0 0 0 250 75 1 2 20 0 33 0 5 6 7 8"

_MACHINE = """cpu  100 20 300 4000 50 6 7 8 0 0
cpu0 50 10 150 2000 25 3 3 4 0 0
intr 1
"""

_METRICS = """# HELP sluice_batch_rows rows
# TYPE sluice_batch_rows histogram
sluice_batch_rows_bucket{model="mlp",version="1",le="1.0"} 3
sluice_batch_rows_count{model="mlp",version="1"} 4
sluice_batch_rows_count{model="mlp",version="2"} 2
sluice_batch_rows_sum{model="mlp",version="1"} 1.0E2
sluice_batch_rows_sum{model="odd \\"}name",version="1"} 7.0
jvm_gc_memory_allocated_bytes_total 1.048576E7
"""

_ENGINE = """warning: something else
engine model=mlp callers=2 batch=32 images_per_s=1393000 cpu_us_per_image=1.430
"""


def self_test():
    """Raises AssertionError where a reading is wrong."""
    result = wrk_result("\n" + _WRK)
    assert result["requests"] == 61234 and result["p99_us"] == 990 and wrk_errors(result) == 9
    try:
        wrk_result("unable to connect to 127.0.0.1:1 Connection refused\n")
        raise AssertionError("a failed wrk has a result")
    except ValueError:
        pass

    assert process_ticks(_PROCESS) == 325
    assert machine_ticks(_MACHINE) == (433, 8)

    assert prometheus_total(_METRICS, "sluice_batch_rows_count", model="mlp") == 6
    assert prometheus_total(_METRICS, "sluice_batch_rows_count", model="mlp", version="2") == 2
    assert prometheus_total(_METRICS, "sluice_batch_rows_sum", model="mlp") == 100
    assert prometheus_total(_METRICS, "sluice_batch_rows_sum", version="1") == 107
    assert prometheus_total(_METRICS, "sluice_batch_rows_sum", model="none") == 0
    assert prometheus_total(_METRICS, "jvm_gc_memory_allocated_bytes_total") == 10485760

    assert engine_lines(_ENGINE) == [
        {"model": "mlp", "callers": 2, "batch": 32, "images_per_s": 1393000.0, "cpu_us": 1.43}]

    assert ready_url("INFO x\nsluice ready on http://127.0.0.1:36745 (1 models, 1060 ms)\n") == ("127.0.0.1", 36745)
    assert ready_url("INFO is ready: 2 instances\n") is None

    assert java_major('openjdk version "25.0.3" 2026-04-21 LTS') == 25
    assert java_major('Picked up _JAVA_OPTIONS: -Xmx1g\nopenjdk version "21" 2023') == 21

    assert not settled([100, 100], 3, 0.05)
    assert settled([10, 100, 96, 95], 3, 0.05)
    assert not settled([100, 96, 94], 3, 0.05)
