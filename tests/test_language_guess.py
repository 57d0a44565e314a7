"""The language of a text that names none: where its letters or commonest words leave no doubt, and nowhere else."""

import pytest
from publication import Publication

from feedsvc.articles.language import guess_language
from feedsvc.articles.language_doubt import is_doubtful

TEXTS = {
    "ru": "Паромы вернулись на остров после бури, сообщили власти порта. Рейсы объявят утром, билеты действительны.",
    "uk": "Пороми повернулися на острів після бурі, повідомила влада порту. Рейси оголосять уранці, квитки дійсні.",
    "be": "Паромы вярнуліся на востраў пасля буры, паведамілі ўлады порта. Рэйсы аб'явяць раніцай, білеты сапраўдныя ўсе.",
    "bg": "Фериботите се върнаха на острова след бурята, съобщиха властите. Пътуванията ще бъдат обявени сутринта, а билетите остават валидни и за следващия ден.",
    "sr": "Трајекти су се вратили на острво после олује, саопштила је управа луке. Вожње ће бити објављене ујутру, а карте важе.",
    "mk": "Трајектите се вратија на островот по бурата, соопштија од пристаништето. Возењата ќе бидат објавени утре, а билетите ќе важат.",
    "kk": "Дауылдан кейін паромдар аралға қайтып келді, деп хабарлады порт әкімшілігі. Рейстер таңертең жарияланады, билеттер күшінде.",
    "el": "Τα πλοία επέστρεψαν στο νησί μετά την καταιγίδα, ανακοίνωσε το λιμεναρχείο.",
    "en": "The ferries are back on the island, said the port. It was the first sailing after the storm, and it has been quiet.",
}


@pytest.mark.parametrize("language", TEXTS)
def test_a_language_is_known_by_its_letters_or_words(language: str) -> None:
    assert guess_language(TEXTS[language]) == language


@pytest.mark.parametrize(
    "text",
    [
        "Москва, порт, паром, остров.",  # any of several
        "The Болшой of Москва and the Эрмитаж: words of others in a text that is none of theirs, ships, islands",
        "",
        "1 2 3",
    ],
)
def test_where_there_is_doubt_nothing_is_guessed(text: str) -> None:
    assert guess_language(text) in (None, "en")


# Texts of a sentence or two, of which no language is told for sure.
SHORT = {
    "es": "Ferris cancelados: tres barcos siguen en puerto. Autoridades portuarias anunciaron nuevas salidas mañana; billetes vendidos "
    "conservan validez, según Marta Ruiz, portavoz de la naviera.",
    "pl": "Promy wróciły na wyspę po sztormie, podał zarząd portu. Rejsy zostaną ogłoszone rano, a bilety zachowują ważność także "
    "następnego dnia, powiedziała rzeczniczka.",
    "sv": "Färjorna återvände till ön efter stormen, uppgav hamnen. Nya avgångar meddelas på morgonen och biljetterna gäller också "
    "nästa dag, sade talespersonen Anna Lind.",
    "fi": "Lautat palasivat saarelle myrskyn jälkeen, satama ilmoitti. Uudet vuorot ilmoitetaan aamulla, ja liput ovat voimassa myös "
    "seuraavana päivänä, kertoi tiedottaja.",
    "tr": "Fırtınadan sonra feribotlar adaya döndü, liman yönetimi bildirdi. Yeni seferler sabah duyurulacak ve biletler ertesi gün için de "
    "geçerli olacak, sözcü daha sonra söyledi.",
    "en": "Ferries are back on the island after the storm, harbour officials announced. New sailings will be told tomorrow; tickets "
    "remain good until Sunday, a spokeswoman said.",
}


@pytest.mark.parametrize("language", SHORT)
def test_a_text_that_may_be_in_another_language_is_doubtful(language: str) -> None:
    for publication in ("en-GB", "pl", "ja", "ru", language):
        assert is_doubtful(SHORT[language], publication) is (publication.partition("-")[0] != language)
    assert guess_language(SHORT[language]) in (None, "en")


@pytest.mark.parametrize(
    "text",
    [
        "Ferry crew saved",
        "Acme Corp 1st qtr net. Shr 40 cts vs 25 cts. Net 1,369,602 vs 628,193. Revs 12.5 mln vs 4.9 mln. Nine mths shr 1.20 dlrs vs 83 cts, "
        "net 4.1 mln vs 2.9 mln. Avg shrs 3.4 mln vs 2.5 mln, div 9 cts.",
    ],
    ids=["few-words", "figures"],
)
def test_of_few_words_and_of_figures_nothing_is_told(text: str) -> None:
    assert not is_doubtful(text, "en")


def test_a_language_of_which_nothing_is_known_raises_no_doubt() -> None:
    assert not is_doubtful(SHORT["es"], "eu")


def test_a_language_that_was_assumed_is_told_of(publication: Publication) -> None:
    for language in ("es", "en"):
        publication.article(f"{language}.md", f"{language.upper()}: ferry", SHORT[language])
    findings = publication.build()["findings"]
    assert [(each["document"], each["severity"]) for each in findings if each["code"] == "language-assumed"] == [
        ("es.md", "info")
    ]
