"""Whether a page reserves text and data mining.

TDM Reservation Protocol, 2024 (https://www.w3.org/community/reports/tdmrep/CG-FINAL-tdmrep-20240510/).
"""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bs4 import BeautifulSoup


def is_reserved(document: "BeautifulSoup") -> bool | None:
    """Return what `<meta name="tdm-reservation">` says; None where it is missing or wrong."""
    said = document.select_one('meta[name="tdm-reservation" i][content]')
    return {"1": True, "0": False}.get(str(said["content"]).strip()) if said else None
