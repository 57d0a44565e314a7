"""`make quality`: how well the labelled corpora are read, through the whole chain, beside the floors of quality.json.

    python tests/quality.py [--corpora DIR] [--pin] [CORPUS …]

Each corpus is a publication with ``labels.jsonl``; it is copied, built and explained by the real commands and scored by
the corpora's own scorer. A figure below its floor fails the run. ``--pin`` raises the floors to what was measured (they
never go down) and writes the table into docs/quality.md.
"""

import argparse
import datetime
import json
import platform
import re
import shutil
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from feedsvc import __version__

HERE = Path(__file__).parent
FLOORS = HERE / "quality.json"
TABLE = HERE.parent / "docs" / "quality.md"
MARK = "<!-- measured -->"
# A figure may lie this far below its floor: another version of a library reads a document or two differently.
SLACK = 0.0005

Figures = dict[str, dict[str, float]]


def main() -> int:
    arguments = _arguments()
    corpora = arguments.corpora
    scorer = corpora.parent / "eval" / "score.py"
    if not scorer.exists():
        print(f"{scorer} is not there: the corpora are not part of the repository, so nothing was measured.")
        return 0
    names = arguments.names or sorted(each.parent.name for each in corpora.glob("*/labels.jsonl"))
    with ThreadPoolExecutor(2) as pool:
        measured: Figures = dict(
            zip(names, pool.map(lambda name: measure(corpora / name, scorer), names), strict=True)
        )
    floors: Figures = json.loads(FLOORS.read_text("utf-8"))
    fallen = [line for line in _lines(measured, floors) if line.endswith("FELL")]
    print("\n".join(_lines(measured, floors)))
    if arguments.pin:
        pin(measured, floors)
    return 1 if fallen and not arguments.pin else 0


def measure(corpus: Path, scorer: Path) -> dict[str, float]:
    """The scorer's figures for one corpus."""
    with tempfile.TemporaryDirectory() as folder:
        publication = Path(folder) / corpus.name
        shutil.copytree(corpus, publication)
        feedsvc = [sys.executable, "-m", "feedsvc"]
        built = subprocess.run([*feedsvc, "build", publication], capture_output=True, text=True, check=False)
        if built.returncode not in (0, 1):
            raise SystemExit(f"{corpus.name}: the build ended with {built.returncode}: {built.stderr}")
        explained = Path(folder) / "explained.jsonl"
        with explained.open("w") as out:
            subprocess.run([*feedsvc, "explain", publication, "--all", "--json"], stdout=out, check=True)
        scored = subprocess.run(
            [sys.executable, scorer, corpus, explained], capture_output=True, text=True, check=True
        )
    return {key: float(value) for _, key, value in map(_scored, scored.stdout.splitlines())}


def _scored(line: str) -> tuple[str, str, str]:
    corpus, key, value, *_ = line.split()
    return corpus, key, value


def pin(measured: Figures, floors: Figures) -> None:
    """Raise the floors, and write the table."""
    for corpus, figures in measured.items():
        known = floors.setdefault(corpus, {})
        floors[corpus] = {key: max(value, known.get(key, 0.0)) for key, value in figures.items()}
    FLOORS.write_text(json.dumps(floors, indent=2, sort_keys=True) + "\n", "utf-8")
    targets = _targets()
    rows = [
        f"| {corpus} | {key} | {value:.4f} | {targets.get((corpus, key), '')} |"
        for corpus, figures in sorted(measured.items())
        for key, value in figures.items()
    ]
    day = datetime.datetime.now(datetime.UTC).date()
    python = f"Python {platform.python_version()}"
    head = f"Measured on {day} with feedsvc {__version__}, {python}, {platform.system()} {platform.machine()}."
    table = "\n".join([head, "", "| corpus | figure | measured | to reach |", "|---|---|---|---|", *rows])
    before, _, _ = TABLE.read_text("utf-8").partition(MARK)
    TABLE.write_text(f"{before}{MARK}\n{table}\n", "utf-8")


def _targets() -> dict[tuple[str, str], str]:
    """What docs/quality.md says is to be reached, above the mark: its rows "| corpus | figure | to reach |"."""
    text = TABLE.read_text("utf-8").partition(MARK)[0]
    return {
        (row[0], row[1]): row[2]
        for row in re.findall(r"^\| ([\w-]+) \| (\w+) \| ([\d.]+|every) \|$", text, re.MULTILINE)
    }


def _lines(measured: Figures, floors: Figures) -> list[str]:
    lines = []
    for corpus, figures in measured.items():
        for key, value in figures.items():
            floor = floors.get(corpus, {}).get(key, 0.0)
            verdict = "FELL" if value < floor - SLACK else "rose" if value > floor + SLACK else ""
            lines.append(f"{corpus:10} {key:11} {value:.4f}  floor {floor:.4f}  {verdict}".rstrip())
    return lines


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="*", metavar="CORPUS", help="those to measure (all)")
    parser.add_argument("--corpora", type=Path, default=HERE.parent.parent / "shared" / "corpora")
    parser.add_argument("--pin", action="store_true", help="raise the floors and write docs/quality.md")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
