"""The command line: one of the two doors. It reads the clock, prints, and turns errors into exit codes."""

import argparse
import json
import os
import select
import shlex
import shutil
import sys
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from io import TextIOWrapper
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

from feedsvc import __version__, clock, manual
from feedsvc.completion import SHELLS, completion
from feedsvc.errors import FeedsvcError, InboxLostError, LockHeldError, UsageError, fault
from feedsvc.text import shown

if TYPE_CHECKING:
    from feedsvc.config import Settings
    from feedsvc.inbox.scan import Scan
    from feedsvc.report import Report

DONE, REJECTED, REFUSED, LOST, LOCKED, INTERRUPTED = 0, 1, 2, 3, 75, 130

_HELD = 16 * 1024 * 1024  # characters of a command's output that are held in memory

_DIR_HELP = "the publication's folder; default: the one that holds feedsvc.toml, or feeds/"


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; the exit code."""
    chosen = command_line().parse_args(arguments)
    if isinstance(sys.stdout, TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")  # a terminal that lacks a character is no reason to stop
    try:
        code: int = chosen.run(chosen)
    except FeedsvcError as error:
        print(f"feedsvc: {error}", file=sys.stderr)
        return _exit_code(error)
    except KeyboardInterrupt:
        print("feedsvc: stopped; what stood before stands", file=sys.stderr)
        return INTERRUPTED
    except Exception as error:  # noqa: BLE001 (a fault of feedsvc: it is told in a line, like all that goes wrong)
        if isinstance(error, BrokenPipeError) and _is_unread(sys.stdout):
            # Whoever read the output has seen enough; nothing more can be written, not even at exit.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            return DONE
        print(f"feedsvc: {_told(error)}", file=sys.stderr)
        return REFUSED
    return code


def _told(error: Exception) -> str:
    """A folder that is closed to whoever runs a command is no fault of feedsvc."""
    if isinstance(error, PermissionError) and error.filename is not None:
        return f"{shown(os.fsdecode(error.filename))}: cannot be reached ({error.strerror}); check the permissions"
    return f"{fault(error)}; nothing was changed. Please report it."


def _is_unread(stream: TextIO) -> bool:
    """Whether nobody reads any more what is written there."""
    look = select.poll()
    look.register(stream.fileno(), select.POLLOUT)
    return any(event & (select.POLLERR | select.POLLHUP) for _, event in look.poll(0))


def _exit_code(error: FeedsvcError) -> int:
    if isinstance(error, InboxLostError):
        return LOST
    return LOCKED if isinstance(error, LockHeldError) else REFUSED


# Arguments


@dataclass(frozen=True, slots=True)
class _Command:
    """A command: its function, and what adds its arguments."""

    run: Callable[[argparse.Namespace], int]
    arguments: Callable[[argparse.ArgumentParser], None]


def command_line() -> argparse.ArgumentParser:
    """What ``feedsvc`` takes."""
    form = argparse.RawDescriptionHelpFormatter
    parser = argparse.ArgumentParser(
        prog="feedsvc", description=manual.DESCRIPTION, epilog=manual.EPILOG, formatter_class=form
    )
    parser.add_argument("--version", action="version", version=f"feedsvc {__version__}")
    commands = parser.add_subparsers(metavar="COMMAND", required=True)
    for name, command in _COMMANDS.items():
        page = manual.PAGES[name]
        sub = commands.add_parser(
            name, help=page.summary, description=page.description, epilog=page.epilog, formatter_class=form
        )
        command.arguments(sub)
        sub.set_defaults(run=command.run)
    return parser


def _init_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("dir", metavar="DIR", type=Path, help="the folder to make; it may exist")


def _build_arguments(parser: argparse.ArgumentParser) -> None:
    _dir_argument(parser)
    parser.add_argument(
        "--jobs", type=_positive, metavar="N", help="processes that read documents; default: one a core"
    )
    parser.add_argument("--json", action="store_true", help="print the report as JSON")
    parser.add_argument("--now", metavar="ISO-8601", help="build as at this moment")
    parser.add_argument("--verbose", action="store_true", help="say what was done, also off a terminal")
    parser.add_argument(
        "--accept-withdrawals", action="store_true", help="withdraw what is gone, even if it is most of the inbox"
    )


def _serve_arguments(parser: argparse.ArgumentParser) -> None:
    _dir_argument(parser)
    parser.add_argument("--host", default="127.0.0.1", help="the address to listen on; default %(default)s")
    parser.add_argument("--port", type=_port, default=8000, help="the port to listen on; default %(default)s")
    parser.add_argument(
        "--workers", type=_positive, default=1, metavar="N", help="serving processes; default %(default)s"
    )
    parser.add_argument(
        "--url", help="the public base of every address; default: the settings', locally the bound one"
    )
    parser.add_argument(
        "--watch", action="store_true", help="rebuild when the inbox or the settings change and when an embargo ends"
    )


def _check_arguments(parser: argparse.ArgumentParser) -> None:
    _dir_argument(parser)
    parser.add_argument("--json", action="store_true", help="print the result as JSON")
    parser.add_argument("--now", metavar="ISO-8601", help="check as at this moment")
    parser.add_argument("--verbose", action="store_true", help="tell of each info, however many say the same")


def _explain_arguments(parser: argparse.ArgumentParser) -> None:
    parser.usage = "%(prog)s [-h] [--all] [--json] [--now ISO-8601] [DIR] [NAME]"
    parser.add_argument(
        "names",
        nargs="*",
        metavar="[DIR] NAME",
        help="the publication's folder, and the document's path in the inbox",
    )
    parser.add_argument("--all", action="store_true", help="explain every document")
    parser.add_argument("--json", action="store_true", help="print one JSON object a line")
    parser.add_argument("--now", metavar="ISO-8601", help="explain as at this moment")


def _export_arguments(parser: argparse.ArgumentParser) -> None:
    parser.usage = "%(prog)s [-h] [--now ISO-8601] [--verbose] [DIR] DEST"
    parser.add_argument("names", nargs="+", metavar="[DIR] DEST", help="the publication's folder, and where to write")
    parser.add_argument("--now", metavar="ISO-8601", help="export what is public at this moment")
    parser.add_argument("--verbose", action="store_true", help="say what was written, also off a terminal")


def _stats_arguments(parser: argparse.ArgumentParser) -> None:
    _dir_argument(parser)
    parser.add_argument("--json", action="store_true", help="print the numbers as JSON")


def _completion_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("shell", metavar="SHELL", choices=SHELLS, help="bash, zsh or fish")


def _dir_argument(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("dir", nargs="?", metavar="DIR", type=Path, help=_DIR_HELP)


def _positive(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text!r} does not do: a whole number from 1 is wanted")
    return int(text)


def _port(text: str) -> int:
    if not text.isdecimal() or not 0 < int(text) < 65536:
        raise argparse.ArgumentTypeError(f"{text!r} does not do: a port from 1 to 65535 is wanted")
    return int(text)


# Commands


def _init(chosen: argparse.Namespace) -> int:
    from feedsvc.starter import write_publication

    write_publication(chosen.dir, clock.now())
    print(f"{chosen.dir} is ready. Put articles into {chosen.dir / 'inbox'}, then:\n")
    print(f"    {_program()} serve --watch {shlex.quote(str(chosen.dir))}\n")
    return DONE


def _program() -> str:
    """How feedsvc was called, for a command that can be copied."""
    called = sys.argv[0]
    if called.endswith("__main__.py"):
        return f"{sys.executable} -m feedsvc"
    return "feedsvc" if shutil.which("feedsvc") == called else called


def _build(chosen: argparse.Namespace) -> int:
    from feedsvc.console import complaints, summary
    from feedsvc.processes import collect_seldom
    from feedsvc.report import Report
    from feedsvc.store.failure import FailureNote
    from feedsvc.store.lock import build_lock
    from feedsvc.store.served import as_served
    from feedsvc.unchanged import look

    collect_seldom()
    stated = _settings(chosen.dir)
    settings = as_served(stated)
    now = _moment(chosen.now, settings)
    with build_lock(settings):
        looked = look(settings, now, _load_build)
        report = looked if isinstance(looked, Report) else _build_anew(chosen, settings, now, looked)
        FailureNote(settings.folder).prepare()
    if chosen.json:
        print(json.dumps(report.as_json(), ensure_ascii=False, indent=2))
    elif chosen.verbose or sys.stderr.isatty():
        print(summary(report), file=sys.stderr)
        if settings.publication.url != stated.publication.url:
            print(f"for {settings.publication.url}, where it is being served", file=sys.stderr)
    for line in complaints(report):
        print(line, file=sys.stderr)
    return REJECTED if report.documents.rejected else DONE


def _load_build() -> None:
    """Load what a build that reads a document needs: a third of its time."""
    from feedsvc.build import taking  # noqa: F401


def _build_anew(chosen: argparse.Namespace, settings: "Settings", now: datetime, found: "Scan | None") -> "Report":
    """Build, and remember how it went; ``found`` is the inbox, where it was walked through already."""
    from feedsvc.build import build
    from feedsvc.console import bars
    from feedsvc.processes import give_way
    from feedsvc.store.cleaning import clean_up
    from feedsvc.store.database import open_database
    from feedsvc.store.history import build_view, note_build
    from feedsvc.store.reader import note_failure

    give_way()
    with closing(open_database(settings)) as database, bars(quiet=chosen.json) as progress:
        with database.founding() as connection:
            report = build(
                settings,
                connection,
                now=now,
                stamp=clock.live_stamp if chosen.now is None else clock.fixed_stamp(now),
                jobs=chosen.jobs or os.cpu_count() or 1,
                accept_withdrawals=chosen.accept_withdrawals,
                progress=progress,
                copies=settings.media_folder,
                found=found,
            )
            note_failure(connection, None)
            if report.touched:
                note_build(connection, build_view(report, now))
        clean_up(database, settings.media_folder, touched=report.touched)
    return report


def _serve(chosen: argparse.Namespace) -> int:
    from feedsvc.serve import serve

    settings = _settings(chosen.dir)
    return serve(settings, chosen.host, chosen.port, chosen.workers, url=chosen.url, watch=chosen.watch)


def _check(chosen: argparse.Namespace) -> int:
    from feedsvc.check import check, check_text
    from feedsvc.explain import rehearse
    from feedsvc.store.served import as_served

    settings = as_served(_settings(chosen.dir))
    now = _moment(chosen.now, settings)
    with rehearse(settings, now) as connection:
        checked = check(settings, connection, now)
    if chosen.json:
        print(json.dumps(checked.as_json(), ensure_ascii=False, indent=2))
    else:
        print(check_text(checked, everything=chosen.verbose))
    return REJECTED if checked.has_errors else DONE


def _explain(chosen: argparse.Namespace) -> int:
    from tempfile import SpooledTemporaryFile

    from feedsvc.explain import explain, explanation_text, rehearse
    from feedsvc.store.served import as_served

    folder, name = _folder_and_name(chosen.names, everything=chosen.all)
    settings = as_served(_settings(folder))
    # Printed when the lock is given back: whoever pages through it must not keep builds waiting.
    with SpooledTemporaryFile(_HELD, "w+", encoding="utf-8", errors="surrogatepass") as told:
        with rehearse(settings, _moment(chosen.now, settings)) as connection:
            for each in explain(connection, None if name is None else _inbox_name(settings, name)):
                text = json.dumps(each.told, ensure_ascii=False) if chosen.json else explanation_text(each)
                print(text, file=told)
        told.seek(0)
        shutil.copyfileobj(told, sys.stdout)
    return DONE


def _export(chosen: argparse.Namespace) -> int:
    from feedsvc.export import export

    if len(chosen.names) > 2:
        raise UsageError("export takes [DIR] DEST: the publication's folder, and the folder to write")
    settings = _settings(Path(chosen.names[0]) if len(chosen.names) == 2 else None)
    done = export(settings, Path(chosen.names[-1]), _moment(chosen.now, settings))
    if done.base != settings.publication.url:
        print(f"feedsvc: {_other_base(done.base, settings.publication.url)}", file=sys.stderr)
    for path, why in done.left_out.items():
        print(f"feedsvc: {shown(path)} was left out: {why}", file=sys.stderr)
    if chosen.verbose or sys.stderr.isatty():
        print(f"{done.files} files, {done.bytes:,} bytes with their siblings: {chosen.names[-1]}", file=sys.stderr)
    return REJECTED if done.left_out else DONE


def _other_base(base: str, stated: str) -> str:
    remedy = "run `feedsvc build` while nothing is served elsewhere, and export again"
    return f"the addresses begin with {base}, for which the edition was built; for {stated} of the settings, {remedy}"


def _stats(chosen: argparse.Namespace) -> int:
    from feedsvc.stats import audiences, stats_text

    found = audiences(_settings(chosen.dir), clock.now())
    if chosen.json:
        print(json.dumps({"feeds": [each.as_json() for each in found]}, ensure_ascii=False, indent=2))
    else:
        print(stats_text(found))
    return DONE


def _completion(chosen: argparse.Namespace) -> int:
    print(completion(command_line(), chosen.shell), end="")
    return DONE


_COMMANDS = {
    "init": _Command(_init, _init_arguments),
    "build": _Command(_build, _build_arguments),
    "serve": _Command(_serve, _serve_arguments),
    "check": _Command(_check, _check_arguments),
    "explain": _Command(_explain, _explain_arguments),
    "stats": _Command(_stats, _stats_arguments),
    "export": _Command(_export, _export_arguments),
    "completion": _Command(_completion, _completion_arguments),
}


# What commands share


def _settings(folder: Path | None) -> "Settings":
    from feedsvc.config import FILE_NAME, load_settings

    return load_settings((folder if folder is not None else _default_folder()) / FILE_NAME)


def _default_folder() -> Path:
    """``feeds`` below this folder, or the nearest folder upward that holds settings."""
    from feedsvc.config import FILE_NAME

    here = Path.cwd()
    for folder in (here, here / "feeds", *here.parents):
        if (folder / FILE_NAME).is_file():
            return Path(os.path.relpath(folder))
    raise UsageError(f"no {FILE_NAME} here, in feeds/ or above; name the publication's folder, or make one with init")


def _folder_and_name(names: list[str], *, everything: bool) -> tuple[Path | None, str | None]:
    """The arguments of ``explain``: [DIR] NAME, or [DIR] --all."""
    if everything and len(names) < 2:
        return (Path(names[0]) if names else None), None
    if not everything and len(names) in (1, 2) and not _is_publication(names[-1]):
        return (Path(names[0]) if len(names) == 2 else None), names[-1]
    raise UsageError("explain takes [DIR] NAME, the document's path in the inbox, or [DIR] --all")


def _is_publication(name: str) -> bool:
    """Whether a name is that of a publication's folder, so that the document's is missing."""
    from feedsvc.config import FILE_NAME

    return (Path(name) / FILE_NAME).is_file()


def _inbox_name(settings: "Settings", name: str) -> str:
    """``name`` as the inbox knows it, whether it was given so or as a path from here."""
    path, inbox = Path(name), settings.inbox_folder
    if not (inbox / name).exists() and path.is_absolute() | path.exists():
        name = os.path.relpath(path.resolve(), inbox.resolve())
    return shown(name)


def _moment(text: str | None, settings: "Settings") -> datetime:
    """The moment that ``--now`` gives; one without an offset is in the publication's zone."""
    if text is None:
        return clock.now()
    try:
        moment = datetime.fromisoformat(text).replace(microsecond=0)
    except ValueError as error:
        raise UsageError(f"--now {text!r} does not do: {_MOMENT_WANTED}") from error
    if not 1970 < moment.year < 9998:
        raise UsageError(f"--now {text!r} does not do: {_MOMENT_WANTED}, after 1970 and before 9998")
    return moment if moment.tzinfo is not None else moment.replace(tzinfo=settings.publication.timezone)


_MOMENT_WANTED = "a moment such as 2026-01-29T12:00:00+09:00 is wanted"
