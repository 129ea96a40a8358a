"""Whatever stands in `q` is answered by a page, well-formed."""

import json
from pathlib import Path
from urllib.parse import urlencode

import html5lib
import pytest
from e2e.portal_visitor import Visitor
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from aggregator.portal.routes import LONGEST_QUERY_BYTES

MOST_LINES = 60  # of one file of the corpus
# What queries are made of, so that examples reach beyond plain words.
PIECES = st.sampled_from(
    (
        "conseil", "écoles", "l'", "élu·e·s", "C.R.I.C.", "œuvre", "biblioteque", "ﬁ", "a" * 60,
        '"', "«", "»", "-", "*", "OR", "OU", "AND", "NOT", "NEAR(", ")", "{", "}", "^", ":",
        "instance:", "instance:conseil-citoyen", "quartier:pille", "source:gazette", "genre:",
        "theme:x", "annee:2019", "mois:2019-13", "depuis:2015-06", "avant:hier", "avec:pdf",
        'auteur:"', "langue:nl", "genr:presse", "xi1", "fac", "<b>", "&amp;", "%", "\x00",
        "\u202e", "\ufdd0", "\U0001f600", "\u00a0", "\u0301",
    )
)  # fmt: skip
TEXTS = st.one_of(st.text(max_size=300), st.lists(PIECES | st.text(max_size=8)).map(" ".join))


def _answered(visitor: Visitor, text: str) -> None:
    asked = urlencode({"q": text}, errors="surrogatepass")
    response = visitor.ask(f"/recherche?{asked}")
    if len(asked) > LONGEST_QUERY_BYTES:
        assert response.status_code == 414
        return
    assert response.status_code == 200
    parser = html5lib.HTMLParser(strict=True, namespaceHTMLElements=False)
    page = parser.parse(response.text)
    assert len(page.findall(".//h1")) == 1
    assert len(page.findall(".//script")) == 1
    assert not [one for one in page.iter() if any(name.startswith("on") for name in one.attrib)]
    found = visitor.ask(f"/suggestions.json?{asked}")
    assert len(json.loads(found.text)) <= 8


@settings(max_examples=300, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=TEXTS)
@example("\ud800")
@example("[&gt;<![CDATA[")
@example("'" * 200)
@example("a b c d e f g h i j k l " * 9)
def test_any_text_is_answered(visitor: Visitor, text: str) -> None:
    _answered(visitor, text)


@pytest.mark.corpus
def test_what_attacks_pages_is_answered(visitor: Visitor, corpus: Path) -> None:
    paths = [path for path in sorted((corpus / "sanitiser").rglob("*")) if path.is_file()]
    assert paths
    payloads = {text: None for path in paths for text in _payloads(path)}
    for text in payloads:
        _answered(visitor, text)


def _payloads(path: Path) -> list[str]:
    lines = path.read_text(encoding="utf-8", errors="replace").splitlines()
    return [line[:LONGEST_QUERY_BYTES] for line in lines if line.strip()][:MOST_LINES]
