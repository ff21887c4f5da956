#!/usr/bin/env python3
"""Measures the host beside its floor and its peers.

Writes each result as a JSON line to .build/bench/results.jsonl and, when everything was asked for,
the table to BENCHMARKS.md. A program that cannot be had is named and skipped; one that fails is
named and makes this exit with 1. To look at a part:

    Benchmarks/run.py --only dispatch-10k --who floor,robfig-cron --duration 3
"""

import argparse
import datetime
import json
import os
import platform
import statistics
import subprocess
import sys

import programs
import table
from measures import measures

BARS = os.path.relpath(programs.ROOT.parent / "shared" / "data" / "sol-usdt-5m.csv", programs.ROOT)
WHO = ("ours", "floor", *programs.PEERS)


def options():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--only", default="", help="names of measures, separated by commas")
    parser.add_argument("--who", default="", help=f"some of {', '.join(WHO)}")
    parser.add_argument("--duration", type=float, default=20, help="seconds of a dispatch run")
    parser.add_argument("--reloads", type=int, default=10_000, help="reloads of the soak")
    parser.add_argument("--bars", default=BARS, help="5-minute bars of 90 days, as CSV")
    parser.add_argument("--repeat", type=int, default=1, help="runs of each; medians are shown")
    parser.add_argument("--host", default=str(programs.ROOT / ".build/release/gridkeeper"))
    chosen = parser.parse_args()
    chosen.only = [name for name in chosen.only.split(",") if name]
    chosen.who = [name for name in chosen.who.split(",") if name] or list(WHO)
    unknown = set(chosen.who) - set(WHO)
    unknown |= set(chosen.only) - {measure.name for measure in measures(1, 1, BARS)}
    if unknown:
        parser.error(f"there is no {', '.join(sorted(unknown))}")
    return chosen


def contenders(measure):
    """Who takes part in a measure, the host first."""
    return ["ours", *(["floor"] if measure.floor else []), *measure.peers]


def command(measure, who, host):
    if measure.file and not os.path.exists(measure.arguments[measure.file]):
        raise programs.Skipped(f"there is no {measure.arguments[measure.file]}")
    arguments = measure.arguments
    if who == "ours" and measure.executable:
        program = programs.executable(measure.executable)
    elif who == "ours" and measure.script:
        program = programs.script(host, measure.script)
    elif who == "ours":
        program = programs.ours(host, measure.ours)
    elif who == "floor":
        program = programs.floor(measure.floor)
    else:
        program = programs.PEERS[who]()
        arguments = measure.arguments if measure.peer_arguments is None else measure.peer_arguments
    if who != "ours" and measure.has_stream:
        arguments = {**arguments, "stream": programs.stream(host)}
    return program + programs.flags(arguments)


def completed(result):
    """A dispatch result with what did not start counted; what never started was not late either."""
    if "expected" in result and "starts" in result:
        result.setdefault("lost", max(0, result["expected"] - result["starts"]))
        if result["starts"] == 0:
            of_starts = ("late_p50_ms", "late_p99_ms", "late_max_ms", "cpu_us_per_start")
            return {name: value for name, value in result.items() if name not in of_starts}
    return result


def median(results):
    """The median of each field; fields that are not numbers are those of the last result."""
    merged = dict(results[-1])
    for field, value in merged.items():
        if isinstance(value, (int, float)) and not isinstance(value, bool):
            merged[field] = statistics.median(
                result[field] for result in results if field in result
            )
    return merged


class Session:
    """One run of the benchmarks: what was found, and what has no result and why."""

    def __init__(self, chosen, output):
        self.chosen = chosen
        self.output = output
        self.results = {}
        self.notes = []
        self.has_failed = False

    def measure(self, measure):
        commands, found = {}, {}
        for who in contenders(measure):
            if who in self.chosen.who:
                try:
                    commands[who] = command(measure, who, self.chosen.host)
                except programs.Skipped as reason:
                    self.note(measure, who, "skipped", str(reason))
        for _ in range(self.chosen.repeat):
            for who in list(commands):
                try:
                    result = completed(programs.run(commands[who], measure.timeout))
                except programs.Failed as reason:
                    self.has_failed = True
                    self.note(measure, who, "failed", str(reason))
                    del commands[who]
                    continue
                found.setdefault(who, []).append(result)
                self.write(measure, who, result=result)
        self.results[measure.name] = {who: median(runs) for who, runs in found.items()}

    def note(self, measure, who, kind, why):
        self.notes.append((measure.name, who, f"{kind}: {why}"))
        self.write(measure, who, **{kind: why})

    def write(self, measure, who, **what):
        line = {
            "time": datetime.datetime.now(datetime.timezone.utc).isoformat(timespec="seconds"),
            "measure": measure.name, "who": who, "arguments": measure.arguments, **what,
        }
        self.output.write(json.dumps(line) + "\n")
        self.output.flush()
        print(f"{measure.name:14} {who:12} {summary(what)}", flush=True)


def summary(what):
    if "result" not in what:
        return "; ".join(f"{kind}: {why}" for kind, why in what.items())
    return "  ".join(
        f"{name} {value:.6g}" if isinstance(value, (int, float)) else f"{name} {value}"
        for name, value in what["result"].items()
    )


def facts(chosen):
    def said_by(*arguments):
        result = subprocess.run(arguments, cwd=programs.ROOT, capture_output=True, text=True)
        return result.stdout.strip()

    changed = " with changes" if said_by("git", "status", "--porcelain") else ""
    return {
        "when": datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%d %H:%M UTC"),
        "commit": (said_by("git", "rev-parse", "--short", "HEAD") or "unknown") + changed,
        "machine": f"{os.cpu_count()} cores, {processor()}, Linux {platform.release()}",
        "runs": f"{chosen.repeat} of each, {chosen.duration:.0f} s of dispatching",
    }


def processor():
    with open("/proc/cpuinfo") as file:
        names = [line.split(":", 1)[1].strip() for line in file if line.startswith("model name")]
    return names[0] if names else platform.machine()


def main():
    chosen = options()
    wanted = [
        measure for measure in measures(chosen.duration, chosen.reloads, chosen.bars)
        if not chosen.only or measure.name in chosen.only
    ]
    programs.WORK.mkdir(parents=True, exist_ok=True)
    with open(programs.WORK / "results.jsonl", "w") as output:
        session = Session(chosen, output)
        for measure in wanted:
            session.measure(measure)
    page = table.page(wanted, session.results, session.notes, facts(chosen))
    if chosen.only or set(chosen.who) != set(WHO):
        print("\n" + page)
    else:
        (programs.ROOT / "BENCHMARKS.md").write_text(page)
        print("\nThe table is in BENCHMARKS.md")
    return 1 if session.has_failed else 0


if __name__ == "__main__":
    sys.exit(main())
