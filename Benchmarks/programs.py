"""The programs that are measured: how each is built and run, or why it cannot be."""

import json
import os
import pathlib
import shutil
import signal
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
SOURCES = ROOT / "Benchmarks"
WORK = ROOT / ".build" / "bench"
JARS = [f"/usr/share/java/{name}.jar" for name in ("quartz2", "slf4j-api", "slf4j-nop")]
GO_SOURCES = "/usr/share/gocode"


class Skipped(Exception):
    """This program cannot be run here; the text says why."""


class Failed(Exception):
    """This program was run and did not give a result; the text says what it gave."""


def run(command, timeout):
    """The JSON object on the last line that `command` prints."""
    process = subprocess.Popen(
        command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        start_new_session=True,
    )
    try:
        output, errors = process.communicate(timeout=timeout)
    except (subprocess.TimeoutExpired, KeyboardInterrupt) as reason:
        os.killpg(process.pid, signal.SIGKILL)
        process.communicate()
        if isinstance(reason, KeyboardInterrupt):
            raise
        raise Failed(f"gave no result within {timeout:.0f} s") from None
    if process.returncode != 0:
        raise Failed(f"exit {process.returncode}: {last_line(errors) or last_line(output)}")
    try:
        return json.loads(last_line(output))
    except json.JSONDecodeError:
        raise Failed(f"no JSON on the last line: {last_line(output)[:100]}") from None


def last_line(text):
    lines = [line for line in text.splitlines() if line.strip()]
    return lines[-1].strip() if lines else ""


def flags(arguments):
    return [word for name, value in arguments.items() for word in (f"--{name}", str(value))]


def build(command, environment=None):
    WORK.joinpath("bin").mkdir(parents=True, exist_ok=True)
    result = subprocess.run(
        command, cwd=ROOT, capture_output=True, text=True, env={**os.environ, **(environment or {})}
    )
    if result.returncode != 0:
        raise Skipped(f"does not build: {last_line(result.stderr)}")


def floor(name):
    """The plain C program that does only what the machine asks for."""
    source = SOURCES / "floor" / f"{name.replace('-', '_')}.c"
    binary = WORK / "bin" / f"floor-{name}"
    compiler = shutil.which("cc") or shutil.which("gcc")
    if compiler is None:
        raise Skipped("there is no C compiler")
    build([compiler, "-O2", "-Wall", "-Wextra", "-Werror", "-o", str(binary), str(source)])
    return [str(binary)]


def reason_of_setup(peer):
    """What `scripts/setup bench` wrote when it could not install a peer."""
    note = WORK / "peers" / f"{peer}.skipped"
    return note.read_text().strip() if note.exists() else "is not installed; run scripts/setup bench"


def python_peer(name, program):
    """A peer from PyPI, in the environment that `scripts/setup bench` made."""
    def find():
        python = WORK / "peers" / "python" / "bin" / "python"
        if not python.exists() or reason_left(name):
            raise Skipped(reason_of_setup(name))
        return [str(python), str(SOURCES / "peers" / name / program)]
    return find


def robfig_cron():
    binary = WORK / "bin" / "robfig-cron"
    if shutil.which("go") is None or not os.path.isdir(f"{GO_SOURCES}/src/github.com/robfig/cron"):
        raise Skipped(reason_of_setup("robfig-cron"))
    source = SOURCES / "peers" / "robfig-cron" / "dispatch.go"
    build(
        ["go", "build", "-o", str(binary), str(source)],
        {"GO111MODULE": "off", "GOPATH": GO_SOURCES, "GOCACHE": str(WORK / "go-cache")},
    )
    return [str(binary)]


def quartz():
    if shutil.which("javac") is None or not all(os.path.exists(jar) for jar in JARS):
        raise Skipped(reason_of_setup("quartz"))
    classes = WORK / "bin" / "quartz"
    path = ":".join(JARS)
    source = SOURCES / "peers" / "quartz" / "Dispatch.java"
    build(["javac", "-cp", path, "-d", str(classes), str(source)])
    return ["java", "-cp", f"{path}:{classes}", "Dispatch"]


def reason_left(peer):
    return (WORK / "peers" / f"{peer}.skipped").exists()


PEERS = {
    "apscheduler": python_peer("apscheduler", "dispatch.py"),
    "robfig-cron": robfig_cron,
    "quartz": quartz,
    "nautilus": python_peer("nautilus", "engine.py"),
    "hftbacktest": python_peer("hftbacktest", "replay.py"),
}


def stream(host):
    """The file with the stream of orders that floor and peers are fed, made anew by this build."""
    path = WORK / "stream.txt"
    run([*ours(host, "stream"), "--file", str(path)], timeout=120)
    return str(path)


def script(host, name):
    """A script of `Benchmarks` that starts the host as a process and measures it."""
    if not os.access(host, os.X_OK):
        raise Skipped(f"{os.path.relpath(host, ROOT)} is not built")
    return [sys.executable, str(SOURCES / name), "--host", host]


def ours(host, measurement):
    """The host's own `bench` subcommand of that name."""
    if not os.access(host, os.X_OK):
        raise Skipped(f"{os.path.relpath(host, ROOT)} is not built")
    known = subprocess.run(
        [host, "bench", "--list"], cwd=ROOT, capture_output=True, text=True, timeout=30
    )
    if known.returncode != 0 or measurement not in known.stdout.split():
        raise Skipped(f"this build of the host has no `gridkeeper bench {measurement}`")
    return [host, "bench", measurement]


def executable(name):
    """A benchmark of its own: an executable of the package, for what `gridkeeper` cannot import."""
    binary = ROOT / ".build" / "release" / name
    if not os.access(binary, os.X_OK):
        raise Skipped(f"{os.path.relpath(binary, ROOT)} is not built")
    return [str(binary)]
