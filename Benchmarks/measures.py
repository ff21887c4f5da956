"""What is measured, with what, and what it should come to."""

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Aim:
    """A bound on one field of the host's result."""

    field: str
    label: str
    limit: float
    unit: str = ""
    at_least: bool = False

    def is_met(self, value):
        return value >= self.limit if self.at_least else value <= self.limit

    def text(self):
        if self.limit == 0:
            return "none"
        return f"{'≥' if self.at_least else '≤'} {number(self.limit)} {self.unit}".rstrip()


@dataclass(frozen=True)
class Measure:
    """One measurement: the host's `bench` subcommand, its floor and its peers, on equal terms.

    What `gridkeeper` cannot import, such as a plugin, is measured by an `executable` instead.
    """

    name: str
    what: str
    ours: str
    aims: tuple
    arguments: dict = field(default_factory=dict)
    floor: str = None
    peers: tuple = ()
    timeout: float = 600
    executable: str = None


DISPATCH_PEERS = ("apscheduler", "robfig-cron", "quartz")


def dispatch(jobs, duration, aims):
    return Measure(
        name=f"dispatch-{jobs // 1000}k",
        what=f"{jobs:,} no-op jobs at 1 s, spread, in workers",
        ours="dispatch",
        arguments={"jobs": jobs, "duration": duration},
        floor="dispatch",
        peers=DISPATCH_PEERS,
        aims=aims,
        timeout=duration + 240,
    )


def measures(duration, reloads):
    """All measurements; `duration` is the measured seconds of each dispatch run."""
    return [
        dispatch(10_000, duration, (
            Aim("starts_per_s", "starts", 10_000, "a second", at_least=True),
            Aim("late_p99_ms", "lateness, p99", 2, "ms"),
            Aim("cpu_us_per_start", "CPU for one start", 12, "µs"),
        )),
        dispatch(100_000, duration, (
            Aim("starts_per_s", "starts", 100_000, "a second", at_least=True),
            Aim("late_p99_ms", "lateness, p99", 5, "ms"),
            Aim("host_rss_mb", "host's memory", 150, "MB"),
        )),
        Measure(
            "round-trip", "one run, host to worker and back", "round-trip",
            (Aim("p50_us", "p50", 100, "µs"),), floor="round-trip",
        ),
        Measure(
            "reload", "reload of a 10,000-job table with one change", "reload",
            (
                Aim("in_force_max_ms", "in force after the settle time", 150, "ms"),
                Aim("late_unchanged", "unchanged slots made late", 0),
            ),
            arguments={"jobs": 10_000}, floor="reload",
        ),
        Measure(
            "upgrade", "plugin upgrade under load", "upgrade",
            (Aim("max_ms", "switched after", 500, "ms"), Aim("lost", "slots lost", 0)),
            floor="respawn",
        ),
        Measure(
            "worker-kill", "worker killed", "worker-kill",
            (Aim("max_ms", "its jobs run again, backoff excluded, after", 100, "ms"),),
            floor="respawn",
        ),
        Measure(
            "rest", "shipped table at rest", "rest",
            (
                Aim("host_rss_mb", "host's memory", 40, "MB"),
                Aim("worker_rss_mb", "memory of the largest worker", 25, "MB"),
                Aim("cpu_percent", "of one core", 2, "%"),
            ),
        ),
        Measure(
            "reload-soak", f"{reloads:,} reloads (good, bad, same)", "reload-soak",
            (
                Aim("rss_growth_mb", "memory grown by", 1, "MB"),
                Aim("descriptors_growth", "descriptors grown by", 0),
                Aim("threads_growth", "threads grown by", 0),
                Aim("processes_growth", "processes grown by", 0),
            ),
            arguments={"reloads": reloads}, timeout=1800,
        ),
        Measure(
            "lab-replay", "Lab: 90 days of bars, the whole shipped table, counted up", "lab-replay",
            (
                Aim("minutes_for_90_days", "90 days take", 3, "min of CPU"),
                Aim("rss_growth_mb", "memory grown over four times the length by", 5, "MB"),
            ),
            timeout=1800,
        ),
        Measure(
            "lab-orders", "Lab: the life of an order of a 32-order grid", "lab-orders",
            (
                Aim("us_per_order", "an order's life", 5, "µs"),
                Aim("events_per_s", "events", 690_000, "a second", at_least=True),
            ),
            timeout=1800,
        ),
        Measure(
            "grid", "grid: plan, and difference from what stands", "grid",
            (
                Aim("plan_32_us", "one wallet × 32 orders", 7, "µs"),
                Aim("plan_100x32_ms", "100 wallets × 32 orders", 1, "ms"),
            ),
            executable="grid-benchmark",
        ),
    ]


def number(value):
    """A number as people read it: thousands grouped, three significant digits below a hundred."""
    if value is None:
        return "–"
    if abs(value) >= 100 or value == int(value):
        return f"{value:,.0f}"
    return f"{value:.3g}"
