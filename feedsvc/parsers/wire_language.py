"""The language of a plain text, where its script or its commonest words leave no doubt."""

import re

_WORDS = {
    "en": "the of and to in a that for on with was said by is from at as it has",
    "de": "der die und das den von zu mit im für auf ist ein eine nicht dem des sich am",
    "fr": "le la les et des du une un dans pour que est au par sur qui ne pas aux",
    "es": "el los las y del una un que en por con para se su al es lo como",
    "it": "il che di della per una un con non sono del gli dei è nel alla le si",
    "pt": "o os as e do da dos das que em um uma para com não no na por se",
    "nl": "het een van de en dat op zijn voor met niet is aan te door ook bij",
}
_VOTES: dict[str, list[str]] = {}
for _language, _words in _WORDS.items():
    for _word in _words.split():
        _VOTES.setdefault(_word, []).append(_language)
_WORD = re.compile(r"[^\W\d_]+")
_KANA = re.compile(r"[\u3041-\u30ff]")
_HANGUL = re.compile(r"[\uac00-\ud7a3]")
_HAN = re.compile(r"[\u4e00-\u9fff]")
_SAMPLE = 600


def language_of(text: str) -> str | None:
    """The BCP 47 tag of ``text``'s language; None when it is not clear."""
    start = text[:_SAMPLE]
    if not start.isascii():
        letters = sum(map(str.isalpha, start)) or 1
        if len(_HANGUL.findall(start)) * 2 > letters:
            return "ko"
        if len(_KANA.findall(start)) * 8 > letters:
            return "ja"
        if len(_HAN.findall(start)) * 4 > letters * 3:
            return "zh"
    votes: dict[str, int] = {}
    for word in _WORD.findall(start.lower()):
        for language in _VOTES.get(word, ()):
            votes[language] = votes.get(language, 0) + 1
    ranked = sorted(votes.items(), key=lambda vote: -vote[1])
    if not ranked or ranked[0][1] < 4 or (len(ranked) > 1 and ranked[0][1] < 2 * ranked[1][1]):
        return None
    return ranked[0][0]
