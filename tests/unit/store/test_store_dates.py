import pytest

from aggregator.model import DateOrigin
from aggregator.store.dates import replaces

STATED, DAY, INFERRED, SEEN = DateOrigin
OLD, FIRST_SEEN, NEW, NOW, FUTURE = (f"2026-0{month}-01T12:00:00Z" for month in range(1, 6))


def asked(
    new: tuple[str, DateOrigin], old: tuple[str, DateOrigin], *, edited: bool = False
) -> bool:
    return replaces(new, old, edited=edited, first_seen=FIRST_SEEN, seen=NOW)


@pytest.mark.parametrize(
    ("new", "old", "expected"),
    [
        ((OLD, STATED), (OLD, STATED), False),
        ((OLD, STATED), (FIRST_SEEN, STATED), True),
        ((OLD, DAY), (FIRST_SEEN, DAY), True),
        # Better known, vaguer.
        ((OLD, STATED), (OLD, DAY), True),
        ((OLD, DAY), (OLD, INFERRED), True),
        ((OLD, INFERRED), (FIRST_SEEN, SEEN), True),
        ((OLD, STATED), (FIRST_SEEN, SEEN), True),
        ((OLD, DAY), (FIRST_SEEN, STATED), False),
        ((OLD, INFERRED), (FIRST_SEEN, DAY), False),
        ((NOW, SEEN), (OLD, STATED), False),
        ((NOW, SEEN), (FIRST_SEEN, SEEN), False),
        # « hier », a day later.
        ((NEW, INFERRED), (OLD, INFERRED), False),
        # The feed was built just now; an agenda's event was put off.
        ((NOW, STATED), (OLD, STATED), False),
        ((NEW, STATED), (OLD, STATED), False),
        ((FUTURE, STATED), (OLD, STATED), True),
    ],
)
def test_when_nothing_else_changed(
    new: tuple[str, DateOrigin], old: tuple[str, DateOrigin], expected: bool
) -> None:
    assert asked(new, old) is expected


def test_an_edited_post_is_dated_anew() -> None:
    assert asked((NEW, INFERRED), (OLD, INFERRED), edited=True)
    assert asked((NEW, STATED), (OLD, STATED), edited=True)
    assert not asked((NOW, SEEN), (FIRST_SEEN, SEEN), edited=True)
    assert not asked((NOW, SEEN), (OLD, STATED), edited=True)
