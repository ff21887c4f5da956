"""The results of one run as a page."""

from measures import number

NAMES = {
    "ours": "Gridkeeper", "floor": "C floor", "apscheduler": "APScheduler",
    "robfig-cron": "robfig/cron", "quartz": "Quartz", "nautilus": "NautilusTrader",
    "hftbacktest": "hftbacktest",
}
DETAILS = (
    ("starts_per_s", "starts/s"), ("lost", "lost"), ("late_p50_ms", "late p50, ms"),
    ("late_p99_ms", "p99"), ("late_max_ms", "max"), ("cpu_us_per_start", "CPU µs/start"),
    ("host_rss_mb", "host MB"), ("total_rss_mb", "with workers, MB"),
)


def row(cells):
    return "| " + " | ".join(cells) + " |"


def header(cells):
    return [row(cells), row(["---"] * len(cells))]


def ratio(value, floor):
    return "–" if value is None or not floor or floor <= 0 else f"{value / floor:.2g} ×"


def verdict(aim, value, values):
    if value is None:
        return "not run"
    return "reached" if aim.is_met(value, values) else "**missed**"


def parts(measures, results):
    """A table for each part of the house, with the peers that it has."""
    lines = []
    for part in dict.fromkeys(measure.part for measure in measures):
        chosen = [measure for measure in measures if measure.part == part]
        lines += [f"### {part}", "", *aims(chosen, results), ""]
    return lines


def aims(measures, results):
    peers = list(dict.fromkeys(peer for measure in measures for peer in measure.peers))
    lines = header(
        ["what", "", "aim", "ours", "C floor", "ours : floor", *(NAMES[p] for p in peers), ""]
    )
    for measure in measures:
        found = results[measure.name]
        for index, aim in enumerate(measure.aims):
            values = {who: result.get(aim.field) for who, result in found.items()}
            lines.append(row([
                measure.what if index == 0 else "", aim.label, named(aim.text()),
                number(values.get("ours")), number(values.get("floor")),
                ratio(values.get("ours"), values.get("floor")),
                *(number(values.get(peer)) for peer in peers),
                verdict(aim, values.get("ours"), values),
            ]))
    return lines


def named(text):
    """The text with the peers' own names."""
    return text.replace("nautilus", NAMES["nautilus"])


def details(measure, found):
    lines = [f"### {measure.what}", "", *header(["", *(label for _, label in DETAILS)])]
    for who, result in found.items():
        lines.append(row([NAMES[who], *(number(result.get(field)) for field, _ in DETAILS)]))
    return [*lines, ""]


def skipped(notes):
    if not notes:
        return []
    lines = ["## Without a result", ""]
    return lines + [f"- {NAMES[who]}, {measure}: {why}" for measure, who, why in notes] + [""]


def dispatching(measures, results):
    measured = [m for m in measures if m.ours == "dispatch" and results[m.name]]
    if not measured:
        return []
    lines = [
        "## Dispatch in full", "",
        "Lateness is the start of a job minus its planned time. The floor and Gridkeeper run jobs",
        "in worker processes, the peers inside their own. Quartz starts early, so its lateness can",
        "be negative; robfig/cron does not tell a job its planned time, so its lateness counts from",
        "the last slot and flatters it once it is more than an interval behind.", "",
        "CPU of the floor and of Gridkeeper is what the clocks of their processes show, threads that",
        "ended included. The floor of the round trip is across two cores;",
        "on one core it is far shorter, so a round trip below it is not faster than plain C.", "",
    ]
    for measure in measured:
        lines += details(measure, results[measure.name])
    return lines


def feeding(measures, results):
    if not any(measure.has_stream and results[measure.name] for measure in measures):
        return []
    return [
        "## What the engines were fed", "",
        "Gridkeeper and the floor play the generated stream's orders, cancels and takes.",
        "hftbacktest and NautilusTrader get what these do to the levels, as a venue would tell it,",
        "hftbacktest its trades, too; an event of theirs is one such row. The Lab and",
        "NautilusTrader's grid get one list of trades; the Lab goes on to plan, check, journal and",
        "prove each bundle.", "",
    ]


def page(measures, results, notes, facts):
    """`results`: measure → who → fields. `notes`: (measure, who, why) of what has no result."""
    lines = [
        "# Benchmarks", "",
        "Written by `make bench`: each figure beside its floor (a plain C program that does only",
        "what the machine asks for) and its peers, all of the same run on the same machine.", "",
        *(f"- {name}: {value}" for name, value in facts.items()), "",
        "## Aims", "", *parts(measures, results), *feeding(measures, results),
        *dispatching(measures, results), *skipped(notes),
    ]
    return "\n".join(lines).rstrip() + "\n"
