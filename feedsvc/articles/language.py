"""The language of a text, where its script alone tells."""

import re

# Letters that settle the question, the narrower scripts first: kana before Han, Persian letters before Arabic.
_SCRIPTS = (
    ("ja", re.compile("[\u3041-\u30ff]")),
    ("ko", re.compile("[\uac00-\ud7af]")),
    ("zh", re.compile("[\u4e00-\u9fff]")),
    ("fa", re.compile("[\u067e\u0686\u0698\u06af]")),
    ("ar", re.compile("[\u0621-\u064a]")),
    ("he", re.compile("[\u05d0-\u05ea]")),
    ("th", re.compile("[\u0e01-\u0e2e]")),
    ("el", re.compile("[\u03b1-\u03c9]")),
)
_LETTER = re.compile(r"[^\W\d_]")
_SAMPLE = 2000


def guess_language(text: str) -> str | None:
    """A BCP 47 tag when at least a fifth of the letters belong to a script of one language, else None.

    Scripts that many languages share (Latin, Cyrillic, Devanagari) tell nothing.
    """
    sample = text[:_SAMPLE]
    if sample.isascii():
        return None
    letters = len(_LETTER.findall(sample))
    for language, script in _SCRIPTS:
        share = len(script.findall(sample)) / max(letters, 1)
        if share >= (0.02 if language == "fa" else 0.2):
            return language
    return None
