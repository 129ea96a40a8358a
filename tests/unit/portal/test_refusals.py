import re
import sqlite3
from pathlib import Path

import pytest
from e2e.portal_town import build_town
from e2e.portal_visitor import Visitor


@pytest.mark.parametrize(
    "address",
    [
        "/-/versions", "/-/metadata.json", "/-/static/app.css", "/portail", "/portail.json",
        "/portail/posts", "/veille", "/_memory", "/_internal", "/publication/personne",
        "/source/personne", "/source/gazette?page=99", "/source/gazette?page=x",
        "/?onglet=personne",
        "/recherche?page=99", "/statique/portail.css", "/statique/..%2fviews.py", "/index.html",
        "/sources/", "/caf%C3%A9", "/%ff%fe", "/a%00b", "/exemple//fr", "/%2e%2e/etc/passwd",
        "/favicon.ico",
    ],
)  # fmt: skip
def test_whatever_is_not_ours_is_a_french_404(visitor: Visitor, address: str) -> None:
    response = visitor.ask(address)
    assert response.status_code == 404
    assert "Cette page n’existe pas" in response.text


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "OPTIONS", "PATCH", "TRACE"])
def test_the_portal_is_read_only(visitor: Visitor, method: str) -> None:
    response = visitor.ask("/recherche", method=method)
    assert response.status_code == 405
    assert response.headers["allow"] == "GET, HEAD"
    assert "Cette page se lit" in response.text


def test_head_has_the_length_of_get(visitor: Visitor) -> None:
    head = visitor.ask("/sources", method="HEAD")
    assert head.content == b""
    assert head.headers["content-length"] == visitor.ask("/sources").headers["content-length"]


def test_an_endless_address_is_refused(visitor: Visitor) -> None:
    assert visitor.ask("/recherche?q=" + "a" * 3000).status_code == 414


@pytest.mark.parametrize("host", ["a b", "<script>", "exemple.fr/x", "exemple.fr:port", "[::1"])
def test_an_address_we_cannot_be_at_is_refused(visitor: Visitor, host: str) -> None:
    assert visitor.ask("/", host=host).status_code == 400


def test_the_style_sheet_may_be_kept_for_ever(visitor: Visitor) -> None:
    found = re.search(r'href="(/statique/portail\.[0-9a-f]+\.css)"', visitor.ask("/").text)
    assert found
    response = visitor.ask(found[1], **{"accept-encoding": "identity"})
    assert response.headers["content-type"] == "text/css; charset=utf-8"
    assert "immutable" in response.headers["cache-control"]
    assert len(response.content) <= 12_000


def test_robots_are_kept_from_endless_searches(visitor: Visitor) -> None:
    assert "Disallow: /recherche" in visitor.ask("/robots.txt").text


def test_without_a_database_the_portal_says_so(tmp_path: Path) -> None:
    town, database = build_town(tmp_path)
    database.unlink()
    visitor = Visitor(database, town)
    response = visitor.ask("/")
    assert response.status_code == 503
    assert response.headers["retry-after"] == "60"
    assert "momentanément indisponible" in response.text
    assert visitor.ask("/a-propos").status_code == 200
    visitor.close()


def test_a_database_that_is_none_is_a_503(tmp_path: Path) -> None:
    town, database = build_town(tmp_path)
    database.write_bytes(b"ceci n'est pas une base" * 500)
    visitor = Visitor(database, town)
    assert visitor.ask("/recherche").status_code == 503
    visitor.close()


def test_a_locked_database_is_a_503(own: tuple[Visitor, Path]) -> None:
    visitor, database = own
    connection = sqlite3.connect(database)
    connection.execute("PRAGMA journal_mode = DELETE")
    connection.execute("BEGIN EXCLUSIVE")
    response = visitor.ask("/sources")
    connection.close()
    assert response.status_code == 503


def test_an_error_of_ours_shows_no_trace(
    own: tuple[Visitor, Path], monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(*_arguments: object, **_named: object) -> None:
        raise RuntimeError("a secret of the server")

    monkeypatch.setattr("aggregator.portal.queries.sources.sources", broken)
    response = own[0].ask("/sources")
    assert response.status_code == 500
    assert "Une erreur s’est produite" in response.text
    assert "secret" not in response.text
    assert "a secret of the server" in caplog.text


def test_a_portal_never_writes(own: tuple[Visitor, Path], monkeypatch: pytest.MonkeyPatch) -> None:
    def write(connection: sqlite3.Connection, **_named: object) -> None:
        connection.execute("DELETE FROM posts")

    monkeypatch.setattr("aggregator.portal.queries.sources.sources", write)
    assert own[0].ask("/sources").status_code == 503
    connection = sqlite3.connect(own[1])
    (count,) = connection.execute("SELECT count(*) FROM posts").fetchone()
    connection.close()
    assert count > 0
