#!/usr/bin/env python3
"""What the Simulation Lab costs, as users run it; prints one line of JSON.

    run.py --host FILE --what orders    the life of an order, at first and after a million
    run.py --host FILE --what trades    a stream of trades, a millisecond apart, beside the grid
    run.py --host FILE --what bars --bars FILE    90 days of bars with the whole shipped table
"""

import argparse
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import time

import trades

ROOT = pathlib.Path(__file__).resolve().parents[2]
GRID = str(ROOT / "Benchmarks" / "lab" / "grid.yaml")


class Run:
    """One `gridkeeper lab run`: its report, its seconds and its largest memory."""

    def __init__(self, host, *words):
        with tempfile.TemporaryDirectory() as folder:
            report = os.path.join(folder, "report.json")
            command = [host, "lab", "run", "--quiet", "--json", report, *map(str, words)]
            began = time.perf_counter()
            process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL)
            _, status, usage = os.wait4(process.pid, 0)
            self.seconds = time.perf_counter() - began
            self.rss_mb = usage.ru_maxrss * 1024 / 1e6
            if not os.path.exists(report):
                sys.exit(f"exit {os.waitstatus_to_exitcode(status)} of {' '.join(command)}")
            with open(report) as file:
                self.report = json.load(file)

    @property
    def placed(self):
        return self.report["grid"]["placed"]


def orders(options):
    """Each run costs its start, too: the shorter run is taken off the longer one."""
    start = Run(options.host, "--jobs", GRID, "--days", 0.001)
    first = Run(options.host, "--jobs", GRID, "--days", options.days / 10)
    whole = Run(options.host, "--jobs", GRID, "--days", options.days)
    early = (first.seconds - start.seconds) / (first.placed - start.placed)
    all_of_them = (whole.seconds - start.seconds) / (whole.placed - start.placed)
    return {
        "orders": whole.placed, "seconds": whole.seconds,
        "first_us_per_order": early * 1e6, "us_per_order": all_of_them * 1e6,
        "whole_to_first": all_of_them / early, "rss_mb": whole.rss_mb,
        "rss_growth_mb": whole.rss_mb - first.rss_mb,
    }


def stream(options):
    with tempfile.TemporaryDirectory() as folder:
        runs = []
        for count in (options.events // 10, options.events):
            path = os.path.join(folder, f"trades-{count}.csv")
            trades.write(path, count)
            runs.append(Run(options.host, "--jobs", GRID, "--replay", path))
    short, long = runs
    seconds = long.seconds - short.seconds
    events = options.events - options.events // 10
    placed = long.placed - short.placed
    return {
        "events": events, "events_per_s": events / seconds, "orders": placed,
        "us_per_order": seconds / placed * 1e6 if placed else None, "rss_mb": long.rss_mb,
    }


def bars(options):
    run = Run(options.host, "--replay", options.bars)
    grid, jobs = run.report["grid"], run.report["jobs"]
    return {
        "seconds": run.seconds, "virtual_days": run.report["setup"]["seconds"] / 86_400,
        "runs": sum(sum(job["outcomes"].values()) for job in jobs), "orders": grid["placed"],
        "rss_mb": run.rss_mb,
    }


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--host", required=True)
    parser.add_argument("--what", choices=("orders", "trades", "bars"), required=True)
    parser.add_argument("--days", type=float, default=1.35)
    parser.add_argument("--events", type=int, default=300_000)
    parser.add_argument("--bars")
    options = parser.parse_args()
    print(json.dumps({"orders": orders, "trades": stream, "bars": bars}[options.what](options)))


if __name__ == "__main__":
    main()
