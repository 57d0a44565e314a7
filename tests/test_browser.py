"""The pages in Chromium: every kind of page, in every window and colour, with the keyboard alone, and without scripts."""

import json
import re
import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, sync_playwright
from publication import Publication
from server import PATIENCE, Server, serving
from tools import tool

SHIPPED = Path(__file__).parent.parent / "feeds"
WIDE = Path(__file__).parent / "browser" / "wide.md"
TOKEN = "correct-horse-battery"
MORE = f"""
[serve]
token = "{TOKEN}"

[[moved]]
path = "/feeds/gossip"

[[removed]]
path = "/articles/libelous"
notice = "By order of a court."
"""
PICTURE = '<svg xmlns="http://www.w3.org/2000/svg" width="1200" height="800"><rect width="1200" height="800" fill="teal"/></svg>'
# Each kind of page, with the status of its answer.
PAGES = {
    "/": 200,
    "/feeds/all": 200,
    "/feeds/sea": 200,
    "/feeds/all-ar": 200,
    "/feeds/all-ja": 200,
    "/articles/donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft": 200,
    "/articles/listening-to-fog-the-harbour-s-radio-hour": 200,
    "/articles/libelous": 451,
    "/feeds/gossip": 410,
    "/nothing": 404,
    "/topics": 200,
    "/archive": 200,
    "/archive/2026-03": 200,
    "/authors/ada-reed": 200,
    "/search": 200,
    "/search?q=ferry": 200,
    "/search?q=ferry%20AND": 400,
    "/desk": 200,
    "/desk/document": 200,
    "/desk/document?name=wide.md": 200,
    "/desk/rule?q=ferry%20-fog": 200,
    "/desk/rule?q=ferry%20AND": 200,
}
WINDOWS = [(scheme, width) for scheme in ("light", "dark") for width in (1280, 320)]
STANDARDS = {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}
# What the colours and the width of a window can change.
OF_THE_WINDOW = {
    "type": "rule",
    "values": ["color-contrast", "link-in-text-block", "scrollable-region-focusable", "target-size"],
}
AXED = {("light", 1280): STANDARDS, ("dark", 320): OF_THE_WINDOW}
OPTIONS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
           "--disable-component-update", "--disable-sync"]  # fmt: skip


@pytest.fixture(scope="module")
def shipped(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """The publication that ships and one article that is hard to set, served; one article was removed for good."""
    folder = tmp_path_factory.mktemp("shipped") / "feeds"
    shutil.copytree(SHIPPED, folder, ignore=shutil.ignore_patterns("var"))
    shutil.copy(WIDE, folder / "inbox")
    publication = Publication(folder, (folder / "feedsvc.toml").read_text("utf-8"))
    publication.article("libel.md", "Libelous")
    publication.build_here()
    with (folder / "feedsvc.toml").open("a", encoding="utf-8") as settings:
        settings.write(MORE)
    with serving(folder) as server:
        yield server


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=tool("chromium"), args=OPTIONS)
        yield browser
        browser.close()


@pytest.fixture
def context(browser: Browser, shipped: Server) -> Iterator[BrowserContext]:
    """A browser that knows the token of the desk and fails the test when another host is asked."""
    asked: list[str] = []
    context = browser.new_context(http_credentials={"username": "desk", "password": TOKEN})
    context.set_default_timeout(PATIENCE * 3000)  # milliseconds: a busy machine is no failure
    # Pictures of articles may lie elsewhere; one host stands for all of them.
    context.route("https://example.org/**", lambda route: route.fulfill(body=PICTURE, content_type="image/svg+xml"))
    context.on("request", lambda request: asked.append(request.url))
    yield context
    context.close()
    assert [each for each in asked if not each.startswith((shipped.base, "https://example.org/", "data:"))] == []


@pytest.fixture
def page(context: BrowserContext) -> Iterator[Page]:
    """A page that fails the test when the console reports an error; the status of a page itself is none."""
    complaints: list[str] = []

    def listen(message: ConsoleMessage) -> None:
        if message.type in ("error", "warning") and not re.search(r"status of 4\d\d", message.text):
            complaints.append(message.text)

    page = context.new_page()
    page.on("console", listen)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    yield page
    page.close()
    assert complaints == []


def visit(page: Page, shipped: Server, address: str) -> None:
    answer = page.goto(shipped.base + address)
    assert answer is not None
    assert answer.status == PAGES.get(address, 200)


def excess(page: Page) -> int:
    """How many pixels the page is wider than its window."""
    found = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert isinstance(found, int)
    return found


def violations(page: Page, rules: Mapping[str, object]) -> list[str]:
    """What axe finds wrong for people with disabilities, with the element."""
    options = {"resultTypes": ["violations"], "runOnly": rules}
    found = Axe().run(page, options=options).response["violations"]
    return [f"{each['id']}: {node['html'][:200]}" for each in found for node in each["nodes"]]


@pytest.mark.parametrize("address", PAGES)
def test_every_page_fits_and_is_accessible_in_every_window(page: Page, shipped: Server, address: str) -> None:
    visit(page, shipped, address)
    for scheme, width in WINDOWS:
        page.set_viewport_size({"width": width, "height": 800})
        page.emulate_media(color_scheme=scheme)
        assert excess(page) <= 0, (scheme, width)
        if (scheme, width) in AXED:
            assert violations(page, AXED[scheme, width]) == [], (scheme, width)
    page.evaluate("document.documentElement.dir = 'rtl'")
    for width in (320, 1280):
        page.set_viewport_size({"width": width, "height": 800})
        assert excess(page) <= 0, ("from right to left", width)
    assert page.locator("h1").count() == 1
    assert page.evaluate("document.compatMode") == "CSS1Compat"
    ids = page.eval_on_selector_all("[id]", "found => found.map(each => each.id)")
    assert len(ids) == len(set(ids))


def test_every_shipped_article_fits_a_telephone(page: Page, shipped: Server) -> None:
    page.set_viewport_size({"width": 320, "height": 800})
    for item in json.loads(shipped.get("/feeds/all.json").body)["items"]:
        visit(page, shipped, item["url"].removeprefix(shipped.base))
        assert excess(page) <= 0, item["url"]


def test_pages_speak_their_language_and_run_its_way(page: Page, shipped: Server) -> None:
    for name, way in (("ar", "rtl"), ("ja", "ltr"), ("fr", "ltr")):
        visit(page, shipped, f"/feeds/all-{name}")
        page.click(".river h3 a")
        assert page.get_attribute("html", "lang") == name
        assert page.get_attribute("html", "dir") == way
        left, right = page.evaluate(
            "() => { const box = document.querySelector('.body p').getBoundingClientRect(),"
            " line = document.querySelector('.body').getBoundingClientRect(); return [box.left - line.left, line.right - box.right]; }"
        )
        assert (left, right) == (0, 0)
        assert page.evaluate("getComputedStyle(document.querySelector('.body p')).direction") == way


def test_paper_shows_the_article_and_no_navigation(page: Page, shipped: Server) -> None:
    visit(page, shipped, next(each for each in PAGES if "donau" in each))
    page.emulate_media(media="print", color_scheme="dark")
    page.set_viewport_size({"width": 640, "height": 800})
    assert not page.locator("nav, .subscribe, .skip").first.is_visible()
    assert page.locator(".body table td").last.is_visible()
    assert excess(page) <= 0
    assert page.evaluate("getComputedStyle(document.documentElement).backgroundColor") == "rgb(255, 255, 255)"
    assert page.pdf(format="A4").startswith(b"%PDF")


# The keyboard


STOPS = "a[href], button:not([hidden]), input, summary, audio[controls], video[controls], [tabindex='0']"
# Where the focus is: its place among the stops, and whether one sees it.
FOCUSED = f"""() => {{
    const here = document.activeElement, shown = [...document.querySelectorAll("{STOPS}")].filter(
        each => each.checkVisibility() && !each.closest("details:not([open]) > :not(summary)"));
    if (here === document.body) return [-1, shown.length, true];
    return [shown.indexOf(here), shown.length, getComputedStyle(here).outlineStyle !== "none"];
}}"""


@pytest.mark.parametrize("address", ["/", "/feeds/sea", "/topics", "/search?q=ferry", "/desk",
                                     "/articles/donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft"])  # fmt: skip
def test_the_keyboard_reaches_everything_in_order_and_the_focus_is_seen(
    page: Page, shipped: Server, address: str
) -> None:
    visit(page, shipped, address)
    places = []
    _, number, _ = page.evaluate(FOCUSED)
    for _ in range(number):
        page.keyboard.press("Tab")
        place, _, is_seen = page.evaluate(FOCUSED)
        assert is_seen, page.evaluate("document.activeElement.outerHTML")
        places.append(place)
    assert places == list(range(number))


def test_the_first_key_offers_the_way_past_the_masthead(page: Page, shipped: Server) -> None:
    visit(page, shipped, "/feeds/sea")
    page.keyboard.press("Tab")
    assert page.locator(".skip").bounding_box()["width"] > 50  # type: ignore[index]
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "content"


@pytest.mark.parametrize("form", ["Atom", "RSS", "JSON"])
def test_an_address_is_copied_with_the_keyboard(
    context: BrowserContext, page: Page, shipped: Server, form: str
) -> None:
    context.grant_permissions(["clipboard-read", "clipboard-write"])
    visit(page, shipped, "/feeds/sea")
    button = page.get_by_role("button", name=f"Copy the {form} address")
    button.focus()
    page.keyboard.press("Enter")
    status = page.get_by_role("status")
    status.filter(has_text=f"The {form} address is copied.").wait_for()
    assert page.evaluate("navigator.clipboard.readText()") == f"{shipped.base}/feeds/sea.{form.lower()}"


def test_topics_are_chosen_with_the_keyboard(page: Page, shipped: Server, tmp_path: Path) -> None:
    visit(page, shipped, "/topics")
    page.get_by_role("checkbox", name="Sea and tides").focus()
    page.keyboard.press("Space")
    page.get_by_role("button").focus()
    with page.expect_download() as begun:
        page.keyboard.press("Enter")
    begun.value.save_as(tmp_path / "chosen.opml")
    assert re.findall(r'xmlUrl="([^"]*)"', (tmp_path / "chosen.opml").read_text("utf-8")) == [
        f"{shipped.base}/feeds/sea.atom"
    ]


def test_a_search_is_written_and_becomes_a_feed(page: Page, shipped: Server) -> None:
    visit(page, shipped, "/")
    page.click("nav a:has-text('Search')")
    page.get_by_role("searchbox").focus()
    page.keyboard.type("ferry -fog")
    page.keyboard.press("Enter")
    page.wait_for_url("**/search?q=*")
    assert set(page.locator(".river mark").all_text_contents()) == {"ferry"}
    address = page.get_by_label("Atom", exact=True).input_value()
    assert page.request.get(address).headers["content-type"] == "application/atom+xml; charset=utf-8"


# Without scripts, and the way of a person


def test_without_scripts_everything_is_there_but_the_copy_buttons(browser: Browser, shipped: Server) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    for address in ("/", "/feeds/sea"):
        page.goto(shipped.base + address)
        assert page.locator(".address input").count() == 3
        assert all(field.is_visible() for field in page.locator(".address input").all())
        assert not any(button.is_visible() for button in page.locator(".address button").all())
        assert page.locator(".river h3 a").first.is_visible()
    context.close()


def test_a_person_finds_the_way_from_the_home_page_to_a_feed(page: Page, shipped: Server) -> None:
    visit(page, shipped, "/")
    found = page.get_attribute("link[rel=alternate][type='application/atom+xml']", "href")
    assert found is not None
    assert page.request.get(found).headers["content-type"] == "application/atom+xml; charset=utf-8"
    page.click(".topics a[href$='/feeds/sea']")
    page.click("nav a:has-text('Subscribe')")
    assert page.locator("#subscribe").bounding_box()["y"] < 300  # type: ignore[index]
    address = f"{shipped.base}/feeds/sea.atom"
    assert page.locator(f"input[value='{address}']").is_visible()
    assert page.locator(f"a[href='feed:{address}']").is_visible()
    assert page.get_by_role("link", name="Feedly").is_visible()


@pytest.mark.parametrize("form", ["atom", "rss"])
@pytest.mark.parametrize("name", ["all", "other-languages"])
def test_a_person_who_opens_a_feed_sees_a_page_and_finds_the_way_to_the_articles(
    browser: Browser, shipped: Server, name: str, form: str
) -> None:
    # The driver's own scripts may not run here, and the console says so: a page that nobody listens to.
    page = browser.new_page()
    opened = page.goto(f"{shipped.base}/feeds/{name}.{form}")
    assert opened is not None
    assert opened.headers["content-type"] == "application/xml; charset=utf-8"
    items = page.locator("entry > title, item > title")
    assert items.count() == len(json.loads(shipped.get(f"/feeds/{name}.json").body)["items"])
    assert items.first.is_visible()
    assert page.locator("entry > summary, item > description").first.is_visible()
    assert not page.locator("entry > content, entry > id, item > guid").first.is_visible()
    sizes = [
        page.locator(each).first.evaluate("each => getComputedStyle(each).fontSize") for each in ("title", "div")
    ]
    assert len(set(sizes)) == 2, "the stylesheet holds"
    page.locator("a").click()
    page.wait_for_url(f"{shipped.base}/feeds/{name}")
    assert page.locator("h1").is_visible()
    page.close()
