import sqlite3
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from aggregator.model import Display, Post, Rejection, Town
from aggregator.store import Store

FIXED = {
    "publications": "uid,url,title,excerpt,text,author,language,published,date_origin,source,"
    "source_name,instance,kind,first_seen,changed,withdrawn,text_from,date_by",
    "sources_health": "source,name,state,reason,since,last_success,last_post,failures,next_fetch,"
    "next_reason,proposed_feed,moved_to,tdm_reserved",
    "publication_quartiers": "uid,quartier,quartier_name,sector",
    "fetches": "source,fetched,outcome,url,status,new,changed,unchanged,rejected,error,error_kind,"
    "size_bytes,elapsed_s",
    "fetch_days": "source,day,fetches,saved,not_modified,failed,new,changed,unchanged,rejected,"
    "size_bytes,elapsed_s",
    "revisions": "uid,seen_from,seen_until,title,text",
    "publication_themes": "uid,theme,theme_name",
    "similar_publications": "uid,similar,score",
    "publication_events": "uid,starts,ends,all_day,place",
    "deliberations": "uid,number,day,subject,matter,assembly,budget_year,votes_cast,votes_for,"
    "votes_against,abstentions,url,source",
    "subsidies": "uid,granted_by,day,decision,beneficiary,beneficiary_id,purpose,amount_euros,"
    "in_kind,source",
    "attendances": "uid,day,assembly,councillor,present,proxy,source",
    "refused_rows": "source,line,reason,record,seen",
    "topics": "position,words,posts,sources,posts_before,score,counted",
    "terms": "term,lemma,spelling,sound,posts",
    "themes": "id,slug,name",
}


@pytest.mark.parametrize("view", FIXED)
def test_columns_are_a_promise(store: Store, view: str) -> None:
    cursor = store._connection.execute(f"SELECT * FROM {view}")
    assert ",".join(column[0] for column in cursor.description) == FIXED[view]


def test_display_decides_what_is_shown(
    save: Callable[..., Any], make_post: Callable[..., Post], rows: Callable[..., Any]
) -> None:
    for slug in ("blog", "extrait", "presse"):
        save(make_post(source=slug, title="Avant"), slug=slug)
        save(make_post(source=slug), slug=slug)
    text = "Un début, une fin, numéro 1."
    assert rows("SELECT source, title, excerpt, text FROM publications ORDER BY source") == [
        ("blog", "Titre 1", "Un début…", text),
        ("extrait", "Titre 1", "Un début…", ""),
        ("presse", "Titre 1", "", ""),
    ]
    assert rows("SELECT title, text FROM revisions ORDER BY text") == [
        ("Avant", ""),
        ("Avant", ""),
        ("Avant", text),
    ]
    # All of it is searchable.
    assert rows("SELECT count(*) FROM posts_fts WHERE posts_fts MATCH 'numero'") == [(3,)]


def test_what_is_shown_follows_edits_moves_and_the_list(  # noqa: PLR0917 - fixtures
    store: Store,
    town: Town,
    now: datetime,
    save: Callable[..., Any],
    make_post: Callable[..., Post],
    rows: Callable[..., Any],
) -> None:
    save(make_post())
    # Edited and dated anew at once: the row changes its id together with its text.
    save(make_post(text="Autre texte.", excerpt="Autre…", published=now - timedelta(days=400)))
    assert rows("SELECT excerpt, text FROM publications") == [("Autre…", "Autre texte.")]
    assert rows("SELECT text FROM revisions") == [("Un début, une fin, numéro 1.",)]
    for display, shown in ((Display.EXCERPT, ("Autre…", "")), (Display.TITLE, ("", ""))):
        sources = (replace(town.sources[0], display=display), *town.sources[1:])
        store.sync_town(replace(town, sources=sources), definitions={}, now=now)
        assert rows("SELECT excerpt, text FROM publications") == [shown]
        assert rows("SELECT text FROM revisions") == [("",)]
    store.sync_town(town, definitions={}, now=now)
    assert rows("SELECT excerpt, text FROM publications") == [("Autre…", "Autre texte.")]
    assert rows("SELECT text FROM revisions") == [("Un début, une fin, numéro 1.",)]


def test_views_answer_without_a_single_post(store: Store) -> None:
    connection = sqlite3.connect(store.path)
    for view in FIXED:
        connection.execute(f"SELECT * FROM {view}").fetchall()
    connection.close()


def test_rows_that_were_refused_follow_the_list(
    store: Store, town: Town, now: datetime, rows: Callable[..., Any]
) -> None:
    with store.transaction():
        refused = Rejection(entry="3;demain;A", reason="illisible", line=3)
        store.save_refused("blog", [refused], seen=now)
    assert rows("SELECT source, line, record FROM refused_rows") == [("blog", 3, "3;demain;A")]
    for display, shown in ((Display.EXCERPT, None), (Display.FULL, "3;demain;A")):
        sources = (replace(town.sources[0], display=display), *town.sources[1:])
        store.sync_town(replace(town, sources=sources), definitions={}, now=now)
        assert rows("SELECT record FROM refused_rows") == [(shown,)]
