import sqlite3
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aggregator.store.ids import SLOTS, UID_CHARACTERS, allocate, first_id, new_uids

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


@pytest.fixture
def connection() -> Iterator[sqlite3.Connection]:
    with_tables = bare()
    yield with_tables
    with_tables.close()


def bare() -> sqlite3.Connection:
    opened = sqlite3.connect(":memory:")
    opened.execute("CREATE TABLE post_facets (id INTEGER PRIMARY KEY)")
    opened.execute("CREATE TABLE posts (uid TEXT UNIQUE)")
    return opened


def take(connection: sqlite3.Connection, ids: list[int]) -> list[int]:
    connection.executemany("INSERT INTO post_facets VALUES (?)", [(number,) for number in ids])
    return ids


@given(st.datetimes(), st.datetimes())
def test_ids_follow_dates(a: datetime, b: datetime) -> None:
    early, late = sorted(moment.replace(tzinfo=UTC, microsecond=0) for moment in (a, b))
    assert 0 <= first_id(early) <= first_id(late) < 2**53  # JavaScript reads it whole
    assert early == late or first_id(early) + SLOTS <= first_id(late)


def test_the_first_of_a_page_is_the_newest(connection: sqlite3.Connection) -> None:
    ids = take(connection, allocate(connection, [NOON, NOON, NOON]))
    assert ids == sorted(ids, reverse=True)
    assert ids[-1] == first_id(NOON)
    (later,) = allocate(connection, [NOON])
    assert later > ids[0]


def test_a_crowded_second_spills_over(connection: sqlite3.Connection) -> None:
    crowd = [NOON] * 10_000 + [NOON + timedelta(seconds=1)]
    ids = take(connection, allocate(connection, crowd))
    assert len(set(ids)) == 10_001
    assert ids[:-1] == sorted(ids[:-1], reverse=True)
    for _ in range(100):
        take(connection, allocate(connection, [NOON]))


@given(st.lists(st.lists(st.integers(0, 5), max_size=400), max_size=6))
def test_ids_are_never_given_twice(batches: list[list[int]]) -> None:
    connection = bare()
    for batch in batches:
        moments = [NOON + timedelta(seconds=second) for second in batch]
        take(connection, allocate(connection, moments))  # a duplicate breaks the primary key
    connection.close()


def test_public_names_are_short_and_permanent(connection: sqlite3.Connection) -> None:
    names = new_uids(connection, "blog", ["a", "b"])
    assert names == new_uids(connection, "blog", ["b", "a"])
    assert all(len(name) == UID_CHARACTERS and name.isalnum() for name in names.values())
    assert names["a"] != new_uids(connection, "presse", ["a"])["a"]


def test_a_collision_makes_a_name_longer(connection: sqlite3.Connection) -> None:
    (name,) = new_uids(connection, "blog", ["a"]).values()
    connection.execute("INSERT INTO posts VALUES (?)", (name,))
    (longer,) = new_uids(connection, "blog", ["a"]).values()
    assert longer.startswith(name)
    assert len(longer) == len(name) + 1
