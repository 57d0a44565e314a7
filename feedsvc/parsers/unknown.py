"""XML of kinds that no parser here knows, and markup that none reads: refused, with what would be read."""

from pathlib import PurePosixPath

from feedsvc.model import Document, Finding, Hints, Neighbours, Parsed
from feedsvc.parsers.xml import root_name


def parse(document: Document, _neighbours: Neighbours, _hints: Hints) -> Parsed:
    """No draft, and a finding that names what was found."""
    root = root_name(document.data)
    suffix = PurePosixPath(document.name).suffix.lower()
    found = f"XML with the root element <{root}>" if root else f"a {suffix} file" if suffix else "a structure"
    message = (
        f"This is {found} of no article format known here; docs/formats.md lists those that are. "
        "Send one of them, or take the file out of the inbox."
    )
    return Parsed((), (Finding("format-unknown", "error", message),))
