"""Who reads: User-Agents told apart, counted by a real server, and forgotten in time."""

import json
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st
from memory_edition import BASE, MemoryEdition, representation
from prometheus_client.parser import text_string_to_metric_families
from publication import SETTINGS, Publication
from server import Server, serving, until

from feedsvc.audience import WINDOW, FeedAudience
from feedsvc.config import load_settings
from feedsvc.readers import MOST_STATED, MOST_UNVERIFIED, Reader, identify
from feedsvc.store.statistics import Statistics, open_statistics
from feedsvc.web.app import create_app
from feedsvc.web.counting import Counter

DAY = 86400
CHROME = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/156.0.0.0 Safari/537.36"
FEEDLY = "Feedly/1.0 (+http://www.feedly.com/fetcher.html; {} subscribers; like FeedFetcher-Google)"
STATED = {
    FEEDLY.format(123): ("Feedly", 123),
    "Mozilla/5.0 (compatible; inoreader.com; 45 subscribers)": ("Inoreader", 45),
    "NewsBlur Feed Fetcher - 12 subscribers - https://www.newsblur.com/site/1/": ("NewsBlur", 12),
    "Feedbin feed-id:1 - 7 subscribers": ("Feedbin", 7),
    "BazQux/2.4 (+https://bazqux.com/fetcher; 3 subscribers)": ("BazQux", 3),
    "theoldreader.com (2 subscribers)": ("The Old Reader", 2),
}
SINGLE = {
    "NetNewsWire (RSS Reader; https://netnewswire.com/)": "NetNewsWire",
    "Miniflux/2.2 (+https://miniflux.app)": "Miniflux",
    "FreshRSS/1.27 (Linux; https://freshrss.org)": "FreshRSS",
    "Tiny Tiny RSS/25.04 (https://tt-rss.org/)": "Tiny Tiny RSS",
    "newsboat/2.21 (Linux x86_64)": "Newsboat",
    "python-reader/3.26": "python-reader",
    "Mozilla/5.0 (X11; Linux x86_64; rv:153.0) Gecko/20100101 Thunderbird/153.0": "Thunderbird",
    "Thunderbird/153": "Thunderbird",
}
OTHERS = {
    "": "Unknown",
    CHROME: "Browser",
    "Mozilla/5.0 (compatible; Yandexish/1.0; +http://example.org)": "Yandexish",
    "FeedDemon/4.5 (+http://www.feeddemon.com/)": "FeedDemon",
    "My Own Reader/1.0": "My Own Reader",
    "\x00\x01<script>": "Other",
    "A" * 9000: "A" * 40,
}


@pytest.mark.parametrize("agent", STATED)
def test_hosted_readers_say_for_how_many_they_fetch(agent: str) -> None:
    name, stated = STATED[agent]
    assert identify(agent) == Reader(name, stated, is_known=True)


@pytest.mark.parametrize("agent", SINGLE)
def test_other_readers_are_one_installation_each(agent: str) -> None:
    assert identify(agent) == Reader(SINGLE[agent], is_known=True)


@pytest.mark.parametrize("agent", OTHERS)
def test_programs_that_nobody_knows_have_the_name_they_give_themselves(agent: str) -> None:
    assert identify(agent) == Reader(OTHERS[agent])
    assert identify(None) == Reader("Unknown")


@pytest.mark.parametrize(
    ("agent", "believed"),
    [
        (FEEDLY.format(10**9), Reader("Feedly", MOST_STATED, is_known=True, is_bounded=True)),
        (FEEDLY.format("9" * 39), Reader("Feedly", MOST_STATED, is_known=True, is_bounded=True)),
        (FEEDLY.format("12,345"), Reader("Feedly", 12_345, is_known=True)),
        ("Boaster/1.0 (99999 subscribers)", Reader("Boaster", MOST_UNVERIFIED, is_bounded=True)),
        ("Modest/1.0 (5 subscribers)", Reader("Modest", 5)),
        ("Minus/1.0 (-5 subscribers)", Reader("Minus")),
    ],
)
def test_what_is_claimed_is_bounded_and_marked(agent: str, believed: Reader) -> None:
    assert identify(agent) == believed


@given(st.text())
def test_no_user_agent_does_harm(agent: str) -> None:
    reader = identify(agent)
    assert 0 < len(reader.name) <= 40
    assert reader.name.isprintable()
    assert reader.name.isascii()
    assert reader.stated is None or 0 <= reader.stated <= MOST_STATED


# The counter against a real store


class Clock:
    """Seconds that are set by hand."""

    def __init__(self) -> None:
        self.seconds = 20_000 * 7 * DAY + 100.0  # the first day of a window

    def __call__(self) -> float:
        return self.seconds


class House:
    """A publication with one document, its app, and its statistics."""

    def __init__(self, folder: Path, settings: str = SETTINGS) -> None:
        (folder / "feedsvc.toml").write_text(settings, "utf-8")
        self.settings = load_settings(folder / "feedsvc.toml")
        self.file = folder / "var" / "stats.db"
        self.clock = Clock()
        self.statistics: Statistics = open_statistics(self.settings)
        self.counter = Counter(self.statistics, self.settings.serve.trusted_proxies, self.clock)
        edition = MemoryEdition()
        for path in ("/feeds/all.atom", "/feeds/all.rss"):
            edition.documents[path] = representation(path, "<feed/>" * 99)
        app = create_app(edition, base=BASE, counter=self.counter, token=self.settings.serve.token)
        self.client: FlaskClient = app.test_client()

    def poll(self, agent: str, path: str = "/feeds/all.atom", *, address: str = "203.0.113.9", **headers: str) -> int:
        named = {name.replace("_", "-"): value for name, value in headers.items()} | {"User-Agent": agent}
        return self.client.get(path, headers=named, environ_base={"REMOTE_ADDR": address}).status_code

    def audience(self, days: int = 0) -> FeedAudience:
        self.clock.seconds += days * DAY
        (found,) = self.counter.audiences()
        return found

    def subscribers(self, days: int = 0) -> dict[str, int]:
        return {each.name: each.subscribers for each in self.audience(days).readers}


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    house = House(tmp_path)
    yield house
    house.statistics.close()


def test_the_last_number_of_a_hosted_reader_counts_for_each_document(house: House) -> None:
    house.poll(FEEDLY.format(100))
    house.poll(FEEDLY.format(123))
    house.poll(FEEDLY.format(7), "/feeds/all.rss")
    assert house.subscribers() == {"Feedly": 130}
    house.poll(FEEDLY.format(120))
    assert house.subscribers() == {"Feedly": 127}


def test_clients_are_told_apart_by_address_and_program(house: House) -> None:
    for agent, address in (
        ("newsboat/2.21", "203.0.113.9"),
        ("newsboat/2.21", "203.0.113.9"),
        ("newsboat/2.21", "203.0.113.10"),
        ("newsboat/2.22", "203.0.113.10"),
        ("newsboat/2.21", "2001:db8:1:1::5"),
        ("newsboat/2.21", "2001:db8:1:1::6"),
        ("newsboat/2.21", "::ffff:203.0.113.9"),
    ):
        house.poll(agent, address=address)
    assert house.subscribers() == {"Newsboat": 4}
    assert house.audience().week.polls == 7


def test_what_is_no_poll_is_not_counted(house: House) -> None:
    house.client.head("/feeds/all.atom")
    house.client.get("/feeds/none.atom")
    house.client.get("/feeds.opml")
    house.client.get("/feeds/all.atom", headers={"Sec-Fetch-Dest": "document", "User-Agent": CHROME})
    assert house.counter.audiences() == ()


def test_bytes_sent_and_saved(house: House) -> None:
    plain = house.client.get("/feeds/all.atom")
    whole = len(plain.data)
    small = house.client.get("/feeds/all.atom", headers={"Accept-Encoding": "gzip"})
    again = house.client.get("/feeds/all.atom", headers={"If-None-Match": plain.headers["ETag"]})
    assert (small.status_code, again.status_code) == (200, 304)
    week = house.audience().week
    assert (week.polls, week.not_modified) == (3, 1)
    assert (week.sent, week.saved) == (whole + len(small.data), whole - len(small.data) + whole)


def test_a_window_that_has_passed_leaves_numbers_and_no_salt(house: House) -> None:
    for last in range(5):
        house.poll("newsboat/2.21", address=f"203.0.113.{last}")
    assert house.subscribers() == {"Newsboat": 5}
    salt = house.statistics.salt(int(house.clock() // DAY) // WINDOW)
    assert salt in house.file.read_bytes() + house.file.with_name("stats.db-wal").read_bytes()
    # The first days of a window have seen few; those of the window before are shown as long as they were more.
    house.poll("newsboat/2.21", address="203.0.113.1")
    assert house.subscribers(days=7) == {"Newsboat": 5}
    house.statistics._database.scrub()
    assert salt not in house.file.read_bytes() + house.file.with_name("stats.db-wal").read_bytes()
    house.poll("newsboat/2.21", address="203.0.113.1")
    assert house.subscribers(days=7) == {"Newsboat": 1}
    assert house.subscribers(days=7) == {}


def test_numbers_that_nobody_repeats_are_forgotten_and_totals_are_not(house: House) -> None:
    house.poll(FEEDLY.format(9))
    assert house.subscribers(days=6) == {"Feedly": 9}
    assert house.subscribers(days=1) == {}
    found = house.audience()
    assert (found.week.polls, found.ever.polls) == (0, 1)


def test_no_address_is_kept(house: House, tmp_path: Path) -> None:
    house.poll("newsboat/2.21 secret-agent", address="203.0.113.77")
    house.counter.flush()
    kept = b"".join(path.read_bytes() for path in (tmp_path / "var").iterdir())
    assert b"Newsboat" in kept
    assert b"203.0.113" not in kept
    assert bytes([203, 0, 113, 77]) not in kept
    assert b"secret-agent" not in kept


def test_the_address_behind_trusted_proxies_counts(tmp_path: Path) -> None:
    house = House(tmp_path, SETTINGS + '[serve]\ntrusted_proxies = ["127.0.0.1", "10.0.0.0/8"]\n')
    for forwarded in ("198.51.100.1", "198.51.100.2, 10.1.1.1", "6.6.6.6, 198.51.100.2"):
        house.poll("Miniflux/2.2", address="127.0.0.1", X_Forwarded_For=forwarded)
    assert house.subscribers() == {"Miniflux": 2}
    # Nobody else is believed.
    for last in range(9):
        house.poll("Elfeed/3", address="203.0.113.9", X_Forwarded_For=f"198.51.100.{last}")
    assert house.subscribers() == {"Miniflux": 2, "Elfeed": 1}
    house.statistics.close()


def test_many_made_up_names_are_one(house: House) -> None:
    for number in range(300):
        house.poll(f"Evil{number}/1.0 (9999 subscribers)")
    house.poll(FEEDLY.format(3))
    found = house.audience()
    assert len(found.readers) <= 101
    assert {each.name: each.is_verified for each in found.readers}["Feedly"]
    assert all(not each.is_verified for each in found.readers if each.name != "Feedly")
    assert {"name": "Feedly", "subscribers": 3, "stated": True} in found.as_json()["readers"]  # type: ignore[operator]


def test_a_store_that_fails_costs_no_count_and_no_answer(house: House, caplog: pytest.LogCaptureFixture) -> None:
    house.poll(FEEDLY.format(3))
    house.counter.flush()
    house.file.chmod(0o400)
    broken = house.statistics._database.engine
    with broken.connect() as connection:
        connection.exec_driver_sql("ALTER TABLE audience_traffic RENAME TO away")
        connection.exec_driver_sql("CREATE VIEW audience_traffic AS SELECT * FROM away")
        connection.commit()
    for _ in range(3):
        assert house.poll(FEEDLY.format(4)) == 200
        house.counter.flush()
    assert len([each for each in caplog.records if "readers are not counted" in each.message]) == 1
    with broken.connect() as connection:
        connection.exec_driver_sql("DROP VIEW audience_traffic")
        connection.exec_driver_sql("ALTER TABLE away RENAME TO audience_traffic")
        connection.commit()
    assert house.audience().week.polls == 4
    assert house.subscribers() == {"Feedly": 4}


# /metrics


def test_prometheus_reads_the_metrics(house: House) -> None:
    house.poll(FEEDLY.format(3))
    house.poll("newsboat/2.21")
    answer = house.client.get("/metrics")
    assert answer.status_code == 200
    assert answer.headers["Cache-Control"] == "no-store"
    samples = {
        (sample.name, *sorted(sample.labels.values())): sample.value
        for family in text_string_to_metric_families(answer.text)
        for sample in family.samples
    }
    assert samples["feedsvc_polls_total", "all"] == 2
    assert samples["feedsvc_not_modified_total", "all"] == 0
    assert samples["feedsvc_subscribers", "Feedly", "all"] == 3
    assert samples["feedsvc_subscribers", "Newsboat", "all"] == 1
    assert samples["feedsvc_up",] == 1


TOKEN = "correct-horse-battery"


@pytest.mark.parametrize(
    ("address", "headers", "status"),
    [
        ("127.0.0.1", {}, 200),
        ("::1", {}, 200),
        ("203.0.113.9", {}, 401),
        ("127.0.0.1", {"X-Forwarded-For": "203.0.113.9"}, 401),
        ("127.0.0.1", {"Forwarded": "for=203.0.113.9"}, 401),
        ("203.0.113.9", {"Authorization": f"Bearer {TOKEN}"}, 200),
        ("127.0.0.1", {"Authorization": f"Bearer {TOKEN}", "X-Forwarded-For": "203.0.113.9"}, 200),
        ("203.0.113.9", {"Authorization": "Bearer wrong"}, 401),
        ("203.0.113.9", {"Authorization": "Bearer"}, 401),
        ("203.0.113.9", {"Authorization": "Bearer \xfc\xfd"}, 401),
        ("203.0.113.9", {"Authorization": f"Basic {TOKEN}"}, 401),
        ("127.0.0.1", {"Authorization": "Bearer wrong"}, 401),
    ],
)
def test_the_metrics_are_the_operators(tmp_path: Path, address: str, headers: dict[str, str], status: int) -> None:
    house = House(tmp_path, SETTINGS + f'[serve]\ntoken = "{TOKEN}"\n')
    answer = house.client.get("/metrics", headers=headers, environ_base={"REMOTE_ADDR": address})
    assert answer.status_code == status
    assert ("WWW-Authenticate" in answer.headers) == (status == 401)
    house.statistics.close()


def test_without_a_token_none_opens(house: House) -> None:
    for given_token in ("Bearer ", "Bearer None", "Bearer x"):
        answer = house.client.get("/metrics", headers={"Authorization": given_token})
        assert answer.status_code == 401


@pytest.mark.parametrize(
    ("line", "wanted"),
    [
        ('token = "short"', "at least 16 ASCII letters"),
        ('token = "with some spaces in it"', "at least 16 ASCII letters"),
        ('trusted_proxies = ["nginx"]', "a list of addresses or networks"),
        ('trusted_proxies = "127.0.0.1"', "a list of addresses or networks"),
    ],
)
def test_wrong_settings_are_told(publication: Publication, line: str, wanted: str) -> None:
    publication.settings(SETTINGS + f"[serve]\n{line}\n")
    ran = publication.run("stats", str(publication.folder))
    assert ran.code == 2
    assert wanted in ran.err
    assert "feedsvc.toml:8" in ran.err


# The whole


HOSTILE = (
    b"Feedly/1.0 (999999999 subscribers)",
    b"Boaster/1.0 (99999 subscribers)",
    b"\xff\xfe<script>alert(1)</script>",
    b"A" * 8000,
    b"${jndi:ldap://x} %s %n \xe2\x80\xae",
    b'Mozilla/5.0 (compatible; "><img src=x>; 7 subscribers)',
)
HOSTILE_COUNTED = [
    {"name": "Feedly", "subscribers": MOST_STATED + 5, "stated": True, "unverified": True},
    {"name": "Boaster", "subscribers": MOST_UNVERIFIED, "stated": True, "unverified": True},
    {"name": '"><img', "subscribers": 7, "stated": True, "unverified": True},
    {"name": "Other", "subscribers": 2, "unverified": True},
    {"name": "A" * 40, "subscribers": 1, "unverified": True},
]


def raw(server: Server, request: bytes) -> bytes:
    """The status of the answer to a request whose bytes no client would send."""
    host, port = server.base.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port))) as connection:
        connection.sendall(request + b"\r\nHost: x\r\nConnection: close\r\n\r\n")
        return connection.makefile("rb").readline().split()[1]


def test_a_replayed_log_gives_the_expected_counts(publication: Publication) -> None:
    publication.write("a.md", "---\ntitle: Harbour\ndate: 2026-02-01\ntags: [Sea]\n---\nThe harbour reopened.\n")
    publication.settings(SETTINGS + f'[serve]\ntoken = "{TOKEN}"\n')
    publication.run("build", str(publication.folder))
    before = publication.run("stats", str(publication.folder), "--json")
    assert {each["feed"]: each["subscribers"] for each in before.report["feeds"]} == {"all": 0, "sea": 0}
    with serving(publication.folder, "--workers", "2") as server:
        tag = server.get("/feeds/all.atom", User_Agent="").headers["ETag"]
        for agent in (*STATED, *SINGLE):
            server.get("/feeds/all.atom", User_Agent=agent)
            assert server.get("/feeds/all.atom", User_Agent=agent, If_None_Match=tag).status == 304
        server.get("/feeds/sea.rss", User_Agent=FEEDLY.format(5))
        for agent in HOSTILE:
            assert raw(server, b"GET /feeds/sea.json HTTP/1.1\r\nUser-Agent: " + agent) == b"200"
        for given, status in ((TOKEN, b"200"), ("wrong-" + TOKEN, b"401"), ("é", b"401")):
            assert raw(server, b"GET /desk HTTP/1.1\r\nAuthorization: Bearer " + given.encode()) == status
            assert raw(server, b"GET /metrics HTTP/1.1\r\nAuthorization: Bearer " + given.encode()) == status

        def feeds() -> dict[str, dict[str, object]]:
            command = [sys.executable, "-m", "feedsvc", "stats", "--json", str(publication.folder)]
            out = subprocess.run(command, capture_output=True, check=True).stdout
            return {each["feed"]: each for each in json.loads(out)["feeds"]}

        until(
            lambda: (
                feeds()["all"]["polls"] == 2 * len(STATED | SINGLE) + 1
                and feeds()["sea"]["polls"] == 1 + len(HOSTILE)
            ),
            "it counts",
        )
        found = feeds()
        with urllib.request.urlopen(f"{server.base}/metrics") as answer:
            assert b'feedsvc_subscribers{feed="sea",reader="Feedly"} 1.000005e+06' in answer.read()
    assert found["all"]["not_modified"] == len(STATED | SINGLE)
    readers = {each["name"]: each["subscribers"] for each in found["all"]["readers"]}  # type: ignore[attr-defined]
    installed = {name: list(SINGLE.values()).count(name) for name in SINGLE.values()}
    assert readers == dict(STATED.values()) | installed | {"Unknown": 1}
    assert found["all"]["subscribers"] == sum(readers.values())
    assert found["sea"]["readers"] == HOSTILE_COUNTED
    kept = [path for path in publication.folder.rglob("*") if path.is_file() and path.name != "feedsvc.toml"]
    assert not [path for path in kept if TOKEN.encode() in path.read_bytes()]
    text = publication.run("stats", str(publication.folder)).out
    assert "Feedly" in text
    assert "7 days" in text
