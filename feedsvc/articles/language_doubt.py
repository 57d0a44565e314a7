"""Whether a text may be in a language: of a doubtful one it is told that its language was assumed."""

from functools import lru_cache

from feedsvc.articles.language import CYRILLIC, SCRIPTS, WORD

# Of each language short words that stand in nearly every sentence, and in few of others.
_WORDS = {
    "en": "the of and that with said from has was were have been will this which after their would its are you we our your he she his they "
    "not but who can when how says over",
    "de": "der die und das den von mit für auf ist nicht dem des sich ein eine wurde nach bei wie im zu",
    "fr": "le la les des du une dans pour que est au par sur qui pas aux et avec ce été",
    "es": "el los las del una que por con para se su al es lo como más fue en la",
    "it": "il che di della per una con non sono del gli dei nel alla le si è più anche",
    "pt": "os do da dos das que em um uma para com não na por se ao mais foi",
    "nl": "het een van de en dat op zijn voor met niet aan te door ook bij werd",
    "pl": "w i na z się do nie że jest to od po przez jak ale oraz dla o za",
    "sv": "och att det som en är av för på med den till har inte om ett från i",
    "da": "og at det som en er af for på med den til har ikke om et fra i",
    "no": "og at det som en ein er av for på med den til har ikke ikkje om et eit fra frå i",
    "fi": "ja on ei että se hän oli mutta myös kun ovat joka mukaan ole sen",
    "cs": "a v se na že je s z do o i za by pro od jako po k které byl",
    "sk": "a v sa na že je s z do o i za by pre od ako po k ktoré bol",
    "hu": "a az és hogy nem is egy meg volt ez csak de azt szerint már",
    "ro": "și şi de în la cu pe nu a din că un o care mai pentru este au fost",
    "tr": "ve bir bu da de için ile olarak olan çok daha sonra gibi olduğu",
    "hr": "i u je na se da za od su s o ne što kao iz koji to bi",
    "sl": "in v je na se da za so z ki s ne pa tudi po kot bi o",
    "id": "yang dan di dengan untuk dari pada ini itu dalam tidak akan ke oleh juga telah",
    "ca": "el la de i que a les els en per amb un una del és no al",
    "et": "ja on ei et see ta oli kui ka mis ning aga oma",
    "lv": "un ir ar no uz par lai ka tā arī bet pēc kā",
    "lt": "ir kad į su iš yra ar buvo tai kaip po bet už jis",
    "is": "og að í á er sem við um til var en með ekki frá fyrir",
    "vi": "và của là có không được cho trong với các một những người đã này",
}
_ALIKE = {"nb": "no", "nn": "no", "bs": "hr", "ms": "id"}
_LETTERS = dict(SCRIPTS) | dict.fromkeys(("ru", "uk", "be", "bg", "mk", "kk"), CYRILLIC)
_SAMPLE = 600
_FEWEST = 20  # words, in which one of these is to be expected
_ONE_IN = 30
_LONG = 5  # letters of a word that abbreviations do not have: tables of results and prices are in no language
_FEWEST_LONG = 10


def is_doubtful(text: str, language: str) -> bool:
    """Whether a text of some length shows nothing of ``language``: no letter of its script, hardly one of its commonest words.

    Of a language of which neither is known there is no telling.
    """
    sample = text[:_SAMPLE].lower()
    words = WORD.findall(sample)
    if len(words) < _FEWEST or sum(len(word) >= _LONG for word in words) < _FEWEST_LONG:
        return False
    language = language.partition("-")[0].lower()
    if letters := _LETTERS.get(language):
        return letters.search(sample) is None
    common = _common(_ALIKE.get(language, language))
    return bool(common) and sum(map(common.__contains__, words)) * _ONE_IN < len(words)


@lru_cache
def _common(language: str) -> frozenset[str]:
    return frozenset(_WORDS.get(language, "").split())
