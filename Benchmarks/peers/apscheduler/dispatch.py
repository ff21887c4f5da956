"""APScheduler 3 as a peer: N no-op jobs on one interval, phases spread evenly, on its asyncio
scheduler with its defaults (memory store, one second of grace, one instance of a job at a time).

Lateness is taken in the scheduler's own listener, which is where it says what it ran.
"""

import argparse
import asyncio
import datetime
import json
import logging
import os
import resource
import time

import apscheduler
from apscheduler import events
from apscheduler.schedulers.asyncio import AsyncIOScheduler


def quantile(ordered, q):
    return ordered[min(len(ordered) - 1, int(q * len(ordered)))] if ordered else 0.0


def cpu_seconds():
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime


def resident_mb():
    with open("/proc/self/statm") as file:
        return int(file.read().split()[1]) * os.sysconf("SC_PAGESIZE") / 1e6


async def no_op():
    pass


async def measure(options):
    # Adding jobs takes time; their first slot lies behind it.
    base = time.time() + 1 + options.jobs * 0.0004
    start, end = base + options.warmup, base + options.warmup + options.duration
    latenesses, missed = [], 0

    def on_event(event):
        nonlocal missed
        if event.code != events.EVENT_JOB_EXECUTED:
            missed += 1
            return
        planned = event.scheduled_run_time.timestamp()
        if start <= planned < end:
            latenesses.append(time.time() - planned)

    scheduler = AsyncIOScheduler(timezone=datetime.timezone.utc)
    scheduler.add_listener(
        on_event,
        events.EVENT_JOB_EXECUTED | events.EVENT_JOB_MISSED | events.EVENT_JOB_MAX_INSTANCES,
    )
    scheduler.start(paused=True)
    for index in range(options.jobs):
        first = base + options.interval * index / options.jobs
        first = datetime.datetime.fromtimestamp(first, datetime.timezone.utc)
        scheduler.add_job(no_op, "interval", seconds=options.interval, start_date=first)
    scheduler.resume()
    set_up_late = time.time() > base
    await asyncio.sleep(max(0, start - time.time()))
    cpu = cpu_seconds()
    await asyncio.sleep(max(0, end - time.time()))
    cpu = cpu_seconds() - cpu
    await asyncio.sleep(0.5)
    latenesses.sort()
    return {
        "version": apscheduler.version,
        "jobs": options.jobs,
        "expected": round(options.jobs * options.duration / options.interval),
        "starts": len(latenesses),
        "starts_per_s": len(latenesses) / options.duration,
        "late_p50_ms": quantile(latenesses, 0.5) * 1e3,
        "late_p99_ms": quantile(latenesses, 0.99) * 1e3,
        "late_max_ms": quantile(latenesses, 1) * 1e3,
        "cpu_us_per_start": cpu * 1e6 / max(1, len(latenesses)),
        "host_rss_mb": resident_mb(),
        "total_rss_mb": resident_mb(),
        "missed": missed,
        "set_up_late": set_up_late,
    }


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--jobs", type=int, default=1000)
    parser.add_argument("--interval", type=float, default=1)
    parser.add_argument("--warmup", type=float, default=2)
    parser.add_argument("--duration", type=float, default=10)
    logging.disable(logging.CRITICAL)
    print(json.dumps(asyncio.run(measure(parser.parse_args()))), flush=True)
    # Shutting 100,000 jobs down takes longer than the measurement.
    os._exit(0)


main()
