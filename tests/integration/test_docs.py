"""The documents say what the program does: names, options, keys, limits, examples."""

import json
import re
import shutil
import sqlite3
import subprocess
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import click
import pytest
from conftest import REPOSITORY, Answer, Site
from integration.commands import feed, get, running_up, wait_until, write_town
from integration.crawling import crawl_all

from aggregator import cli
from aggregator.crawl.health import EXPLANATIONS
from aggregator.data import guard
from aggregator.data.database import MAX_RESULT_BYTES
from aggregator.data.export import LONGEST_S
from aggregator.data.searching import MOST_UIDS, search_function
from aggregator.data.server import NAME, SETTINGS
from aggregator.errors import TownError
from aggregator.model import (
    KINDS,
    DateOrigin,
    Display,
    Instance,
    Quartier,
    Service,
    Source,
    State,
    Town,
)
from aggregator.portal.french import number
from aggregator.portal.gateway import MOST_AT_ONCE
from aggregator.portal.labels import STATES
from aggregator.sources import load_sources, parts, synonyms, town
from aggregator.store import Store

PAGES = sorted(
    path
    for path in REPOSITORY.rglob("*.md")
    if not any(part.startswith(".") or part == "build" for part in path.parts)
)
FRENCH = ("docs/moderateurs.md", "docs/analystes.md", "docs/exploitation.md")
_CONTEXT = click.Context(cli.group)
COMMANDS = {
    name: command
    for name in cli.group.list_commands(_CONTEXT)
    if (command := cli.group.get_command(_CONTEXT, name)) is not None
}
ENVIRONMENT = re.compile(r"\bAGGREGATOR_[A-Z_]+\b")


def text_of(name: str) -> str:
    return (REPOSITORY / name).read_text(encoding="utf-8")


def blocks(name: str, language: str) -> list[str]:
    """Return the fenced blocks of a page in one language."""
    return re.findall(rf"^```{language}\n(.*?)^```$", text_of(name), re.MULTILINE | re.DOTALL)


def part(name: str, heading: str) -> str:
    """Return what stands under one heading, up to the next one."""
    (found,) = re.findall(
        rf"^##+ (?:\d\. )?{re.escape(heading)}\n(.*?)(?=^##|\Z)",
        text_of(name),
        re.MULTILINE | re.DOTALL,
    )
    return str(found)


def first_column(table: str) -> list[str]:
    return re.findall(r"^\| \[?`([^`]+)`", table, re.MULTILINE)


# --- commands -------------------------------------------------------------------------------


def invocations() -> Iterator[tuple[str, list[str]]]:
    """Give every `aggregator …` of the documents, as words, with the page it stands on."""
    for page in PAGES:
        text = page.read_text(encoding="utf-8")
        fenced = re.findall(r"^ *```\w*\n(.*?)^ *```$", text, re.MULTILINE | re.DOTALL)
        spans = re.findall(r"`([^`\n]+)`", re.sub(r"```.*?```", "", text, flags=re.DOTALL))
        lines = [line for code in [*fenced, *spans] for line in code.splitlines()]
        for line in lines:
            for found in re.findall(r"(?:^|[\s/=])aggregator ((?:[^#&|;]|\|(?=\w))+)", line):
                yield page.name, re.sub(r"[\[\]]", "", found).split()


def parsed(words: list[str]) -> tuple[str, set[str]]:
    """Return the command that a call names and all options it gives; complain of unknown ones."""
    command: click.Command = cli.group
    given: set[str] = set()
    left = iter(words)
    for word in left:
        if word.startswith("-"):
            known = {text: option for option in command.params for text in option.opts}
            assert word in {*known, "--help", "-h"}, f"aggregator {' '.join(words)}: {word}"
            given.add(word)
            if word in known and not getattr(known[word], "is_flag", False):
                next(left)
        elif command is cli.group and word not in {"…", "..."}:
            assert word in COMMANDS, f"aggregator {' '.join(words)}: {word}"
            command = COMMANDS[word]
    return command.name or "", given


def test_every_command_and_option_is_documented_and_no_other() -> None:
    documented: dict[str, set[str]] = {}
    for _, words in invocations():
        named, options = parsed(words)
        documented.setdefault(named, set()).update(options)
    everywhere = set().union(*documented.values())
    assert {"--town", "--db", "--version"} <= everywhere
    for name, command in COMMANDS.items():
        own = {option.opts[0] for option in command.params if isinstance(option, click.Option)}
        assert own - {"--town", "--db"} <= documented[name], name


def test_the_table_of_commands_is_whole() -> None:
    table = part("docs/exploitation.md", "Toutes les commandes")
    named = {call.split()[1] for call in first_column(table) if call.startswith("aggregator ")}
    assert named == {*COMMANDS, "--version"}


def test_every_exit_status_is_documented() -> None:
    table = part("docs/exploitation.md", "Toutes les commandes")
    statuses = {row for row in first_column(table) if row.isdigit()}
    assert statuses == set(re.findall(r"\b(\d) \w", (cli.__doc__ or "").partition("status:")[2]))


def test_environment_variables_are_documented_and_no_other() -> None:
    code = "".join(
        path.read_text(encoding="utf-8") for path in (REPOSITORY / "aggregator").rglob("*.py")
    )
    table = first_column(part("docs/exploitation.md", "Variables d’environnement"))
    assert set(table) == set(ENVIRONMENT.findall(code))
    for page in PAGES:
        assert set(ENVIRONMENT.findall(page.read_text(encoding="utf-8"))) <= set(table), page


# --- the list -------------------------------------------------------------------------------

LISTS = {
    "Le fichier": town.FILE_KEYS,
    "La ville": town.TOWN_KEYS,
    "Les valeurs par défaut": town.DEFAULT_KEYS,
    "Une instance": parts.INSTANCE_KEYS,
    "Un quartier": parts.QUARTIER_KEYS,
    "Un onglet": parts.TAB_KEYS,
    "Une source": (*parts.SOURCE_KEYS, *KINDS),
    "Les trois façons de lire un site": parts.RECIPE_KEYS,
    "Les quatre commandes": tuple(
        f"aggregator {name}" for name in ("check", "try", "crawl", "status")
    ),
    "Les dates": tuple(DateOrigin),
    "Ce que la loi permet de montrer": tuple(Display),
}


@pytest.mark.parametrize("heading", LISTS)
def test_the_moderators_guide_explains_every_key_and_value(heading: str) -> None:
    assert first_column(part("docs/moderateurs.md", heading)) == list(LISTS[heading])


def test_the_moderators_guide_explains_every_state() -> None:
    table = part("docs/moderateurs.md", "L’état d’une source, et ce qu’il faut faire")
    assert first_column(table) == list(State)
    for state in State:
        assert f"| `{state}` | {STATES[state]} |" in table
    spaced = re.sub("[\u00a0\u202f]", " ", table)
    for explanation in EXPLANATIONS.values():
        assert re.sub("[\u00a0\u202f]", " ", f"| {explanation} |") in spaced


def test_kinds_have_their_names_in_the_guide() -> None:
    for kind, name in KINDS.items():
        assert f"| `{kind}` | {name} |" in text_of("docs/moderateurs.md")


def whole_list(example: str) -> str:
    """Return a whole file that holds an example: the guide's smallest list with it added."""
    smallest = blocks("docs/moderateurs.md", "yaml")[0]
    if example.startswith("version:"):
        return example
    if example.startswith("  - "):
        return smallest + example
    key, _, items = example.partition("\n")
    return smallest.replace(f"{key}\n", f"{key}\n{items}")


def examples(*, of_synonyms: bool) -> list[str]:
    found = blocks("docs/moderateurs.md", "yaml")
    return [block for block in found if ("\n- [" in block) is of_synonyms]


@pytest.mark.parametrize("example", examples(of_synonyms=False))
def test_every_list_of_the_moderators_guide_is_right(example: str, tmp_path: Path) -> None:
    path = tmp_path / "sources.yaml"
    path.write_text(whole_list(example), encoding="utf-8")
    found = load_sources(path)
    slugs = {
        one.slug
        for many in (found.instances, found.quartiers, found.tabs, found.sources)
        for one in many
    }
    assert set(re.findall(r"slug: ([\w-]+)", example)) <= slugs


@pytest.mark.parametrize("example", examples(of_synonyms=True))
def test_the_synonyms_of_the_moderators_guide_are_right(example: str, tmp_path: Path) -> None:
    (tmp_path / "synonyms.yaml").write_text(example, encoding="utf-8")
    (tmp_path / "sources.yaml").write_text(
        blocks("docs/moderateurs.md", "yaml")[0], encoding="utf-8"
    )
    assert load_sources(tmp_path / "sources.yaml").synonyms[-1][-1] in example


def test_the_moderators_guide_gives_the_limits_of_synonyms() -> None:
    page = part("docs/moderateurs.md", "Les mots qui se répondent")
    for limit in (synonyms.MOST_ENTRIES, synonyms.LONGEST_ENTRY_CHARS, synonyms.MOST_GROUPS):
        assert re.search(rf"\b{number(limit)}\b", page), limit


def test_the_complaint_in_the_guide_is_the_programs(tmp_path: Path) -> None:
    (shown,) = blocks("docs/moderateurs.md", "text")
    path = tmp_path / "sources.yaml"
    path.write_text(
        blocks("docs/moderateurs.md", "yaml")[0].replace("    quartiers:", "    quartier:"),
        encoding="utf-8",
    )
    with pytest.raises(TownError, match="unknown key") as caught:
        load_sources(path)
    assert str(caught.value).replace(str(path), "sources.yaml") == shown.strip()


# --- the data -------------------------------------------------------------------------------


CIVIC = """
INSERT INTO post_events (post_id, starts, all_day, place)
    SELECT max(id), '2999-01-01T09:00:00Z', 0, 'Salle' FROM posts;
INSERT INTO withdrawn_posts (post_id, noticed) SELECT min(id), '2026-01-01T09:00:00Z' FROM posts;
INSERT INTO documents (url, state, found) VALUES ('https://a.example/d.pdf', 'scanned', '2026');
INSERT INTO post_documents (post_id, document_id, position)
    SELECT max(p.id), d.id, 0 FROM posts AS p, documents AS d;
"""
# The sample town's own files.
RECORDS = {
    "deliberations": "deliberations.csv",
    "subventions": "subventions.csv",
    "presences": "presences.csv",
}


def civic_source(site: Site, schema: str) -> Source:
    options = (("schema", schema), ("file", site.url(f"/{RECORDS[schema]}")))
    return Source(
        slug=schema,
        name=schema.title(),
        url=site.url("/"),
        kind="donnees",
        service=Service(name="scdl", options=options),
    )


@pytest.fixture
def analyst(
    site: Site,
    store: Store,
    loopback_allowed: None,  # noqa: ARG001 - the crawl needs it
) -> Iterator[sqlite3.Connection]:
    """A connection as analysts have it, on a small town that was crawled twice."""
    rows = {
        "source": {"instance": "conseil-citoyen", "quartiers": ("port",)},
        "panne": {},
    }
    small = Town(
        name="Essai",
        timezone="Europe/Paris",
        contact="essai@example.org",
        instances=(Instance(slug="conseil-citoyen", name="Conseil citoyen"),),
        quartiers=(Quartier(slug="port", name="Port", sector="centre"),),
        sources=tuple(
            Source(
                slug=slug,
                name=slug.title(),
                url=site.url("/"),
                kind="association",
                feed=site.url(f"/{slug}.xml"),
                **row,  # type: ignore[arg-type]
            )
            for slug, row in rows.items()
        )
        + tuple(map(partial(civic_source, site), RECORDS)),
    )
    for name in RECORDS.values():
        body = (REPOSITORY / "demo" / "files" / "donnees" / name).read_bytes()
        site.pages[f"/{name}"] = Answer(body=body, content_type="text/csv")
    site.pages["/source.xml"] = feed(1, 2, 3)
    crawl_all(small, store)
    answer = feed(1, 2, 3)
    answer.body = answer.body.replace(b"Publication 2", b"Publication changee")
    site.pages["/source.xml"] = answer
    crawl_all(small, store)
    with store.transaction():
        for statement in CIVIC.split(";"):
            store._connection.execute(statement)
    connection = sqlite3.connect(f"file:{store.path}?mode=ro", uri=True)
    connection.create_function("recherche", 1, search_function(store.path), deterministic=True)
    guard.guard(connection)
    yield connection
    connection.close()


NUMBERS = {2: "deux", 3: "trois", 13: "treize", 14: "quatorze", 15: "quinze", 16: "seize"}


def described() -> dict[str, Any]:
    found: dict[str, Any] = json.loads(text_of("metadata.json"))["databases"][NAME]
    return found


def test_metadata_describes_exactly_the_columns_of_the_views(analyst: sqlite3.Connection) -> None:
    for view, about in described()["tables"].items():
        cursor = analyst.execute(f"SELECT * FROM {view}")
        assert list(about["columns"]) == [column[0] for column in cursor.description], view
        for facet in (*about.get("facets", ()), about.get("sort_desc", "")):
            assert facet in {*about["columns"], ""}, (view, facet)
    assert first_column(part("docs/analystes.md", "Les vues et les tables ouvertes")) == list(
        described()["tables"]
    )


def test_the_dictionary_counts_views_and_tables_rightly() -> None:
    views = {path.stem for path in (REPOSITORY / "db" / "views").glob("*.sql")}
    tables = set(described()["tables"]) - views
    told = f"**{NUMBERS[len(views)]} vues** et les **{NUMBERS[len(tables)]} tables ouvertes**"
    assert told in text_of("db/README.md")
    guide = f"{NUMBERS[len(views)].title()} vues, et {NUMBERS[len(tables)]} tables\u00a0:"
    assert guide in text_of("docs/analystes.md")
    assert views <= set(described()["tables"])


def test_every_ready_made_query_runs(analyst: sqlite3.Connection) -> None:
    queries = described()["queries"]
    for name, query in queries.items():
        guard.refuse_joins_by_name(query["sql"])
        rows = analyst.execute(query["sql"], dict.fromkeys(query.get("params", ()), "conseil"))
        assert rows.fetchall(), name
    given = {
        row[0]: row[1:] for row in analyst.execute(queries["subventions-par-association"]["sql"])
    }
    assert given["Centre social de la Filature"] == ("2026", 1, 12000.0, 1)
    absent = analyst.execute(queries["absences-des-elus"]["sql"]).fetchall()
    assert ("Farid Benali", "2026", "Conseil municipal", 2, 1, 1) in absent
    table = part("docs/analystes.md", "Les questions toutes prêtes")
    assert first_column(table) == list(queries)


@pytest.mark.parametrize("sql", blocks("docs/analystes.md", "sql"))
def test_every_question_of_the_analysts_guide_has_an_answer(
    sql: str, analyst: sqlite3.Connection
) -> None:
    guard.refuse_joins_by_name(sql)
    assert analyst.execute(sql).fetchall()


def setting(name: str) -> str:
    """Return one of Datasette's settings as the guide writes it."""
    value = SETTINGS[name]
    assert isinstance(value, int)
    return number(value)


def test_the_limits_are_those_of_the_program() -> None:
    cells = re.findall(
        r"^\| .* \| ([^|]*) \|$", part("docs/analystes.md", "Les limites"), re.MULTILINE
    )
    assert cells[2:] == [
        f"{setting('sql_time_limit_ms')} ms",
        f"{setting('facet_time_limit_ms')} ms",
        setting("max_returned_rows"),
        f"{LONGEST_S:g} s",
        f"{number(guard.MAX_SQL_BYTES)} octets",
        f"{number(guard.MAX_VALUE_BYTES // 2**20)} Mio",
        f"{number(MAX_RESULT_BYTES // 2**20)} Mio",
        number(guard.MAX_COLUMNS),
        f"{number(guard.MAX_PATTERN_BYTES)} octets",
        number(guard.MAX_DEPTH),
        number(MOST_UIDS),
        setting("num_sql_threads"),
        number(MOST_AT_ONCE),
    ]


def test_the_functions_said_to_be_refused_are() -> None:
    for name in ("printf", "format", "zeroblob", "randomblob"):
        assert name in guard.CLOSED_FUNCTIONS
        assert f"`{name}`" in part("docs/analystes.md", "Les limites")


def test_the_addresses_for_programs_answer(tmp_path: Path, site: Site) -> None:
    site.pages["/a.xml"] = feed(1, 2, 3)
    table = part("docs/analystes.md", "Les adresses, pour les programmes")
    with running_up(write_town(tmp_path, site, "a"), tmp_path / "veille.db") as (address, _):
        wait_until(lambda: "Publication 1" in get(f"{address}/")[1])
        for path in first_column(table):
            question = path.replace("SELECT…", "SELECT+title+FROM+publications")
            status, body = get(address + question)
            assert status == 200, path
            assert body.strip(), path


def test_the_links_of_the_analysts_pages_lead_somewhere(tmp_path: Path, site: Site) -> None:
    site.pages["/a.xml"] = feed(1, 2, 3)
    with running_up(write_town(tmp_path, site, "a"), tmp_path / "veille.db") as (address, _):
        wait_until(lambda: "Publication 1" in get(f"{address}/")[1])
        page = get(f"{address}/donnees/veille/publications?_size=2")[1]
        links = {link.replace("&amp;", "&") for link in re.findall(r'href="([^"#]+)"', page)}
        inside = {link.removeprefix(address) for link in links}
        wrong = [link for link in inside if link.startswith("/") and get(address + link)[0] != 200]
        assert wrong == []


@pytest.mark.usefixtures("analyst")
def test_a_backup_made_as_the_guide_says_is_whole(tmp_path: Path, store: Store) -> None:
    (command,) = (block for block in blocks("docs/exploitation.md", "sh") if "VACUUM INTO" in block)
    statement = re.search(r'"(VACUUM INTO .*)"', command)
    assert statement
    copy = tmp_path / "copie.db"
    with sqlite3.connect(store.path) as connection:
        connection.execute(re.sub(r"'.*'", f"'{copy}'", statement[1]))
    connection.close()
    with Store.open(copy) as restored:
        assert restored.check_index().sound
        assert restored.statuses() == store.statuses()


# --- the tree -------------------------------------------------------------------------------


def anchor(heading: str) -> str:
    """Return the name that a forge gives a heading."""
    return re.sub(r"[^\w\- ]", "", heading.strip().lower()).replace(" ", "-")


def test_links_between_files_lead_somewhere() -> None:
    broken = []
    for page in PAGES:
        text = re.sub(r"```.*?```", "", page.read_text(encoding="utf-8"), flags=re.DOTALL)
        for link in re.findall(r"\]\(([^)\s]+)\)", text):
            if re.match(r"https?://|mailto:", link):
                continue
            path, _, fragment = link.partition("#")
            target = (page.parent / path).resolve() if path else page
            if not target.exists():
                broken.append((page.name, link))
            elif fragment:
                headings = re.findall(r"^#+ (.*)", target.read_text(encoding="utf-8"), re.MULTILINE)
                if fragment not in {anchor(heading.replace("`", "")) for heading in headings}:
                    broken.append((page.name, link))
    assert broken == []


def test_the_readme_stays_short_and_the_changelog_open() -> None:
    assert len(text_of("README.md").splitlines()) < 120
    assert "## [Unreleased]" in text_of("CHANGELOG.md")
    assert (REPOSITORY / "docs" / "images" / "portail.png").stat().st_size < 200_000


def test_make_targets_that_are_documented_exist() -> None:
    targets = set(re.findall(r"^([a-z]+):", text_of("Makefile"), re.MULTILINE))
    for page in PAGES:
        text = page.read_text(encoding="utf-8")
        assert set(re.findall(r"(?:^|`)make ([a-z]+)\b", text, re.MULTILINE)) <= targets, page


@pytest.mark.parametrize("name", FRENCH)
def test_french_pages_have_french_typography(name: str) -> None:
    prose = re.sub(r"^ *```.*?^ *```$|`[^`\n]*`", "", text_of(name), flags=re.MULTILINE | re.DOTALL)
    assert re.findall(r".*\w'.*|.* [;:!?»](?:\s|$).*|.*« .*", prose) == []


def test_nothing_names_the_machine_it_was_written_on() -> None:
    if shutil.which("git") is None or not (REPOSITORY / ".git").exists():
        pytest.skip("no git repository here: what is committed cannot be told from the rest")
    listed = subprocess.run(
        ["git", "ls-files", "-z"], cwd=REPOSITORY, capture_output=True, check=True
    ).stdout.decode()
    # Folders of people's machines, and where packages were fetched from.
    suspect = re.compile(
        r"(?<![\w.~-])/(?:work|farm|home|root|opt/pypi)/"
        r"|(?<!no-emit-)(?:index-url|trusted-host|find-links)\b"
        r"|pypi\.org|pythonhosted\.org"
    )
    found = []
    for name in filter(None, listed.split("\0")):
        path = REPOSITORY / name
        if path.suffix == ".png" or not path.is_file() or path == Path(__file__):
            continue
        text = path.read_text(encoding="utf-8", errors="replace")
        found += [(name, match[0]) for match in suspect.finditer(text)]
    assert found == []
