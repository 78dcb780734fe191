"""Turns the windows of a run into Markdown: medians with their range, and ratios taken inside each repeat."""

import datetime
import os
import pathlib
import platform
import re
import statistics
import subprocess

OTHERS_CORES = 0.1
"""A machine on which other processes use more than this is not quiet."""

STOLEN_CORES = 0.02
"""The same for what the hypervisor takes away."""


def spread(values, digits=0):
    """Returns `median [least-most]`, or the one value."""
    values = list(values)
    middle = f"{statistics.median(values):.{digits}f}"
    if len(values) == 1:
        return middle
    return f"{middle} [{min(values):.{digits}f}-{max(values):.{digits}f}]"


def table(header, rows):
    lines = [header, ["---"] + ["---:"] * (len(header) - 1), *rows]
    return "\n".join("| " + " | ".join(map(str, line)) + " |" for line in lines)


def facts(java, options):
    """Returns the lines that say what was measured, on what."""
    cpu = re.search(r"^model name\s*:\s*(.*)$", pathlib.Path("/proc/cpuinfo").read_text(), re.MULTILINE)
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    changed = " with uncommitted changes" if _git("status", "--porcelain") else ""
    wrk = subprocess.run(["wrk", "--version"], capture_output=True, text=True, check=False).stdout.split("\n")[0]
    return [
        f"- When: {datetime.datetime.now(datetime.timezone.utc):%Y-%m-%d %H:%M} UTC",
        f"- Commit: {_git('rev-parse', '--short=12', 'HEAD') or 'unknown'}{changed}",
        f"- CPU: {cpu[1] if cpu else platform.machine()}, {len(os.sched_getaffinity(0))} cores, {memory:.0f} GiB",
        f"- Kernel: {platform.system()} {platform.release()}",
        f"- JDK: {java.version}; options `{options.java_opts}`",
        f"- Generator: {wrk.split(' Copyright')[0]}, {options.threads} thread(s), same machine, loopback",
        f"- Servers: {options.loops} event loops each"
        + (f"; gateway with `{' '.join(options.set)}`" if options.set else ""),
        f"- Windows: {options.repeats} x {options.seconds} s for each line, interleaved; engine {options.engine_seconds} s",
    ]


def _git(*arguments):
    ran = subprocess.run(["git", *arguments], cwd=pathlib.Path(__file__).parent, capture_output=True, text=True,
                         check=False)
    return ran.stdout.strip()


def noise(windows):
    """Returns a sentence on whether the machine was quiet."""
    loud = [one for one in windows if one["others_cores"] > OTHERS_CORES or one["stolen_cores"] > STOLEN_CORES]
    if not loud:
        return "The machine was quiet: other processes never used more than " \
               f"{max(one['others_cores'] for one in windows):.2f} cores in a window."
    return f"**NOISY, do not keep:** in {len(loud)} of {len(windows)} windows other processes used more than " \
           f"{OTHERS_CORES} cores (worst {max(one['others_cores'] for one in loud):.2f}), or the hypervisor took more " \
           f"than {STOLEN_CORES} (worst {max(one['stolen_cores'] for one in loud):.2f})."


def server_table(windows, with_alloc):
    header = ["server / model", "conns", "req/s", "CPU us/req", "server cores", "wrk cores", "p50 ms", "p99 ms",
              "rows/batch", "errors"] + (["bytes/req"] if with_alloc else [])
    rows = []
    for (target, connections), group in _grouped(windows, "target", "connections").items():
        row = [target, connections]
        row += [spread((one[key] for one in group), digits) for key, digits in (
            ("per_second", 0), ("cpu_us", 1), ("cores", 2), ("generator_cores", 2), ("p50_ms", 2), ("p99_ms", 2),
        )]
        batched = [one["batch_rows"] for one in group if one["batch_rows"] is not None]
        row += [spread(batched, 1) if batched else "", sum(one["errors"] for one in group)]
        if with_alloc:
            allocated = [one["alloc_bytes"] for one in group if one["alloc_bytes"] is not None]
            row.append(spread(allocated) if allocated else "")
        rows.append(row)
    return table(header, rows)


def ratio_table(windows, engine):
    """Each ratio is taken between figures of the same repeat, since machines drift."""
    header = ["body", "conns", "CPU/req, gateway : bare", "req/s, gateway : bare", "req/s, gateway : engine alone"]
    by_key = {(one["repeat"], one["target"], one["connections"]): one for one in windows}
    best = {}
    for one in engine:
        key = one["repeat"], one["model"]
        best[key] = max(best.get(key, 0), one["images_per_s"])
    rows = []
    for (body, model, connections), group in _grouped(windows, "body", "model", "connections").items():
        gateways = [one for one in group if one["target"].startswith("sluice")]
        pairs = [(one, by_key[one["repeat"], f"bare / {body} body", connections]) for one in gateways]
        rows.append([
            body,
            connections,
            spread((one["cpu_us"] / bare["cpu_us"] for one, bare in pairs), 2),
            spread((one["per_second"] / bare["per_second"] for one, bare in pairs), 2),
            spread((one["per_second"] / best[one["repeat"], model] for one in gateways), 3) if best else "",
        ])
    return table(header, rows)


def engine_table(engine):
    header = ["model", "callers", "batch", "images/s", "CPU us/image"]
    rows = [
        [*key, spread(one["images_per_s"] for one in group), spread((one["cpu_us"] for one in group), 2)]
        for key, group in _grouped(engine, "model", "callers", "batch").items()
    ]
    return table(header, rows)


def _grouped(records, *keys):
    groups = {}
    for record in records:
        groups.setdefault(tuple(record[key] for key in keys), []).append(record)
    return dict(sorted(groups.items()))


def self_test():
    """Raises AssertionError where a table is wrong."""
    assert spread([3, 1, 2]) == "2 [1-3]"
    assert spread([1.26], 1) == "1.3"

    def window(repeat, target, per_second, cpu_us):
        return {"repeat": repeat, "target": target, "body": "mlp", "model": "mlp", "connections": 64, "per_second": per_second,
                "cpu_us": cpu_us, "cores": 1, "generator_cores": 1, "p50_ms": 1, "p99_ms": 2, "batch_rows": None,
                "errors": repeat, "others_cores": 0.01, "stolen_cores": 0}

    windows = [window(1, "bare / mlp body", 1000, 10), window(1, "sluice / mlp", 500, 40),
               window(2, "bare / mlp body", 2000, 20), window(2, "sluice / mlp", 500, 40)]
    engine = [{"repeat": repeat, "model": "mlp", "images_per_s": rate} for repeat in (1, 2) for rate in (5000, 1000)]
    # Within the repeats 4 and 2; medians over both first would give 40 : 15.
    assert ratio_table(windows, engine).splitlines()[-1] == (
        "| mlp | 64 | 3.00 [2.00-4.00] | 0.38 [0.25-0.50] | 0.100 [0.100-0.100] |")
    assert server_table(windows, False).splitlines()[-1] == (
        "| sluice / mlp | 64 | 500 [500-500] | 40.0 [40.0-40.0] | 1.00 [1.00-1.00] | 1.00 [1.00-1.00] "
        "| 1.00 [1.00-1.00] | 2.00 [2.00-2.00] |  | 3 |")
    assert "quiet" in noise(windows)
    assert "NOISY" in noise([*windows, {"others_cores": 0.5, "stolen_cores": 0}])
