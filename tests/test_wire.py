"""Folders of wire stories, made of known parts, come apart into these parts; where a missing year comes from."""

import textwrap
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from test_parsers import date_text, shown

from feedsvc.articles.dates import Surroundings, publication_date
from feedsvc.config import FolderDefaults
from feedsvc.model import Document, Draft, Hints, Neighbours, SourceDate
from feedsvc.parsers import parse
from feedsvc.parsers.neighbours import clues, survey

WRITTEN = datetime(2026, 1, 1, tzinfo=UTC)

# The first of each word list are words of no lexicon: nothing but the folder tells these mastheads.
MASTHEADS = st.sampled_from(["Gull and Anchor", "Northport Beacon", "THE HARBOUR WIRE", "Islands Daily News", "Salt"])
NAVIGATION = st.sampled_from(
    ["", "Home | Local | Harbour", "Tides and winds of the week", "Back to Main", "Print this page"]
)
HEADLINES = st.sampled_from(
    [
        "Ferries sail again after four days of storm",
        "Council votes for a new breakwater",
        "70 pct of islanders back 2-lane bridge: poll",
        "Lamp on the outer mole lit again",
        "Herring season opens with a small catch",
        "School boat to stop at both piers from May",
    ]
)
SENTENCES = st.sampled_from(
    [
        "All three ferry lines stayed in port on Sunday, the company said in a statement.",
        '"We are glad to be home," said a schoolteacher who had waited since Thursday.',
        "Trains run as usual, and the bridge is open to cars but not to lorries.",
        "The harbour master expects the wind to turn before the evening tide comes in.",
        "About sixty passengers were on board, most of them islanders.",
        "Work on the mole begins in the spring and is to last for two summers.",
    ]
)
DATELINES = st.sampled_from(
    [
        "NORTHPORT, {0:%b}. {0.day}, {0.year} (Kyodo) -- ",
        "NORTHPORT, {0.day} {0:%B} {0.year} (Reuters) - ",
        "Northport, {0:%B} {0.day}, {0.year} (AP) — ",
        "NORTHPORT, {0:%B} {0.day}, {0.year}. /TASS/. ",
    ]
)
HEADERS = st.sampled_from(["{0:%B} {0.day}, {0.year}", "Published: {0:%Y-%m-%d}", "{0:%A}, {0.day} {0:%B} {0.year}"])
TAILS = st.sampled_from(["({0:%B} {0.day}, {0.year})", "Published: {0:%Y-%m-%d}T10:30:00+09:00"])
END_MARKS = st.sampled_from(["", "ENDS", "-30-", "###", "(c) The publishers. All rights reserved."])
LAYOUTS = st.sampled_from(["blank lines", "wrapped", "indented", "a line each"])
DAYS = st.dates(date(2001, 1, 1), date(2025, 12, 28))


@dataclass(frozen=True)
class Made:
    """A story as it was made: what it says, and its text."""

    headline: str
    day: date
    paragraphs: tuple[str, ...]
    text: str


@st.composite
def stories(draw: st.DrawFn, head: str) -> Made:
    day, headline = draw(DAYS), draw(HEADLINES)
    paragraphs = tuple(
        " ".join(each) for each in draw(st.lists(st.lists(SENTENCES, min_size=1, max_size=3), min_size=2, max_size=5))
    )
    place = draw(st.sampled_from(["header", "dateline", "tail"]))
    lines = [head, headline, ""]
    if place == "header":
        lines[2:] = [draw(HEADERS).format(day), ""]
    dateline = draw(DATELINES).format(day).replace("May.", "May") if place == "dateline" else ""
    lines += laid_out(draw(LAYOUTS), (dateline + paragraphs[0], *paragraphs[1:]))
    if place == "tail":
        lines += ["", draw(TAILS).format(day)]
    if mark := draw(END_MARKS):
        lines += ["", mark]
    return Made(headline, day, paragraphs, "\n".join(lines) + "\n")


def laid_out(layout: str, paragraphs: tuple[str, ...]) -> list[str]:
    wrapped = [textwrap.wrap(each, 72, break_on_hyphens=False) for each in paragraphs]
    match layout:
        case "wrapped":
            return "\n\n".join("\n".join(each) for each in wrapped).split("\n")
        case "indented":
            return [line for each in paragraphs for line in textwrap.wrap(each, 72, initial_indent="    ")]
        case "a line each":
            # A paragraph a line is told by its length; short ones need blank lines as well.
            return ("\n" if min(map(len, paragraphs)) > 150 else "\n\n").join(paragraphs).split("\n")
        case _:
            return "\n\n".join(paragraphs).split("\n")


@st.composite
def folders(draw: st.DrawFn) -> dict[str, Made]:
    """Four to six stories below the same masthead and navigation, each with a headline of its own."""
    head = "\n".join([draw(MASTHEADS), *filter(None, [draw(NAVIGATION)]), ""])
    made = draw(st.lists(stories(head), min_size=4, max_size=6, unique_by=lambda story: story.headline))
    return {f"{number}.txt": story for number, story in enumerate(made)}


def read(folder: dict[str, str]) -> dict[str, Draft]:
    """The draft of each document of a folder, read as neighbours."""
    around = survey({name: (clues(text.encode()), WRITTEN) for name, text in folder.items()})
    drafts = {}
    for name, text in folder.items():
        (drafts[name],) = parse(Document(name, text.encode(), WRITTEN), around[name], Hints()).drafts
    return drafts


@given(folders())
def test_the_parts_of_a_folder_come_back(folder: dict[str, Made]) -> None:
    drafts = read({name: made.text for name, made in folder.items()})
    for name, made in folder.items():
        draft = drafts[name]
        assert draft.headline == made.headline, made.text
        assert draft.published is not None, made.text
        assert date_text(draft.published)[:10] == made.day.isoformat(), made.text
        assert tuple(shown(draft, "text").split("\n\n")) == made.paragraphs, made.text


# The year of a month and a day

JANUARY_29 = SourceDate(None, 1, 29)


def around(
    name: str = "a.txt",
    modified: str = "2010-06-01",
    year: int | None = None,
    setting: int | None = None,
    copied: bool = False,
) -> Surroundings:
    moment = datetime.fromisoformat(modified).replace(tzinfo=UTC)
    return Surroundings(name, moment, Neighbours(year=year, bulk_copy=copied), FolderDefaults(year=setting))


@pytest.mark.parametrize(
    ("place", "year", "evidence"),
    [
        (around("2017-02-03-a.txt", "2013-02-01", 2015, 2014), 2017, "date in the name"),
        (around("2016-12-30/a.txt", "2013-02-01", 2015, 2014), 2017, "date in the name"),
        (around("2016/a.txt", "2013-02-01", 2015, 2014), 2016, "name of the file or folder"),
        (around("a.txt", "2013-02-01", 2015, 2014), 2014, "settings of its folder"),
        (around("a.txt", "2013-02-01", 2015), 2015, "other documents"),
        (around("a.txt", "2013-02-01"), 2013, "file's time"),
        (around("a.txt", "2013-01-28"), 2013, "file's time"),
        (around("a.txt", "2013-03-15"), 2013, "file's time"),
    ],
)
def test_the_ladder_of_evidence_for_a_year(place: Surroundings, year: int, evidence: str) -> None:
    dated = publication_date(JANUARY_29, place, UTC)
    assert dated.moment == datetime(year, 1, 29, tzinfo=UTC)
    assert evidence in (dated.evidence or "")
    assert "year-inferred" in {each.code for each in dated.findings}


@pytest.mark.parametrize(
    "place",
    [around("a.txt", "2013-02-01", copied=True), around("a.txt", "2013-03-17"), around("a.txt", "2013-01-20")],
)
def test_a_year_that_nothing_says_is_not_made_up(place: Surroundings) -> None:
    dated = publication_date(JANUARY_29, place, UTC)
    assert dated.moment is None
    assert [(each.code, each.severity) for each in dated.findings] == [("year-unknown", "error")]


def test_a_full_date_in_the_document_lends_its_year_also_across_new_year() -> None:
    text = "Storm closes ferry lines\n\nNORTHPORT, Dec. 31 (Kyodo) -- All lines stayed in port.\n\nTrains run.\n\nPublished: 2017-01-01\n"
    (draft,) = parse(Document("a.txt", text.encode(), WRITTEN)).drafts
    assert shown(draft, "published") == "2016-12-31"


@pytest.mark.parametrize(("seconds", "copied"), [(5, True), (600, False)])
def test_files_of_one_minute_were_copied(seconds: int, copied: bool) -> None:
    found = survey({f"{n}.txt": (clues(b"A\n"), WRITTEN + timedelta(seconds=n * seconds)) for n in range(5)})
    assert {each.bulk_copy for each in found.values()} == {copied}


def test_neighbours_must_agree_on_the_year() -> None:
    def year(*years: int) -> int | None:
        documents = [f"Storm {n}\nJanuary 29, {each}\n\nText.\n" for n, each in enumerate(years)] + [
            "Storm\n\nText.\n"
        ]
        found = survey({str(n): (clues(text.encode()), WRITTEN) for n, text in enumerate(documents)})
        return found[str(len(years))].year

    assert year(2017, 2017) == 2017
    assert year(2017, 2016) is None
    assert year() is None


ORDERS = ("EMBARGOED UNTIL 5 March 2027 09:00 UTC", "embargoed until 5 March 2027", "Embargo: 5 March 2027 09:00 UTC", "NOT FOR RELEASE BEFORE 5 March 2027 09:00 UTC")  # fmt: skip
PLACES = {
    "below contacts": "The bridge opens\n\nMedia Contact:\nJane Doe\njane@example.org\n{order}\n\n2 January 2026\n\nOSLO -- {text}\n",
    "above the headline": "{order}\n\nThe bridge opens\n\n2 January 2026\n\nOSLO -- {text}\n",
    "below the text": "The bridge opens\n\n2 January 2026\n\nOSLO -- {text}\n\n({order})\n",
    "to editors above the text": "The bridge opens\n\nEditors: {order}\n\n2 January 2026\n\nOSLO -- {text}\n",
    "to the desk behind a comma": "The bridge opens\n\n2 January 2026\n\n(ATTN: UPDATES with quotes, {order})\n\nOSLO -- {text}\n",
    "to editors below the text": "The bridge opens\n\n2 January 2026\n\nOSLO -- {text}\n\nEditor: {order}\n",
    "in two brackets below the text": "The bridge opens\n\n2 January 2026\n\nOSLO -- {text}\n\n(({order}))\n",
}


@pytest.mark.parametrize("order", ORDERS)
@pytest.mark.parametrize("place", PLACES)
def test_an_order_to_hold_a_story_back_counts_wherever_it_stands(place: str, order: str) -> None:
    told = "The bridge over the sound opens to traffic in spring, the ministry of transport said on Friday."
    text = PLACES[place].format(order=order, text=told)
    (draft,) = parse(Document("story.txt", text.encode(), datetime(2026, 1, 3, tzinfo=UTC))).drafts
    assert draft.embargo is not None, draft
