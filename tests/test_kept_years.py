"""A story without a year keeps the one with which it was taken, whatever arrives beside it."""

from datetime import timedelta

from publication import START, Publication

TIDE = (
    "Tide clock repaired\n\nPORT ELLERY, Feb. 27 (Example Wire) -- The clock on the pier runs again, the port said.\n"
)
SECOND = timedelta(seconds=1)


def story(number: int) -> str:
    return f"Ferry number {number} is late\n\nNORTHPORT, Feb. 28 (Example Wire) -- Ferry number {number} came in an hour late.\n"


def codes(publication: Publication, name: str) -> dict[str, str]:
    return {each["code"]: each["severity"] for each in publication.explain(name)["findings"]}


def taken_before_others(publication: Publication) -> None:
    """A story is published, then two more arrive within a minute of it."""
    publication.write("tide.txt", TIDE)
    publication.build()
    for number in (1, 2):
        publication.write(f"{number}.txt", story(number), START + number * SECOND)
    publication.later()


def test_a_story_stays_accepted_when_two_more_arrive_within_its_minute(publication: Publication) -> None:
    taken_before_others(publication)
    before = publication.json_feed()["items"]
    report = publication.build(code=1)
    assert report["documents"]["rejected"] == 2
    assert {each["document"] for each in report["findings"] if each["code"] == "year-unknown"} == {"1.txt", "2.txt"}
    assert publication.json_feed()["items"] == before
    told = publication.explain("tide.txt")
    assert (told["status"], told["published"]) == ("usable", "2026-02-27T00:00:00+09:00")
    assert "the year that the document had" in told["evidence"]["published"]
    assert codes(publication, "tide.txt") == {"year-inferred": "warning", "date-only": "info"}


def test_it_stays_so_when_everything_is_read_again(publication: Publication) -> None:
    taken_before_others(publication)
    publication.build(code=1)
    before = publication.bytes()
    publication.settings((publication.folder / "feedsvc.toml").read_text() + "[inbox]\ndate_order = 'day-first'\n")
    assert publication.build(code=1)["documents"]["rejected"] == 2
    assert publication.bytes() == before


def test_it_moves_into_a_folder_with_the_others(publication: Publication) -> None:
    taken_before_others(publication)
    for name in ("tide.txt", "1.txt", "2.txt"):
        (publication.inbox / "old").mkdir(exist_ok=True)
        (publication.inbox / name).rename(publication.inbox / "old" / name)
    report = publication.build(code=1)
    assert (report["documents"]["moved"], report["documents"]["rejected"]) == (1, 2)
    assert publication.titles() == ["Tide clock repaired"]


def test_the_year_of_neighbours_is_kept_when_they_agree_no_more(publication: Publication) -> None:
    publication.write("tide.txt", TIDE.replace("Feb. 27", "June 27"))
    publication.write("a.txt", story(1).replace("Feb. 28", "June 28, 2025"))
    publication.build()
    publication.write("b.txt", story(2).replace("Feb. 28", "June 28, 2024"))
    publication.later()
    assert publication.build()["documents"]["rejected"] == 0
    assert publication.explain("tide.txt")["published"] == "2025-06-27T00:00:00+09:00"


def test_another_text_under_its_name_does_not_get_its_year(publication: Publication) -> None:
    taken_before_others(publication)
    publication.write("tide.txt", story(3), START)
    assert publication.build(code=1)["documents"]["rejected"] == 3
    assert publication.titles() == ["Tide clock repaired"]
