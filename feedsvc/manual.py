"""What ``feedsvc COMMAND --help`` says beside the arguments: what the command is for, examples, exit codes."""

import textwrap
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

_WIDTH, _COLUMN = 79, 44  # of a line; where the meaning of an example begins

_DONE = "0   done; there may be findings"
_REJECTED = "1   done, but documents were rejected; what was published of them stays"
_REFUSED = "2   wrong usage or settings, or something failed; nothing was changed"
_LOST = "3   most of the inbox is suddenly gone; nothing was withdrawn"
_LOCKED = "75  another build holds the lock; the next one will do"

EPILOG = f"""\
examples:
  feedsvc init ~/wire                     a publication that builds as it stands
  feedsvc serve ~/wire --watch            build, serve, build again
  feedsvc COMMAND --help                  what a command does, with examples

exit codes:
  {_DONE}
  {_REJECTED}
  {_REFUSED}
  {_LOST}
  {_LOCKED}"""


@dataclass(frozen=True, slots=True)
class Page:
    """A command's page: one line for the list of commands, what it does, examples with their meaning, exit codes."""

    summary: str
    text: str
    examples: tuple[tuple[str, str], ...]
    codes: tuple[str, ...] = ("0   done", _REFUSED)

    @property
    def description(self) -> str:
        """What the command does, set for a terminal."""
        return _set(self.text)

    @property
    def epilog(self) -> str:
        """What stands below the arguments."""
        return "\n".join(["examples:", *self._examples(), "", "exit codes:", *(f"  {code}" for code in self.codes)])

    def _examples(self) -> Iterator[str]:
        for command, meaning in self.examples:
            if len(command) + 4 <= _COLUMN:
                yield f"  {command:<{_COLUMN - 2}}{meaning}"
            else:
                yield f"  {command}"
                yield f"{'':{_COLUMN}}{meaning}"


def _set(text: str) -> str:
    return "\n\n".join(textwrap.fill(each, _WIDTH, break_on_hyphens=False) for each in text.split("\n\n"))


DESCRIPTION = _set(
    """\
Publishes feeds: a folder of articles becomes live Atom, RSS and JSON feeds, one per topic.

A publication is a folder with a feedsvc.toml and an inbox. `feedsvc init DIR` makes one. Every command takes that
folder as DIR; without it, the nearest folder upward that holds a feedsvc.toml is meant, or feeds/ below this one."""
)

PAGES: Mapping[str, Page] = {
    "init": Page(
        "write a commented publication that builds as it stands",
        """\
Writes feedsvc.toml with every common setting explained, an inbox with a first article, and a .gitignore for var/.
Nothing that is there already is overwritten.""",
        (
            ("feedsvc init ~/wire", "in a folder of its own"),
            ("feedsvc init .", "in this folder"),
        ),
    ),
    "build": Page(
        "bring the feeds up to the inbox: the cron job",
        """\
Reads what changed in the inbox, sorts it into topics, and publishes a new edition in one step: readers see the old one
or the new one, never a mix. A document that cannot be read is told and costs nothing else. Off a terminal the command
says nothing unless a document was newly rejected or something failed, so cron mails only what is worth reading.""",
        (
            ("feedsvc build ~/wire", "once"),
            ("*/5 * * * * feedsvc build /srv/wire", "a line for crontab -e"),
            ("feedsvc build --json | jq .documents", "what was done, for programs"),
            ("feedsvc build --now 2026-03-01T12:00Z", "as at another moment"),
            ("feedsvc build --accept-withdrawals", "most was deleted on purpose"),
        ),
        (_DONE, _REJECTED, _REFUSED, _LOST, _LOCKED),
    ),
    "serve": Page(
        "build, then serve the feeds and their pages",
        """\
Builds, then answers over HTTP until it is stopped. With --watch it builds again within a second of a change in the inbox
or the settings, and when an embargo ends; without it, it serves each edition that a build by cron publishes, with no
restart. Put a web server in front of it for HTTPS (docs/operations.md).""",
        (
            ("feedsvc serve ~/wire --watch", "try it here: http://127.0.0.1:8000"),
            ("feedsvc serve --port 9000 --workers 2", "on another port, with two processes"),
            ("feedsvc serve --host 0.0.0.0 --url http://192.168.1.7:8000", "for the local network"),
        ),
        ("0   stopped", _REFUSED),
    ),
    "check": Page(
        "show the findings of all documents, and lint every feed",
        """\
Reads the inbox as a build would, publishes nothing, and prints what was guessed, mended or refused, by document and line,
with the remedy; then reads every feed again as a stranger would. An info that many documents have is told in one line, with
the first of them. The codes are listed in docs/feeds.md.""",
        (
            ("feedsvc check ~/wire", "what is worth a look"),
            ("feedsvc check --verbose", "each info by itself"),
            ("feedsvc check --json | jq .findings", "for programs"),
        ),
        (_DONE, "1   there are errors", _REFUSED),
    ),
    "explain": Page(
        "show how a document was read, and why it is in which feed",
        """\
Prints what was understood of a document: each field with its evidence, when an embargo ends, its topics with the tag,
folder or rule that matched, the feeds it stands in, and if none, why. NAME is the document's path in the inbox, or a path from here; the third
article of a file is NAME#3.""",
        (
            ("feedsvc explain 2026/ferry.txt", "one document"),
            ("feedsvc explain ~/wire items.xml#3", "the third article of a file"),
            ("feedsvc explain --all --json > all.jsonl", "every document, an object a line"),
            ("feedsvc explain a.md --now 2026-12-24T18:00+01:00", "as at another moment"),
        ),
        ("0   done, whatever became of the document", "2   wrong usage or settings, or there is no such document"),
    ),
    "stats": Page(
        "show who reads: subscribers and polls per feed and reader",
        """\
Prints for each feed its subscribers, its polls of the last seven days, the share answered with 304, and the bytes sent and
saved; below it the readers. No cookie is set and no address is stored (docs/operations.md, "Who reads").""",
        (
            ("feedsvc stats ~/wire", "a table"),
            ("feedsvc stats --json | jq '.feeds[0].readers'", "for programs"),
        ),
    ),
    "export": Page(
        "write the whole edition as static files, swapped in one step",
        """\
Writes feeds, archives, pages and media below DEST, each with compressed siblings, for a web server or a CDN. DEST becomes
a link to the new files in one step; the export before stays for who is reading it. Run it after a build.""",
        (
            ("feedsvc export /srv/wire /srv/www/wire", "where to write"),
            ("feedsvc export public", "from within the publication"),
        ),
        (_DONE, "1   done, but something was left out; it says what", _REFUSED, _LOCKED),
    ),
    "completion": Page(
        "print the completion of commands and options for a shell",
        """\
Prints a script that makes the Tab key complete commands, options and folders in bash, zsh or fish.""",
        (
            ("source <(feedsvc completion bash)", "in ~/.bashrc"),
            ("feedsvc completion zsh > ~/.zfunc/_feedsvc", "fpath+=~/.zfunc before compinit"),
            ("feedsvc completion fish > ~/.config/fish/completions/feedsvc.fish", "once"),
        ),
    ),
}
