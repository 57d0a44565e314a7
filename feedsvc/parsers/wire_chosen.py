"""The headline, chosen among the lines of a head that are no header lines, and what the others are: masthead, section, byline, deck."""

from feedsvc.model import Finding
from feedsvc.parsers.wire_byline import bare_name, name_and_place
from feedsvc.parsers.wire_found import Head
from feedsvc.parsers.wire_headline import Doubt, Text, choose, doubt_of, is_whole, without_mark
from feedsvc.parsers.wire_lexicon import is_section
from feedsvc.text import fold


def choose_headline(head: Head) -> None:
    """Choose the headline among the texts; what stands above it is furniture."""
    texts = head.texts
    if "headline" in head.fields:
        known = fold(head.fields["headline"])
        for each in texts:
            if fold(each.text) == known or each.doubt.points >= 3:
                head.lines.add(each.at)
                _name_source(head, each)
        return _from_names(head)
    _name_below(head)
    if texts:
        doubts = [each.doubt for each in texts]
        if not head.candidates:
            # A headline that recurs in the folder looks like furniture to the neighbours.
            doubts = [doubt_of(each.text) for each in texts]
        first, last = choose(texts, doubts)
        headline = [without_mark(each.text) for each in texts[first : last + 1]]
        head.fields["headline"] = " ".join(headline)
        head.evidence["headline"] = _why(head, texts, doubts, first, last)
        head.lines.update([each.at for each in texts[: last + 1]])
        for each, doubt in zip(texts[:first], doubts[:first], strict=True):
            _name_source(head, each)
            if not doubt.points:
                message = f'"{each.text[:60]}" was taken for a masthead, by its place; put the headline on line 1.'
                head.findings.append(Finding("masthead-guessed", "info", message, "source", head.number(each.at)))
        for each, doubt in zip(texts[last + 1 :], doubts[last + 1 :], strict=True):
            if doubt.points >= 4:
                head.lines.add(each.at)
            else:
                head.decks.add(head.number(each.at))
    _from_names(head)


def _name_below(head: Head) -> None:
    """Take the last line for the byline when it is nothing but a name and stands below a whole headline.

    Above the date a place may stand behind the name, and a blank line above it.
    """
    if head.authors or len(head.texts) < 2:
        return
    above, below = head.texts[-2:]
    if above.doubt.points > 2:
        return
    whole = is_whole(above)
    if not whole and above.text.count(" ") < 3:
        return
    dates = {date.line for date in (head.updated, *(date for date, _ in head.dates)) if date is not None}
    dated = head.number(below.at + 1) in dates
    beside = dated or head.number(below.at - 1) in dates or below.at == above.at + 1
    placed = name_and_place(below.text) if dated else ()
    # A name with its newspaper above the date is no part of a headline that is capitalised like it.
    if not beside or not (whole or placed):
        return
    if not (authors := bare_name(below.text) or placed):
        return
    head.texts.pop()
    head.authors = authors
    head.lines.add(below.at)
    number = head.number(below.at)
    head.evidence["authors"] = f"line {number}, a name {'beside the date' if dates else 'below the headline'}"
    message = f'"{below.text}" was taken for the byline, by its place; write "By {below.text}".'
    head.findings.append(Finding("byline-guessed", "info", message, "authors", number))


def _why(head: Head, texts: list[Text], doubts: list[Doubt], first: int, last: int) -> str:
    number = head.number(texts[first].at)
    place = f"line {number}" if first == last else f"lines {number} to {head.number(texts[last].at)}"
    if first == 0:
        return f"{place}, the first line that is no header"
    reasons = "; ".join(dict.fromkeys(doubt.reason or "its place" for doubt in doubts[:first]))
    return f"{place}, below the page's furniture (known by {reasons})"


def _name_source(head: Head, each: Text) -> None:
    """Keep what a line of furniture says: the masthead, the section."""
    doubt = each.doubt
    name = each.text.strip(" *=-~|[]<>")
    if is_section(name):
        head.note("sections", name, f"line {head.number(each.at)}, above the headline")
    elif doubt.points < 6 or (doubt.points == 10 and doubt_of(each.text).points < 6):
        head.note(
            "source", name, f"line {head.number(each.at)}, the masthead, known by {doubt.reason or 'its place'}"
        )


def _from_names(head: Head) -> None:
    """A name beside the date is the source when nothing better is."""
    for name in head.names:
        head.note("source", name, "the line of the date")
