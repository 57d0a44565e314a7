"""reStructuredText, with the fields of docutils and Pelican below its title.

Nothing in a document can name a file, an address to fetch, or HTML of its own: docutils does neither here.
"""

import re
from collections.abc import Iterator
from itertools import islice

from docutils import ApplicationError, nodes
from docutils.core import Publisher, publish_doctree
from docutils.io import DocTreeInput, StringOutput
from docutils.readers import doctree as doctree_reader
from docutils.readers import standalone
from docutils.transforms import Transform
from docutils.transforms.references import Substitutions

from feedsvc.model import Document, Finding, Hints, Neighbours, Parsed
from feedsvc.parsers.charset import DecodeError, decode
from feedsvc.parsers.frontmatter import FrontMatter
from feedsvc.parsers.markdown import Reading, told

FORMAT = "rst"
# What docutils reads within a second: text, and places where markup may begin.
_LONGEST = 100_000
_MOST_MARKS = 2_000
_MARK = re.compile(r"[*`|]+|_(?=\W)|^[ \t]*[^\w\s]", re.MULTILINE)
_MOST_REMARKS = 20
_LONGEST_ROLE = 1_000
_SETTINGS = {
    "_disable_config": True,
    "file_insertion_enabled": False,
    "raw_enabled": False,
    "report_level": 5,
    "halt_level": 5,
    "warning_stream": False,
    "traceback": True,
    "input_encoding": "unicode",
    "output_encoding": "unicode",
    "syntax_highlight": "none",
    "toc_backlinks": False,
    "math_output": "LaTeX",
    "initial_header_level": 2,
    "embed_stylesheet": False,
    "stylesheet_path": "",
    "line_length_limit": _LONGEST,
}
# docutils answers some damage with faults of its own.
_FAULTS = (ApplicationError, AssertionError, AttributeError, LookupError, RecursionError, TypeError, ValueError)
_FIELD = re.compile(r"^:([^:\n]{1,40}):(?=\s)", re.MULTILINE)
_ROLE = re.compile(r"(?::[\w:.+-]+:)?`([^`<]*[^`<\s])(?:\s*<[^`>]*>)?`(?::[\w:.+-]+:|_{1,2})?")


class _BoundedSubstitutions(Transform):  # type: ignore[misc]
    """Refuses substitutions that would make a document larger than it may be, before they are made.

    A definition may refer to others: ten lines of ten references each stand for as many words as a library.
    """

    default_priority = Substitutions.default_priority - 1

    def apply(self) -> None:
        """Raises ApplicationError where there are too many."""
        definitions = self.document.substitution_defs
        names = self.document.substitution_names
        sizes: dict[str, int] = {}

        def size(node: nodes.Element) -> int:
            """How many references stand in ``node`` once all are written out; in a circle, which docutils reports, 1."""
            total = 0
            for each in node.findall(nodes.substitution_reference):
                name = each["refname"]
                key = name if name in definitions else names.get(name.lower())
                if key is not None and key not in sizes:
                    sizes[key] = 0
                    sizes[key] = size(definitions[key])
                total += 1 + sizes.get(key, 0)
            return total

        if size(self.document) > _MOST_MARKS:
            raise ApplicationError(f"its substitutions stand for more than {_MOST_MARKS:,} others")


class _Reader(standalone.Reader):  # type: ignore[misc]
    """docutils' own reader, with a bound on substitutions."""

    def get_transforms(self) -> list[type[Transform]]:
        """All that changes the tree once it is read."""
        return [*super().get_transforms(), _BoundedSubstitutions]


def parse(document: Document, _neighbours: Neighbours, hints: Hints) -> Parsed:
    """The article in a file; none when it cannot be decoded, or is longer than an article."""
    try:
        text, findings = decode(document.data)
    except DecodeError as error:
        return Parsed((), (Finding("undecodable", "error", str(error)),))
    if len(text) > _LONGEST or sum(1 for _ in islice(_MARK.finditer(text), _MOST_MARKS + 1)) > _MOST_MARKS:
        message = (
            f"The file has more than {_LONGEST:,} characters or {_MOST_MARKS:,} marks; part it into several articles."
        )
        return Parsed((), (Finding("too-long", "error", message),))
    try:
        tree = publish_doctree(text, reader=_Reader(), settings_overrides=_SETTINGS)
        remarks = list(_remarks(tree))
        headline, summary = _heading(tree)
        fields = dict(_fields(tree))
        html = _html(tree)
    except _FAULTS as error:
        message = (
            f"docutils cannot read the file ({str(error)[:100] or 'it is nested too deeply'}); correct its markup."
        )
        return Parsed((), (Finding("rst-broken", "error", message),))
    lines = {found[1].strip().lower(): text.count("\n", 0, found.start()) + 1 for found in _FIELD.finditer(text)}
    read = Reading(FrontMatter(fields, "", lines), hints, [*findings, *remarks])
    stated = read.text("headline")
    if headline:
        read.evidence["headline"] = "the title of the document"
    return Parsed((told(read, FORMAT, headline or stated, html, read.text("summary") or summary),))


def _remarks(tree: nodes.document) -> Iterator[Finding]:
    """What docutils has to say, as findings; its own messages leave the text."""
    messages = [*tree.findall(nodes.system_message), *tree.transform_messages]
    for count, message in enumerate(messages):
        if message["level"] > 1 and count < _MOST_REMARKS:
            said = " ".join(message.children[0].astext().split()) if message.children else "markup that is not known"
            yield Finding(
                "rst-markup", "warning", f"{said.rstrip('.')[:200]}; correct the markup.", "text", message.get("line")
            )
    for message in messages:
        if message.parent is not None:
            message.parent.remove(message)
    for problem in list(tree.findall(nodes.problematic)):
        text = problem.astext()
        shown = _ROLE.sub(r"\1", text) if len(text) <= _LONGEST_ROLE else text
        problem.parent.replace(problem, nodes.Text(shown))


def _heading(tree: nodes.document) -> tuple[str | None, str | None]:
    """Title and subtitle, taken out of the text; a single section gives its title."""
    sections = [each for each in tree.children if isinstance(each, nodes.section)]
    if not any(isinstance(each, nodes.title) for each in tree.children) and len(sections) == 1:
        sections[0].replace_self(sections[0].children)
    title = subtitle = None
    for each in list(tree.children):
        if isinstance(each, nodes.title) and title is None:
            title = each.astext()
            tree.remove(each)
        elif isinstance(each, nodes.subtitle):
            subtitle = each.astext()
            tree.remove(each)
    return title, subtitle


def _fields(tree: nodes.document) -> Iterator[tuple[str, object]]:
    """The fields below the title, taken out of the text; abstracts are summaries, tables of contents nothing."""
    for topic in list(tree.findall(nodes.topic)):
        if "contents" in topic["classes"] or "abstract" in topic["classes"]:
            topic.parent.remove(topic)
            if "abstract" in topic["classes"]:
                yield "summary", " ".join(each.astext() for each in topic.children[1:])
    first = next((each for each in tree.children if not isinstance(each, nodes.comment)), None)
    if not isinstance(first, (nodes.docinfo, nodes.field_list)):
        return
    for each in first.children:
        if isinstance(each, nodes.field):
            yield each.children[0].astext().strip().lower(), _text(each.children[1])
        elif isinstance(each, nodes.authors):
            yield "authors", [_text(author) for author in each.children]
        elif isinstance(each, nodes.organization):
            yield "source", _text(each)
        else:
            yield each.tagname, _text(each)
    tree.remove(first)


def _text(node: nodes.Node) -> str:
    return " ".join(node.astext().split())


def _html(tree: nodes.document) -> str:
    publisher = Publisher(doctree_reader.Reader(), source=DocTreeInput(tree), destination_class=StringOutput)
    publisher.set_writer("html5")
    publisher.process_programmatic_settings(None, _SETTINGS, None)
    publisher.set_destination(None, None)
    publisher.publish()
    return str(publisher.writer.parts["body"])
