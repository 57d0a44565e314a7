"""What ``feedsvc init`` writes: a commented publication that builds as it stands."""

import secrets
from datetime import datetime
from pathlib import Path

from feedsvc.config import FILE_NAME
from feedsvc.errors import UsageError

_SETTINGS = """\
# The settings of this publication. Every key that may stand here is explained in docs/settings.md of feedsvc.

[publication]
title = "My publication"
# The public base of every address that is printed. While it is a local one, `feedsvc serve` puts its own here.
url = "http://127.0.0.1:8000"
# Ids of articles are minted under this name (RFC 4151): a domain of yours and a year in which you own it. Put yours
# here before the first reader subscribes, and never change it afterwards, whatever becomes of url.
id_authority = "{authority},{year}"
language = "en"
timezone = "UTC"                # of dates that name no zone, such as "Europe/Berlin"
# author = "Jane Smith"         # of articles that name nobody
# description = "What this publication is about, in a sentence."
# rights = "© Jane Smith"

[inbox]
folder = "inbox"                # put articles here: text, Markdown, HTML, e-mail, feeds, news formats; folders count

[feeds]
entries = 50                    # in each feed
content = "full"                # or "summary"
automatic_topics = true         # a feed for each tag that articles carry

# A topic with a feed of its own, filled by a rule: words, "phrases", prefix*, AND, OR, NOT, ( ),
# and the fields headline: text: tag: author: source: language: folder: format: topic:
# [[topic]]
# slug = "coffee"
# title = "Coffee and tea"
# match = 'coffee OR espresso* OR (tea AND -tag:golf)'
"""
_WELCOME = """\
---
title: This publication is live
date: {date}
tags: [Welcome]
summary: The first article of a new publication, and what to do with it.
---

You are reading an article that lies in the folder `inbox` as `welcome.md`. Replace it with one of your own: a text
file, a Markdown file with a title and a date on top, or a saved web page.

While `feedsvc serve --watch` runs, every file that you drop into the inbox is in the feeds a second later. Otherwise
`feedsvc build` takes it in; a line in the crontab does that for you.
"""


def write_publication(folder: Path, now: datetime) -> None:
    """Write a new publication into ``folder``.

    Raises UsageError when it holds one already, or cannot be written.
    """
    settings = folder / FILE_NAME
    authority = f"{secrets.token_hex(4)}.example"
    try:
        (folder / "inbox").mkdir(parents=True, exist_ok=True)
        with settings.open("x", encoding="utf-8") as file:
            file.write(_SETTINGS.format(authority=authority, year=now.year))
        if not any((folder / "inbox").iterdir()):
            (folder / "inbox" / "welcome.md").write_text(_WELCOME.format(date=now.isoformat()), encoding="utf-8")
        if not (folder / ".gitignore").exists():
            (folder / ".gitignore").write_text("var/\n", encoding="utf-8")
    except FileExistsError as error:
        raise UsageError(f"{settings} is there already; edit it, or name another folder") from error
    except OSError as error:
        raise UsageError(
            f"{folder}: cannot be written ({error.strerror}); check the path and the permissions"
        ) from error
