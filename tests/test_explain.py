"""What `explain` and `check` tell people."""

import json

import pytest
from publication import Publication


def explained(publication: Publication, name: str) -> str:
    ran = publication.run("explain", str(publication.folder), name, "--now", publication.now.isoformat())
    assert ran.code == 0, ran
    return ran.out


def checked(publication: Publication, *options: str) -> list[str]:
    ran = publication.run("check", str(publication.folder), "--now", publication.now.isoformat(), *options)
    assert ran.code == 0, ran
    return ran.out.splitlines()


@pytest.mark.parametrize(
    ("fields", "until"),
    [
        ({"embargo": "2026-03-02T09:00:00+09:00"}, "until 2026-03-02T09:00:00+09:00"),
        ({"embargo": "2026-03-02T09:00:00+09:00", "date": "2026-03-03T09:00:00+09:00"}, "until 2026-03-03T09:00:00+09:00"),
        ({"date": "2026-03-03T09:00:00+09:00"}, "until 2026-03-03T09:00:00+09:00"),
        ({"status": "embargoed"}, "until the document names a moment"),
    ],
    ids=["embargo", "embargo before the date", "date to come", "open end"],
)  # fmt: skip
def test_when_an_embargo_ends_is_told(publication: Publication, fields: dict[str, str], until: str) -> None:
    publication.article("one.md", "Held", **fields)
    told = explained(publication, "one.md")
    assert f"\n  embargo    {until}\n" in told
    assert f"none, because the article is embargoed {until}\n" in told


def test_an_embargo_that_is_over_is_told_as_that(publication: Publication) -> None:
    publication.article("one.md", "Free", embargo="2026-02-02T09:00:00+09:00")
    assert "\n  embargo    ended 2026-02-02T09:00:00+09:00\n" in explained(publication, "one.md")


def test_dateline_picture_and_end_are_told_to_people_and_the_json_form_is_the_contracts(
    publication: Publication,
) -> None:
    publication.article(
        "one.md",
        "Harbour opens",
        dateline="PORT ELLERY, March 4",
        image="https://news.example.org/quay.jpg",
        expires="2027-01-01T00:00:00Z",
    )
    told = explained(publication, "one.md")
    assert "\n  dateline   PORT ELLERY, March 4\n" in told
    assert "\n  picture    https://news.example.org/quay.jpg" in told
    assert "\n  expires    2027-01-01T00:00:00+00:00\n" in told
    assert publication.explain("one.md").keys() == set(
        "document format status id url headline published updated language authors source summary text html topics "
        "feeds evidence findings".split()
    )


def test_infos_that_many_documents_have_are_told_in_one_line(publication: Publication) -> None:
    for number in range(6):
        publication.article(f"{number}.md", f"Story {number}", date="2026-02-01")
    *lines, last = checked(publication)
    remedy = "Only the day is given; the article stands at its start in Asia/Tokyo."
    assert lines == [f"info: date-only: 6 times: {remedy} (0.md:3, 1.md:3, 2.md:3 and 3 more)"]
    assert last.endswith(" feed files linted; 6 findings, 0 of them errors; --verbose tells of each")
    *lines, last = checked(publication, "--verbose")
    assert lines == [f"{number}.md:3: info: date-only: {remedy}" for number in range(6)]
    assert last.endswith(" feed files linted; 6 findings, 0 of them errors")
    assert len(json.loads("\n".join(checked(publication, "--json")))["findings"]) == 6


def test_few_infos_and_all_that_is_worse_are_told_one_by_one(publication: Publication) -> None:
    for number in range(3):
        publication.article(f"{number}.md", f"Story {number}", date="2026-02-01")
    for number in range(6):
        publication.article(f"late{number}.md", f"Late {number}", date="2026-04-01T09:00:00Z")
    *lines, _ = checked(publication)
    assert [line.split(": ")[1:3] for line in lines] == [["info", "date-only"]] * 3 + [["warning", "future-date"]] * 6


def test_where_a_day_and_its_year_come_from_is_told(publication: Publication) -> None:
    publication.write(
        "2024/tide.txt", "Tide clock repaired\n\nPORT ELLERY, March 4 (Example Wire) -- The clock runs again.\n"
    )
    told = publication.explain("2024/tide.txt")
    assert told["published"].startswith("2024-03-04T")
    assert told["evidence"]["published"] == "the dateline; its year: the name of the file or folder"


def test_a_name_that_ends_like_a_part_is_told_to_be_the_reason(publication: Publication) -> None:
    publication.write("story.md#3", "Some words.")
    told = publication.explain("story.md#3")
    assert (told["status"], [each["code"] for each in told["findings"]]) == ("rejected", ["bad-name"])


def test_a_build_tells_why_there_is_no_date(publication: Publication) -> None:
    text = (
        "A story of ships\n\n01/02/2017\n\nThe ships came in on Monday, the port said, and left again on Tuesday.\n"
    )
    publication.write("a.txt", text)
    told = publication.run("build", str(publication.folder), "--now", publication.now.isoformat()).err
    assert '"01/02/2017" has two readings; set [inbox] date_order' in told
