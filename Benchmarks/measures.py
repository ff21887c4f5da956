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
    # Also reached when so many times the figure of that peer in the same run.
    or_times: tuple = None

    def is_met(self, value, values):
        if self.or_times and values.get(self.or_times[1]):
            times, peer = self.or_times
            if value >= times * values[peer]:
                return True
        return value >= self.limit if self.at_least else value <= self.limit

    def text(self):
        if self.limit == 0:
            return "none"
        text = f"{'≥' if self.at_least else '≤'} {number(self.limit)} {self.unit}".rstrip()
        return f"{text}, or {self.or_times[0]} × {self.or_times[1]}" if self.or_times else text


@dataclass(frozen=True)
class Measure:
    """One measurement: the host's `bench` subcommand, its floor and its peers, on equal terms.

    What `gridkeeper` cannot import, such as a plugin, is measured by an `executable` instead, and
    what it does as a whole process by a `script` that starts it.
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
    script: str = None
    # A heading of the table.
    part: str = "The host"
    # Whether floor and peers read the stream of `gridkeeper bench stream`.
    has_stream: bool = False
    # What the peers are told beyond `arguments`, or instead of them.
    peer_arguments: dict = None
    # The key of `arguments` that names a file which must be there.
    file: str = None


MARKET = "The market side"
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


def lab(name, what, kind, aims, arguments=None, **more):
    """A measurement of the Simulation Lab as a process."""
    return Measure(
        name, what, name, aims, arguments={"what": kind, **(arguments or {})}, script="lab/run.py",
        part=MARKET, timeout=1800, **more,
    )


def market(bars):
    """The measurements of the market side; `bars` is a file of 90 days of real bars."""
    return [
        Measure(
            "exchange", "the exchange alone: its book, and 1,000,000 lives of an order", "exchange",
            (
                Aim("events_per_s", "adds, cancels and takes", 10e6, "a second", at_least=True),
                Aim("last_to_first", "last 100,000 orders : first 100,000", 1.05, "×"),
                Aim("rss_growth_mb", "memory grown by", 1, "MB"),
            ),
            floor="book", peers=("nautilus", "hftbacktest"), part=MARKET, has_stream=True,
            peer_arguments={},
        ),
        lab(
            "lab-trades", "Lab: trades 1 ms apart, beside a 32-order grid that follows them",
            "trades",
            (
                Aim(
                    "events_per_s", "trades", 690_000, "a second", at_least=True,
                    or_times=(10, "nautilus")),
            ),
            {"events": 300_000}, peers=("nautilus",),
            peer_arguments={"what": "grid", "events": 300_000},
        ),
        Measure(
            "lab-replay", "Lab: 90 days of bars, the whole shipped table, counted up", "lab-replay",
            (
                Aim("minutes_for_90_days", "90 days take", 3, "min of CPU"),
                Aim("rss_growth_mb", "memory grown over four times the length by", 5, "MB"),
            ),
            timeout=1800, part=MARKET,
        ),
        Measure(
            "lab-orders", "Lab: the life of an order of a 32-order grid", "lab-orders",
            (Aim("us_per_order", "an order's life", 5, "µs"),), timeout=1800, part=MARKET,
        ),
        Measure(
            "grid", "grid: plan, and difference from what stands", "grid",
            (
                Aim("plan_32_us", "one wallet × 32 orders", 7, "µs"),
                Aim("plan_100x32_ms", "100 wallets × 32 orders", 1, "ms"),
            ),
            executable="grid-benchmark", part=MARKET,
        ),
        Measure(
            "pivot", "pivot", "pivot", (Aim("add_ns", "a trade counted", 50, "ns"),), part=MARKET,
        ),
        Measure(
            "submission", "a 32-order bundle, decision to durable, signed and sent", "submission",
            (
                Aim("sqlite_p99_ms", "SQLite, p99", 5, "ms"),
                Aim("memory_p99_ms", "in memory, p99", 1, "ms"),
            ),
            part=MARKET,
        ),
    ]


def measures(duration, reloads, bars):
    """All measurements; `duration` is the measured seconds of each dispatch run."""
    return host(duration, reloads) + market(bars)


def host(duration, reloads):
    """The measurements of the host and its workers."""
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
    ]


def number(value):
    """A number as people read it: thousands grouped, three significant digits below a hundred."""
    if value is None:
        return "–"
    if abs(value) >= 100 or value == int(value):
        return f"{value:,.0f}"
    return f"{value:.3g}"
