from dataclasses import replace
from datetime import datetime

from aggregator.model import Town
from aggregator.store import Store


def written(store: Store, town: Town, now: datetime) -> list[tuple[int, str]]:
    store.sync_town(town, definitions={}, now=now)
    found = store._connection.execute(
        "SELECT group_id, words FROM synonyms ORDER BY group_id, words"
    )
    return [(group, words) for group, words in found]


def test_synonyms_follow_the_list(store: Store, town: Town, now: datetime) -> None:
    assert written(store, town, now) == []
    named = replace(town, synonyms=(("mairie", "hôtel de ville"), ("CR", "compte rendu", "PV")))
    assert written(store, named, now) == [
        *((1, "hôtel de ville"), (1, "mairie")),
        *((2, "CR"), (2, "PV"), (2, "compte rendu")),
    ]

    fewer = replace(town, synonyms=(("crue", "inondation"), ("mairie", "hôtel de ville")))
    assert written(store, fewer, now) == [
        *((1, "crue"), (1, "inondation")),
        *((2, "hôtel de ville"), (2, "mairie")),
    ]
    assert written(store, town, now) == []


def test_the_same_synonyms_are_not_written_again(store: Store, town: Town, now: datetime) -> None:
    named = replace(town, synonyms=(("crue", "inondation"),))
    written(store, named, now)
    before = store._connection.total_changes
    written(store, replace(named), now)
    assert store._connection.total_changes == before
