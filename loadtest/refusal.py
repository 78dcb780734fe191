#!/usr/bin/env python3
"""Measures what a refusal costs beside a bare server that reads and drops the same body, and prints a Markdown table.

    python3 loadtest/refusal.py            about 2 minutes
    python3 loadtest/refusal.py --quick    to see that it works; not for keeping

The gateway is allowed one request an hour to each model, so that it refuses all others by their heads. Needs what
bench.py needs, and has its options; the windows of both servers alternate.
"""

import argparse
import statistics
import sys

import bench
import readings
import report
import servers

CONNECTIONS = bench.WARM_UP_CONNECTIONS
LIMITS = 'limits.models=["mlp: 1 requests/h", "digits: 1 requests/h"]'
ANSWER_BYTES = 200
"""What the bare server answers: about as much as a refusal is, with the headers that the bare server does not send."""


def window(target, options):
    """Returns CPU microseconds of the server for each request of one window."""
    before = bench.Times(target.server)
    result = target.load(options.seconds, CONNECTIONS, options.threads)
    after = bench.Times(target.server)
    if target.batches and result["non_2xx"] != result["requests"]:
        raise servers.Failure(f"{result['requests'] - result['non_2xx']} requests were not refused")
    broken = readings.wrk_errors(result) - result["non_2xx"]
    if broken:
        raise servers.Failure(f"{broken} requests found no answer at all")
    return (after.server - before.server) * 1e6 / max(result["requests"], 1), after.disturbance(before)


def use_up(gateway, bodies):
    """Spends what the gateway allows."""
    for body in bodies:
        gateway.ask("POST", f"/v2/models/{body.model}/infer", body.file.read_bytes(), body.headers)


def run(options):
    servers.WORK.mkdir(parents=True, exist_ok=True)
    java = servers.Java()
    options.set.append(LIMITS)
    bodies = [body for body in bench.make_bodies() if body.json_bytes is None]
    print("\n".join(report.facts(java, options)))
    print("\n| body | bare, us CPU | refused, us CPU | ratio of the medians | others' cores, most |")
    print("|---|---|---|---|---|")
    with servers.start_gateway(options) as gateway, servers.start_bare(java, options, ANSWER_BYTES) as bare:
        use_up(gateway, bodies)
        for body in bodies:
            targets = [bench.Target(bare, body), bench.Target(gateway, body)]
            for target in targets:
                bench.warm_up(target, options)
            costs, others = ([], []), 0.0
            for _ in range(options.repeats):
                for target, cost in zip(targets, costs):
                    micros, disturbance = window(target, options)
                    cost.append(micros)
                    others = max(others, disturbance["others_cores"])
            ratio = statistics.median(costs[1]) / statistics.median(costs[0])
            texts = [", ".join(f"{micros:.1f}" for micros in cost) for cost in costs]
            print(f"| {body.name}, {body.file.stat().st_size:,} bytes | {texts[0]} | {texts[1]} | {ratio:.2f} "
                  f"| {others:.2f} |", flush=True)


def main(arguments):
    parser = argparse.ArgumentParser(add_help=False)
    parser.add_argument("--help", action="store_true")
    asked, rest = parser.parse_known_args(arguments)
    if asked.help:
        print(__doc__)
        return 0
    try:
        bench.check_machine()
        run(bench.parse_options(rest))
    except servers.Failure as failure:
        bench.say(f"refusal: {failure}")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
