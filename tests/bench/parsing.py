"""How many documents a second one core reads: parse and settle of 2,000 typical small ones for each format.

    python tests/bench/parsing.py [--profile] [FORMAT …]

Beside each figure stands its ratio to a bare read and decode of the same files in the same run, which tells a slow
machine from slow code. ``--profile`` prints where the time goes.
"""

import argparse
import cProfile
import pstats
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

from feedsvc.articles.dates import Surroundings
from feedsvc.articles.settle import settle
from feedsvc.config import FolderDefaults, Publication, Settings
from feedsvc.model import Document, Neighbours
from feedsvc.parsers import parse
from feedsvc.processes import collect_seldom

COUNT = 2000
CHUNK = 50
MODIFIED = datetime(2026, 1, 1, tzinfo=UTC)
SETTINGS = Settings(file=Path("feedsvc.toml"), publication=Publication(title="T", url="https://example.org"))
SENTENCES = (
    "The ferry between Northport and the islands sailed again on Saturday, the first crossing since the storm.",
    '"We are glad to be home," said a schoolteacher who had waited on the mainland since Thursday evening.',
    "Trains run as usual, and the bridge to the mainland is open to cars but not to lorries, the police said.",
    "The harbour master expects that the wind turns on Monday; until then the boats of line two stay in port.",
)
TARGETS = {"text": 6000, "markdown": 6000, "html": 60, "newsml-g2": 1500}


def paragraphs(number: int) -> list[str]:
    """Twelve paragraphs, about 2.5 kB: an ordinary story."""
    return [f"{SENTENCES[(number + n) % 4]} {SENTENCES[(number + n + 1) % 4]}" for n in range(12)]


def text(number: int) -> str:
    lines = "\n\n".join(paragraphs(number))
    return f"Northport Beacon\nHome | Local | Archive\n\nFerry {number} sails again\n\nNORTHPORT, Jan. 29, 2017 (Kyodo) -- {lines}\n\nENDS\n"


def markdown(number: int) -> str:
    head = f"---\ntitle: Ferry {number} sails again\ndate: 2017-01-29 10:30:00 +0900\nauthor: Ann Mason\ntags: [ferries, storm]\n---\n"
    return head + "\n\n".join(f"## Part {n}\n\n{each} [More](/{n})" for n, each in enumerate(paragraphs(number)))


def html(number: int) -> str:
    head = (
        f"<!DOCTYPE html><html lang='en'><head><title>Ferry {number} sails again - Beacon</title>"
        "<meta property='article:published_time' content='2017-01-29T10:30:00+09:00'><meta name='author' content='Ann Mason'></head>"
    )
    menu = "<nav><ul>" + "".join(f"<li><a href='/{n}'>Section {n}</a></li>" for n in range(20)) + "</ul></nav>"
    body = "".join(f"<p>{each}</p>" for each in paragraphs(number))
    return f"{head}<body>{menu}<article><h1>Ferry {number} sails again</h1>{body}</article><footer>{menu}</footer></body></html>"


def newsml_g2(number: int) -> str:
    body = "".join(f"<p>{each}</p>" for each in paragraphs(number))
    return (
        f'<?xml version="1.0" encoding="UTF-8"?><newsItem xmlns="http://iptc.org/std/nar/2006-10-01/" guid="urn:x:{number}" version="1">'
        '<itemMeta><itemClass qcode="ninat:text"/><versionCreated>2017-01-29T10:30:00+09:00</versionCreated><pubStatus qcode="stat:usable"/>'
        f"</itemMeta><contentMeta><by>Ann Mason</by><headline>Ferry {number} sails again</headline></contentMeta><contentSet><inlineXML>"
        f'<html xmlns="http://www.w3.org/1999/xhtml"><body>{body}</body></html></inlineXML></contentSet></newsItem>'
    )


FORMATS = {
    "text": ("txt", text, COUNT),
    "markdown": ("md", markdown, COUNT),
    "html": ("html", html, COUNT // 10),
    "newsml-g2": ("xml", newsml_g2, COUNT),
}


def bare(files: list[Path]) -> None:
    for file in files:
        file.read_bytes().decode("utf-8")


def whole(files: list[Path]) -> None:
    """As a worker of a build takes its documents: each step for a chunk of them."""
    for start in range(0, len(files), CHUNK):
        documents = [Document(file.name, file.read_bytes(), MODIFIED) for file in files[start : start + CHUNK]]
        parsed = list(map(parse, documents))
        for document, each in zip(documents, parsed, strict=True):
            around = Surroundings(document.name, MODIFIED, Neighbours(), FolderDefaults())
            if [settle(draft, around, SETTINGS).date for draft in each.drafts].count(None) != 0 or not each.drafts:
                raise SystemExit(f"{document.name} was not read: {each.findings}")


def seconds(work: object, files: list[Path]) -> float:
    """The best of three runs: what else the machine does only ever adds."""
    spent = []
    for _ in range(3):
        start = time.process_time()
        work(files)  # type: ignore[operator]
        spent.append(time.process_time() - start)
    return min(spent)


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("formats", nargs="*", metavar="FORMAT", help=", ".join(FORMATS))
    parser.add_argument("--profile", action="store_true")
    arguments = parser.parse_args()
    collect_seldom()
    print(f"{'format':12}{'documents/s':>12}{'target':>8}{'x bare read':>13}")
    for name in arguments.formats or FORMATS:
        suffix, make, count = FORMATS[name]
        with tempfile.TemporaryDirectory() as folder:
            files = [Path(folder) / f"{number}.{suffix}" for number in range(count)]
            for number, file in enumerate(files):
                file.write_text(make(number), "utf-8")
            whole(files[:10])
            least, spent = seconds(bare, files), seconds(whole, files)
            print(f"{name:12}{count / spent:12.0f}{TARGETS[name]:8}{spent / least:13.1f}")
            if arguments.profile:
                with cProfile.Profile() as profile:
                    whole(files)
                pstats.Stats(profile).sort_stats("tottime").print_stats(22)


if __name__ == "__main__":
    main()
