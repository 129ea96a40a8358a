import sqlite3
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from e2e.portal_town import SCHOOL, build_town

from aggregator.clock import now, to_iso
from aggregator.model import State
from aggregator.portal.queries import home, publications, sources
from aggregator.portal.queries.reading import Present


@pytest.fixture(scope="module")
def town_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build_town(tmp_path_factory.mktemp("queries"), many=60)[1]


def present(moment: datetime | None = None) -> Present:
    """Stand at a moment, or now; days are those of UTC."""
    moment = moment or now()
    midnight = datetime(moment.year, moment.month, moment.day, tzinfo=UTC)
    return Present(now=moment, tomorrow=midnight + timedelta(days=1))


@pytest.fixture
def connection(town_file: Path) -> Iterator[sqlite3.Connection]:
    found = sqlite3.connect(town_file)
    found.row_factory = sqlite3.Row
    yield found
    found.rollback()
    found.close()


def test_the_river_is_newest_first_and_nobody_fills_it(connection: sqlite3.Connection) -> None:
    found = home.river(connection, present=present())
    assert len(found) == home.RIVER
    assert [post.published for post in found] == sorted(
        (post.published for post in found), reverse=True
    )
    voices = [post.source.slug for post in found]
    assert all(len(set(voices[at : at + 4])) > 1 for at in range(len(voices) - 3))


def test_the_river_leaves_announced_dates_out(connection: sqlite3.Connection) -> None:
    newest = home.river(connection, present=present())[0]
    earlier = home.river(connection, present=present(newest.published - timedelta(seconds=1)))
    assert newest not in earlier


def test_boxes_hold_the_five_newest_and_the_most_active_come_first(
    connection: sqlite3.Connection,
) -> None:
    found = home.boxes(
        connection, {"gazette", "jardins", "cq-hautes-rives"}, full=2, present=present()
    )
    assert [box.source.slug for box in found] == ["cq-hautes-rives", "gazette", "jardins"]
    assert [len(box.posts) for box in found] == [5, 5, 0]
    assert found[2].newest_id is None
    assert found[2].state is State.NEW


def test_boxes_beyond_the_full_ones_have_no_titles(connection: sqlite3.Connection) -> None:
    found = home.boxes(connection, {"gazette", "cq-hautes-rives"}, full=1, present=present())
    assert [len(box.posts) for box in found] == [5, 0]
    assert found[1].newest_id is not None


def test_a_box_shows_the_nearest_announced_dates_first(connection: sqlite3.Connection) -> None:
    (box,) = home.boxes(connection, {"gazette"}, full=1, present=present())
    past = box.posts[2].published
    (box,) = home.boxes(connection, {"gazette"}, full=1, present=present(past))
    dates = [post.published for post in box.posts]
    assert dates[:2] == sorted(dates[:2])
    assert min(dates[:2]) > past
    assert dates[2:] == sorted(dates[2:], reverse=True)
    assert dates[2] == past


def test_the_nearest_dates_announced_come_in_order(connection: sqlite3.Connection) -> None:
    assert [post.uid for post in home.coming(connection, present=present())] == ["pleniere0001"]
    past = present(datetime(2012, 1, 10, 13, tzinfo=UTC))
    found = home.coming(connection, present=past)
    assert [post.published.day for post in found] == [11, 12, 13, 14, 15]


@pytest.mark.parametrize("origin", ["day_only", "inferred"])
def test_todays_bare_day_is_not_announced_in_the_morning(
    connection: sqlite3.Connection, origin: str
) -> None:
    morning = present(datetime(2012, 1, 10, 8, tzinfo=UTC))
    stated = home.coming(connection, present=morning)[0]
    assert stated.published == datetime(2012, 1, 10, 12, tzinfo=UTC)
    connection.execute("UPDATE posts SET date_origin = ?", (origin,))
    assert home.coming(connection, present=morning)[0].published.day == 11
    assert home.river(connection, present=morning)[0].uid == stated.uid
    assert (
        sources.source_posts(connection, "gazette", page=3, present=morning).posts[0]
        == (home.river(connection, present=morning)[0])
    )


def test_a_source_that_only_announces_has_publications(connection: sqlite3.Connection) -> None:
    early = present(datetime(2000, 1, 1, tzinfo=UTC))
    (box,) = home.boxes(connection, {"gazette"}, full=0, present=early)
    assert box.newest_id is not None
    card = sources.sources(connection, present=early)["gazette"]
    assert card.last_post is None
    assert card.announced_until is not None


def test_a_source_taken_off_the_list_says_so(connection: sqlite3.Connection) -> None:
    connection.execute(
        "UPDATE sources SET listed = 0, unlisted_since = ? WHERE slug = 'memoire'", (to_iso(now()),)
    )
    card = sources.sources(connection, present=present())["memoire"]
    assert card.state is State.UNLISTED
    assert not card.listed


def test_undated_posts_do_not_count_as_the_last_post(connection: sqlite3.Connection) -> None:
    connection.execute("UPDATE posts SET date_origin = 'first_seen'")
    assert sources.sources(connection, present=present())["gazette"].last_post is None


def test_a_sources_posts_come_by_pages(connection: sqlite3.Connection) -> None:
    first = sources.source_posts(connection, "gazette", page=1, present=present())
    last = sources.source_posts(connection, "gazette", page=4, present=present())
    assert (first.total, len(first.posts), len(last.posts)) == (62, 20, 2)
    assert sum(count for _, count in first.years) == 62
    assert first.years[0][0] > first.years[-1][0]


def test_dates_announced_come_before_all_pages(connection: sqlite3.Connection) -> None:
    past = present(datetime(2012, 1, 28, 13, tzinfo=UTC))  # 28 out, 32 and 2 more announced
    pages = [
        sources.source_posts(connection, "gazette", page=page, present=past) for page in range(1, 6)
    ]
    assert [(len(page.announced), len(page.posts)) for page in pages] == [
        *((20, 0), (14, 6), (0, 20), (0, 2), (0, 0))
    ]
    announced = [post.published for page in pages for post in page.announced]
    others = [post.published for page in pages for post in page.posts]
    assert announced == sorted(announced)
    assert others == sorted(others, reverse=True)
    assert len({*announced, *others}) == 62
    card = sources.source(connection, "gazette", present=past)
    assert card is not None
    assert card.last_post == max(others)
    assert card.announced_until == max(announced)


def test_undated_posts_of_one_title_can_be_told_apart(connection: sqlite3.Connection) -> None:
    slug = "conseil-des-jeunes"
    (one, two) = sources.source_posts(connection, slug, page=1, present=present()).posts
    assert (one.hint, two.hint) == ("", "Trente jeunes de 11 à 17 ans.")
    connection.execute("UPDATE sources SET display = 'title'")
    found = sources.source_posts(connection, slug, page=1, present=present())
    assert [post.hint for post in found.posts] == ["", ""]


def test_an_unknown_source_has_nothing(connection: sqlite3.Connection) -> None:
    assert sources.source(connection, "personne", present=present()) is None
    assert sources.source_posts(connection, "personne", page=1, present=present()).total == 0


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
