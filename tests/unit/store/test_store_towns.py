from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from aggregator.model import (
    Appointment,
    Health,
    Memory,
    Outcome,
    Post,
    Source,
    SourceResult,
    State,
    Town,
)
from aggregator.store import Store, retagging

MakePost = Callable[..., Post]
Rows = Callable[..., Any]
Save = Callable[..., Any]


def changed(town: Town, slug: str, **changes: Any) -> Town:
    return replace(
        town,
        sources=tuple(replace(s, **changes) if s.slug == slug else s for s in town.sources),
    )


def without(town: Town, slug: str) -> Town:
    return replace(town, sources=tuple(s for s in town.sources if s.slug != slug))


def fetched(store: Store, now: datetime, slug: str = "blog") -> None:
    with store.transaction():
        store.record(
            SourceResult(source=slug, outcome=Outcome.SAVED, fetched=now),
            health=Health(state=State.OK, reason="répond"),
            appointment=Appointment(at=now + timedelta(hours=1), reason="chaque heure"),
            memories={"https://blog.example/feed": Memory(etag='"1"')},
            discovered_feed="https://blog.example/found",
        )


def due(store: Store, **asked: Any) -> tuple[str, ...]:
    return tuple(found.slug for found in store.due(**asked))


def test_an_unchanged_list_writes_nothing_and_takes_no_lock(
    store: Store, town: Town, now: datetime
) -> None:
    before = store._connection.total_changes
    moved = replace(town, sources=tuple(replace(s, line=9) for s in town.sources))
    with Store.open(store.path) as writer, writer.transaction():
        store.sync_town(moved, definitions={}, now=now + timedelta(days=1))
    assert store._connection.total_changes == before


def test_a_list_synchronised_by_another_process_is_known_here_too(
    store: Store, town: Town, now: datetime, make_post: MakePost, save: Save
) -> None:
    save(make_post())
    longer = replace(town, sources=(*town.sources, replace(town.sources[0], slug="second")))
    with Store.open(store.path) as other:
        other.sync_town(longer, definitions={}, now=now)
    store.sync_town(longer, definitions={}, now=now)
    assert save(make_post(source="second"), slug="second").new == 1


def test_sources_start_new_and_due(store: Store, now: datetime, rows: Rows) -> None:
    assert due(store, now=now) == ("blog", "presse", "extrait")
    past = store.history("blog")
    assert (past.state, past.since, past.failures, past.post_count) == (State.NEW, now, 0, 0)
    assert (past.newest_post, past.last_fetch, past.discovered_feed) == (None, None, None)
    assert rows("SELECT slug, position FROM sources ORDER BY position")[1] == ("presse", 1)


def test_the_list_may_change_its_words(store: Store, town: Town, now: datetime, rows: Rows) -> None:
    renamed = replace(town, instances=(replace(town.instances[0], name="Assemblée"),))
    store.sync_town(renamed, definitions={}, now=now)
    assert rows("SELECT slug, name, listed FROM instances") == [
        ("conseil", "Assemblée", 1),
        ("pic", "PIC", 0),
    ]
    store.sync_town(town, definitions={}, now=now)
    assert rows("SELECT listed FROM instances WHERE slug = 'pic'") == [(1,)]


def test_what_leaves_the_list_keeps_its_posts(  # noqa: PLR0917 - fixtures
    store: Store, town: Town, now: datetime, save: Save, make_post: MakePost, rows: Rows
) -> None:
    save(make_post())
    fetched(store, now)
    later, back = now + timedelta(days=1), now + timedelta(days=2)
    store.sync_town(without(town, "blog"), definitions={}, now=later)
    assert rows(
        "SELECT state, reason, since, next_fetch, next_reason FROM sources_health"
        " WHERE source = 'blog'"
    ) == [
        (
            "unlisted",
            "retirée de la liste\u202f; ses publications restent",
            "2026-03-11T12:00:00Z",
            None,
            "",
        )
    ]
    assert rows("SELECT listed, unlisted_since FROM sources WHERE slug = 'blog'") == [
        (0, "2026-03-11T12:00:00Z")
    ]
    assert store.history("blog").post_count == 1
    assert "blog" not in due(store, now=back, everything=True)
    assert [row.source for row in store.statuses()] == ["presse", "extrait", "blog"]
    store.sync_town(town, definitions={}, now=back)
    assert store.history("blog").state is State.OK
    assert rows("SELECT listed, listed_since, unlisted_since FROM sources WHERE slug = 'blog'") == [
        (1, "2026-03-12T12:00:00Z", None)
    ]
    assert "blog" in due(store, now=back)


def test_a_pause_is_said_and_ends(store: Store, town: Town, now: datetime) -> None:
    paused = changed(town, "blog", paused=True, note="Site en travaux.")
    store.sync_town(paused, definitions={}, now=now)
    assert store.history("blog").state is State.PAUSED
    assert store.statuses()[0].reason == (
        "mise en pause par l’équipe de modération\u00a0: Site en travaux."
    )
    assert "blog" not in due(store, now=now, everything=True)
    assert due(store, now=now, slugs=["blog", "presse"]) == ("presse",)
    # A fetch that was under way ends: it is logged, and the pause stays.
    fetched(store, now)
    assert store.history("blog").state is State.PAUSED
    later = now + timedelta(days=1)
    store.sync_town(town, definitions={}, now=later)
    assert store.history("blog").state is State.OK
    assert store.history("blog").since == later
    assert "blog" in due(store, now=later)


def test_a_failing_source_comes_back_failing(store: Store, town: Town, now: datetime) -> None:
    with store.transaction():
        store.record(
            SourceResult(source="blog", outcome=Outcome.FAILED, fetched=now),
            health=Health(state=State.FAILING, reason="ne répond pas"),
            appointment=Appointment(at=now, reason="chaque heure"),
            memories={},
        )
    store.sync_town(changed(town, "blog", paused=True), definitions={}, now=now)
    store.sync_town(town, definitions={}, now=now)
    assert store.history("blog").state is State.FAILING
    store.sync_town(changed(town, "presse", paused=True), definitions={}, now=now)
    store.sync_town(town, definitions={}, now=now)
    assert store.history("presse").state is State.NEW


def test_a_source_read_otherwise_is_read_afresh(store: Store, town: Town, now: datetime) -> None:
    store.sync_town(town, definitions={"blog": "1"}, now=now)
    fetched(store, now)
    url = "https://blog.example/feed"
    assert store.memory("blog", url) == Memory(etag='"1"')
    store.sync_town(changed(town, "blog", note="Un mot."), definitions={"blog": "1"}, now=now)
    assert store.memory("blog", url) == Memory(etag='"1"')
    later = now + timedelta(minutes=1)
    store.sync_town(town, definitions={"blog": "2"}, now=later)
    assert store.memory("blog", url) == Memory()
    assert store.history("blog").discovered_feed is None
    assert "blog" in due(store, now=later)


def test_due_sources_come_oldest_first(store: Store, now: datetime) -> None:
    fetched(store, now)
    fetched(store, now - timedelta(minutes=30), "extrait")
    assert due(store, now=now) == ("presse",)
    later = now + timedelta(hours=2)
    assert due(store, now=later) == ("presse", "extrait", "blog")
    assert due(store, now=now, slugs=["blog"]) == ("blog",)
    assert due(store, now=now, slugs=[]) == ()
    assert due(store, now=now, everything=True) == ("presse", "extrait", "blog")


def test_posts_follow_their_source(  # noqa: PLR0917 - fixtures
    store: Store,
    town: Town,
    now: datetime,
    save: Save,
    make_post: MakePost,
    rows: Rows,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(retagging, "BATCH", 3)
    save(*(make_post(str(n)) for n in range(7)))
    save(make_post("text", instance="pic", quartiers=("hommelet", "epeule")))
    save(make_post(source="presse"), slug="presse")
    moved = changed(town, "blog", instance=None, quartiers=("epeule",), kind="association")
    store.sync_town(moved, definitions={}, now=now)
    assert rows(
        "SELECT DISTINCT fac FROM posts JOIN sources AS s ON s.id = source_id"
        " WHERE s.slug = 'blog' AND guid <> 'text'"
    ) == [("xq2 xs1 xk4 xy2026 xm202603 xlfr",)]
    # The instance that the text itself named stays.
    assert rows("SELECT fac FROM posts WHERE guid = 'text'") == [
        ("xi2 xq2 xs1 xk4 xy2026 xm202603 xlfr",)
    ]
    assert rows("SELECT fac FROM posts WHERE source_id = 2") == [
        ("xi1 xq1 xs2 xk6 xy2026 xm202603 xlfr",)
    ]
    assert rows("SELECT kind_id, instance_id, count(*) FROM post_facets GROUP BY 1, 2") == [
        (4, None, 7),
        (4, 2, 1),
        (6, 1, 1),
    ]
    assert rows("SELECT quartier, count(*) FROM publication_quartiers GROUP BY 1") == [
        ("epeule", 8),
        ("hommelet", 1),
    ]
    assert rows("SELECT count(*) FROM posts_fts WHERE posts_fts MATCH 'fac: xk4'") == [(8,)]
    assert rows("SELECT count(*) FROM sources WHERE retagging IS NOT NULL") == [(0,)]
    assert store.check_index().sound


def test_retagging_goes_on_after_a_kill(  # noqa: PLR0917 - fixtures
    store: Store,
    town: Town,
    now: datetime,
    save: Save,
    make_post: MakePost,
    rows: Rows,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(retagging, "BATCH", 3)
    save(*(make_post(str(n)) for n in range(7)))
    moved = changed(town, "blog", quartiers=("epeule",))
    batch = retagging._retag_batch
    done: list[int] = []

    def killed(*arguments: Any) -> Any:
        if done:
            raise KeyboardInterrupt
        done.append(1)
        return batch(*arguments)

    monkeypatch.setattr(retagging, "_retag_batch", killed)
    with pytest.raises(KeyboardInterrupt):
        store.sync_town(moved, definitions={}, now=now)
    monkeypatch.setattr(retagging, "_retag_batch", batch)
    assert rows("SELECT count(*) FROM posts WHERE fac LIKE '%xq2 %'") == [(3,)]
    with Store.open(store.path) as again:
        again.sync_town(moved, definitions={}, now=now)
    assert rows("SELECT count(*) FROM posts WHERE fac LIKE '%xq2 %'") == [(7,)]
    assert store.check_index().sound


def test_years_follow_the_towns_time_zone(  # noqa: PLR0917 - fixtures
    store: Store, town: Town, now: datetime, save: Save, make_post: MakePost, rows: Rows
) -> None:
    save(make_post(published=datetime.fromisoformat("2025-12-31T23:30:00+00:00")))
    store.sync_town(replace(town, timezone="America/Martinique"), definitions={}, now=now)
    assert rows("SELECT p.year, f.year, fac FROM posts AS p JOIN post_facets AS f USING (id)") == [
        (2025, 2025, "xi1 xq1 xs1 xk5 xy2025 xm202512 xlfr")
    ]
    assert store.check_index().sound


def test_a_new_source_may_bring_new_words(store: Store, town: Town, now: datetime) -> None:
    new = Source(slug="neuf", name="Neuf", url="https://n.example/", kind="agenda")
    store.sync_town(replace(town, sources=(new, *town.sources)), definitions={}, now=now)
    assert store.statuses()[0].source == "neuf"
