"""A citizen finds a post by an unaccented word, narrows it, and reads where it came from."""

from collections.abc import Callable

import pytest
from e2e.portal_town import SCHOOL, SCHOOL_PAGE
from playwright.sync_api import BrowserContext, expect

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no scripts"])
@pytest.mark.parametrize("width", [320, 1280])
def test_a_citizen_finds_a_post(
    opened: Callable[..., BrowserContext], width: int, scripts: bool
) -> None:
    page = opened(width=width, scripts=scripts).new_page()
    page.goto("/")
    page.get_by_label("Rechercher dans les publications").fill("ecole")
    page.get_by_role("button", name="Rechercher").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("publications pour « ecole »")
    for value in ("Conseil citoyen", "2019"):
        folded = page.locator(".facettes > summary")
        if folded.is_visible():
            folded.click()
        page.locator(".facettes").get_by_role("link", name=value, exact=True).click()
        expect(page.get_by_role("link", name=f"Retirer le filtre {value}").first).to_be_visible()
    expect(page.get_by_role("heading", level=1)).to_have_text("1 publication pour « ecole »")
    page.get_by_role("link", name=SCHOOL).click()
    page.wait_for_url(f"**{SCHOOL_PAGE}")
    origin = page.get_by_role("region", name="D’où vient cette publication")
    expect(origin).to_contain_text("Conseil citoyen de Valmont (instance citoyenne)")
    expect(origin).to_contain_text("Le site la donne, avec l’heure.")
    link = page.get_by_role("link", name="Lire sur conseil.example")
    expect(link).to_have_attribute("href", "https://conseil.example/ecole0000001")
