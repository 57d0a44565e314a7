"""The language of a text that names none: where its letters or commonest words leave no doubt, and nowhere else."""

import pytest

from feedsvc.articles.language import guess_language

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
