import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

from aggregator.model import DOCUMENT_KINDS, State
from aggregator.paths import bundled
from aggregator.store import Store

Rows = Callable[..., list[tuple[Any, ...]]]

VIEWS = [
    "publications",
    "publication_quartiers",
    "sources_health",
    "fetches",
    "fetch_days",
    "revisions",
    "publication_themes",
    "similar_publications",
    "publication_documents",
    "publication_events",
    "deliberations",
    "subsidies",
    "attendances",
    "refused_rows",
]
OPEN_TABLES = ["topics", "themes"]


def dictionary() -> str:
    return (bundled("db") / "README.md").read_text(encoding="utf-8")


def named_in(section: str) -> list[str]:
    """Return the names in the first column of its table."""
    return re.findall(r"^\| `(\w+)` \|", section, flags=re.MULTILINE)


def test_the_dictionary_names_exactly_the_columns_of_what_is_open(store: Store) -> None:
    described = {
        section.split("`")[0]: named_in(section)
        for section in dictionary().partition("## Tables internes")[0].split("\n### `")[1:]
    }
    assert list(described) == [*VIEWS, *OPEN_TABLES]
    for view, columns in described.items():
        cursor = store._connection.execute(f"SELECT * FROM {view}")
        assert columns == [column[0] for column in cursor.description], view


def test_the_dictionary_names_exactly_the_tables(store: Store) -> None:
    described = named_in(dictionary().partition("## Tables internes")[2])
    existing = {
        name
        for (name,) in store._connection.execute(
            "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite\\_%'"
            " ESCAPE '\\' AND name NOT GLOB 'posts_fts_*'"
        )
    }
    assert sorted([*described, *OPEN_TABLES]) == sorted(existing)


def test_every_view_file_is_a_public_view() -> None:
    files = {Path(file).stem for file in (bundled("db") / "views").glob("*.sql")}
    assert files == set(VIEWS)


def test_the_dictionary_knows_every_value(store: Store) -> None:
    text = dictionary()
    schema = "\n".join(
        sql
        for (sql,) in store._connection.execute(
            "SELECT sql FROM sqlite_master WHERE name IN ('posts', 'sources', 'fetch_log')"
        )
    )
    for column in ("date_origin", "display", "outcome"):
        (values,) = re.findall(rf"{column} IN \(([^)]*)\)", schema)
        for value in re.findall(r"'(\w+)'", values):
            assert f"`{value}`" in text, (column, value)


def test_the_dictionary_knows_every_state_and_kind_of_documents(rows: Rows) -> None:
    ((schema,),) = rows("SELECT sql FROM sqlite_master WHERE name = 'documents'")
    (values,) = re.findall(r"state IN \(([^)]*)\)", schema)
    section = dictionary().partition("### `publication_documents`")[2].partition("\n## ")[0]
    for value in (*re.findall(r"'(\w+)'", values), *DOCUMENT_KINDS):
        assert f"`{value}`" in section, value


def test_the_dictionary_knows_every_state() -> None:
    for state in State:
        assert f"`{state}`" in dictionary()
