"""The portal in Chromium: accessibility, width, weight, keyboard, print."""

from collections.abc import Callable

import pytest
from axe_playwright_python.sync_playwright import Axe
from e2e.portal_town import SCHOOL_PAGE
from playwright.sync_api import BrowserContext, Page, Response

pytestmark = pytest.mark.browser
Opened = Callable[..., BrowserContext]
PAGES = (
    "/",
    "/?onglet=presse",
    "/recherche?q=ecole",
    "/recherche?q=ecole&instance=conseil-citoyen&annee=2019",
    "/recherche?q=introuvable&annee=2019",
    "/recherche?annee=2012&annee=2019&quartier=filature&depuis=2010-01-01",
    "/recherche?q=mirabele+quartier:filatur&auteur=x",
    "/recherche?q=*",
    "/recherche?page=2",
    SCHOOL_PAGE,
    "/publication/filature0001",
    "/publication/pleniere0001",
    "/sources",
    "/source/gazette",
    "/source/conseil-citoyen",
    "/source/atelier-velo",
    "/a-propos",
    "/robot",
    "/accessibilite",
    "/rien",
)
HOME_BYTES, HOME_REQUESTS = 60_000, 4


def _open_all_details(page: Page) -> None:
    page.evaluate("for (const one of document.querySelectorAll('details')) one.open = true")


@pytest.mark.parametrize("width", [320, 1280])
@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("address", PAGES)
def test_axe_finds_nothing(opened: Opened, address: str, dark: bool, width: int) -> None:
    page = opened(width=width, dark=dark).new_page()
    page.goto(address)
    _open_all_details(page)
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()


@pytest.mark.parametrize("address", PAGES)
def test_nothing_overflows_at_320_pixels(opened: Opened, address: str) -> None:
    page = opened(width=320).new_page()
    page.goto(address)
    _open_all_details(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= 320


def test_the_home_page_is_light(opened: Opened) -> None:
    answers: list[Response] = []
    page = opened().new_page()
    page.on("response", lambda answer: answers.append(answer))  # noqa: PLW0108 - no built-in
    page.goto("/", wait_until="networkidle")
    weight = sum(len(answer.body()) for answer in answers)  # before compression
    assert len(answers) <= HOME_REQUESTS
    assert weight <= HOME_BYTES
    assert all(answer.ok for answer in answers)


def test_a_results_page_is_light(opened: Opened) -> None:
    answers: list[Response] = []
    page = opened().new_page()
    page.on("response", lambda answer: answers.append(answer))  # noqa: PLW0108 - no built-in
    page.goto("/recherche", wait_until="networkidle")
    assert sum(len(answer.body()) for answer in answers) <= HOME_BYTES


def test_names_are_suggested_as_one_types(opened: Opened) -> None:
    page = opened().new_page()
    page.goto("/")
    with page.expect_response("**/suggestions.json?q=ecol"):
        page.locator("#q").press_sequentially("ecol")
    page.wait_for_selector("#suggestions option[value='école']", state="attached")
    with page.expect_response("**/suggestions.json?q=filat"):
        page.locator("#q").fill("filat")
    page.wait_for_selector("#suggestions option[value='La Filature (quartier)']", state="attached")
    # As a browser tells that a line of the list was chosen.
    _choose(page, "La Filature (quartier)")
    page.wait_for_url("**/recherche?quartier=filature")


def test_a_word_chosen_is_searched_with_the_filters(opened: Opened) -> None:
    page = opened().new_page()
    page.goto("/recherche?annee=2019")
    page.locator("#q").fill("ecol")
    page.wait_for_selector("#suggestions option[value='école']", state="attached")
    _choose(page, "école")
    page.wait_for_url("**/recherche?q=%C3%A9cole&annee=2019")


def _choose(page: Page, value: str) -> None:
    page.evaluate(
        "value => { const box = document.querySelector('#q'); box.value = value;"
        " box.dispatchEvent(new InputEvent('input', {inputType: 'insertReplacementText'})) }",
        value,
    )


def test_facets_are_folded_on_a_phone_and_open_on_a_desk(opened: Opened) -> None:
    for width, is_folded in ((320, True), (1280, False)):
        page = opened(width=width).new_page()
        page.goto("/recherche")
        link = page.get_by_role("link", name="Comité de quartier", exact=True)
        assert link.is_visible() is not is_folded
        assert page.locator(".facettes > summary").is_visible() is is_folded


def test_the_keyboard_is_enough(opened: Opened) -> None:
    page = opened(scripts=False).new_page()
    page.goto("/")
    page.keyboard.press("Tab")
    assert page.locator(":focus").inner_text() == "Aller au contenu"
    _tab_to(page, "#q:focus")
    page.keyboard.type("ecole")
    page.keyboard.press("Enter")
    page.wait_for_url("**/recherche?q=ecole")
    _tab_to(page, "a[href='/recherche?q=ecole&annee=2019']:focus")
    page.keyboard.press("Enter")
    page.wait_for_url("**/recherche?q=ecole&annee=2019")
    _tab_to(page, ".actifs a:focus")
    page.keyboard.press("Enter")
    page.wait_for_url("**/recherche?q=ecole")


def test_facets_open_by_keyboard_on_a_phone(opened: Opened) -> None:
    page = opened(width=320, scripts=False).new_page()
    page.goto("/recherche?q=ecole")
    _tab_to(page, ".facettes > summary:focus")
    page.keyboard.press("Enter")
    assert page.get_by_role("link", name="2019").is_visible()


def _tab_to(page: Page, selector: str) -> None:
    for _ in range(60):
        if page.locator(selector).count():
            return
        page.keyboard.press("Tab")
    pytest.fail(f"the Tab key never reached {selector}")


def test_focus_is_always_visible(opened: Opened) -> None:
    page = opened().new_page()
    page.goto("/recherche?q=ecole")
    for _ in range(12):
        page.keyboard.press("Tab")
        style = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
        assert style == "solid"


def test_print_can_be_read_from_a_noticeboard(opened: Opened) -> None:
    for address in (SCHOOL_PAGE, "/recherche?q=ecole", "/source/conseil-citoyen"):
        page = opened().new_page()
        page.goto(address)
        page.emulate_media(media="print")
        sizes = page.evaluate(
            "[...document.querySelectorAll('h1, main p, main li, main dd, main time')]"
            ".filter(one => one.checkVisibility())"
            ".map(one => [one.tagName, parseFloat(getComputedStyle(one).fontSize) * 0.75])"
        )
        assert min(points for _, points in sizes) >= 11
        assert min(points for tag, points in sizes if tag == "H1") >= 20


def test_print_leaves_what_paper_needs(opened: Opened) -> None:
    page = opened().new_page()
    page.goto("/recherche?q=ecole")
    page.emulate_media(media="print")
    assert not page.get_by_role("search").is_visible()
    assert not page.locator("nav").first.is_visible()
    assert page.get_by_text("Page imprimée de").is_visible()
    shown = page.evaluate("getComputedStyle(document.querySelector('.lire a'), '::after').content")
    assert "https://" in shown
