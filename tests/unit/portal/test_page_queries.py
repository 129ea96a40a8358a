import sqlite3
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from e2e.portal_town import SCHOOL, build_town

from aggregator.clock import now, to_iso
from aggregator.model import State
from aggregator.portal.queries import home, publications, sources


@pytest.fixture(scope="module")
def town_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build_town(tmp_path_factory.mktemp("queries"), many=60)[1]


@pytest.fixture
def connection(town_file: Path) -> Iterator[sqlite3.Connection]:
    found = sqlite3.connect(town_file)
    found.row_factory = sqlite3.Row
    yield found
    found.rollback()
    found.close()


def test_the_river_is_newest_first_and_nobody_fills_it(connection: sqlite3.Connection) -> None:
    found = home.river(connection, now=now())
    assert len(found) == home.RIVER
    assert [post.published for post in found] == sorted(
        (post.published for post in found), reverse=True
    )
    voices = [post.source.slug for post in found]
    assert all(len(set(voices[at : at + 4])) > 1 for at in range(len(voices) - 3))


def test_the_river_leaves_announced_dates_out(connection: sqlite3.Connection) -> None:
    newest = home.river(connection, now=now())[0]
    earlier = home.river(connection, now=newest.published - timedelta(seconds=1))
    assert newest not in earlier


def test_boxes_hold_the_five_newest_and_the_most_active_come_first(
    connection: sqlite3.Connection,
) -> None:
    found = home.boxes(connection, {"gazette", "jardins", "cq-hautes-rives"}, full=2, now=now())
    assert [box.source.slug for box in found] == ["cq-hautes-rives", "gazette", "jardins"]
    assert [len(box.posts) for box in found] == [5, 5, 0]
    assert found[2].newest_id is None
    assert found[2].state is State.NEW


def test_boxes_beyond_the_full_ones_have_no_titles(connection: sqlite3.Connection) -> None:
    found = home.boxes(connection, {"gazette", "cq-hautes-rives"}, full=1, now=now())
    assert [len(box.posts) for box in found] == [5, 0]
    assert found[1].newest_id is not None


def test_a_box_shows_the_nearest_announced_dates_first(connection: sqlite3.Connection) -> None:
    (box,) = home.boxes(connection, {"gazette"}, full=1, now=now())
    past = box.posts[2].published
    (box,) = home.boxes(connection, {"gazette"}, full=1, now=past)
    dates = [post.published for post in box.posts]
    assert dates[:2] == sorted(dates[:2])
    assert min(dates[:2]) > past
    assert dates[2:] == sorted(dates[2:], reverse=True)
    assert dates[2] == past


def test_a_source_taken_off_the_list_says_so(connection: sqlite3.Connection) -> None:
    connection.execute(
        "UPDATE sources SET listed = 0, unlisted_since = ? WHERE slug = 'memoire'", (to_iso(now()),)
    )
    card = sources.sources(connection)["memoire"]
    assert card.state is State.UNLISTED
    assert not card.listed


def test_undated_posts_do_not_count_as_the_last_post(connection: sqlite3.Connection) -> None:
    connection.execute("UPDATE posts SET date_origin = 'first_seen'")
    assert sources.sources(connection)["gazette"].last_post is None


def test_a_sources_posts_come_by_pages(connection: sqlite3.Connection) -> None:
    first = sources.source_posts(connection, "gazette", page=1)
    last = sources.source_posts(connection, "gazette", page=4)
    assert (first.total, len(first.posts), len(last.posts)) == (62, 20, 2)
    assert sum(count for _, count in first.years) == 62
    assert first.years[0][0] > first.years[-1][0]


def test_an_unknown_source_has_nothing(connection: sqlite3.Connection) -> None:
    assert sources.source(connection, "personne") is None
    assert sources.source_posts(connection, "personne", page=1).total == 0


def test_a_publication_has_its_neighbours(connection: sqlite3.Connection) -> None:
    found = publications.publication(connection, "ecole0000001")
    assert found is not None
    assert found.line.title == SCHOOL
    assert [post.title for post in found.neighbours] == [
        "Ordre du jour de la prochaine séance plénière",
        "Avis du conseil sur le plan de circulation",
    ]


@pytest.mark.parametrize(
    ("display", "excerpt", "html"), [("title", 0, 0), ("excerpt", 1, 0), ("full", 1, 1)]
)
def test_display_decides_what_leaves_the_database(
    connection: sqlite3.Connection, display: str, excerpt: bool, html: bool
) -> None:
    connection.execute("UPDATE sources SET display = ?", (display,))
    connection.execute(
        "INSERT INTO post_versions (post_id, seen_from, seen_until, title, text, digest)"
        " SELECT id, first_seen, last_seen, 'Ancien titre', 'Ancien texte', '' FROM posts"
        " WHERE uid = 'ecole0000001'"
    )
    found = publications.publication(connection, "ecole0000001")
    assert found is not None
    assert bool(found.excerpt) == bool(excerpt)
    assert bool(found.html) == bool(html)
    assert [bool(version.text) for version in found.versions] == [bool(html)]


def test_only_other_languages_are_told(connection: sqlite3.Connection) -> None:
    uids = tuple(row[0] for row in connection.execute("SELECT uid FROM posts LIMIT 80"))
    assert set(publications.foreign_languages(connection, uids).values()) == {"en"}
