from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from aggregator.model import DateOrigin, Post, SaveCount
from aggregator.store import PageRead, Store
from aggregator.store.pages import PageState

MakePost = Callable[..., Post]
Save = Callable[..., SaveCount]
Rows = Callable[..., Any]

NOW = datetime(2026, 3, 10, 12, 0, tzinfo=UTC)
CUT = "Le conseil se réunit…"
WHOLE = "Le conseil se réunit jeudi, salle Watremez, pour parler du budget participatif."


@pytest.fixture
def cut(make_post: MakePost) -> Post:
    return make_post("1", text=CUT, html=f"<p>{CUT}</p>", excerpt="", author=None, lack="text")


@pytest.fixture
def whole(make_post: MakePost) -> Post:
    return make_post(
        "1", text=WHOLE, html=f"<p>{WHOLE}</p>", excerpt=WHOLE, author="Ann", documents=("pdf",)
    )


def uid(rows: Rows) -> str:
    ((found,),) = rows("SELECT uid FROM posts")
    return str(found)


def found(rows: Rows, match: str) -> int:
    return len(rows("SELECT rowid FROM posts_fts WHERE posts_fts MATCH ?", match))


def better(post: Post) -> PageRead:
    return PageRead(state="better", reason="le flux coupe", post=post)


def texts(rows: Rows) -> Any:
    return rows(
        "SELECT p.html, p.text, p.excerpt, p.author, g.html, g.text, g.state"
        " FROM posts AS p JOIN post_pages AS g ON g.post_id = p.id"
    )[0]


def test_a_post_that_lacks_something_is_due(
    store: Store, save: Save, make_post: MakePost, cut: Post
) -> None:
    save(cut, make_post("2"))
    (due,) = store.due_pages(NOW, limit=9)
    assert (due.source, due.url, due.title, due.text) == ("blog", cut.url, cut.title, CUT)
    assert store.due_pages(NOW - timedelta(seconds=1), limit=9) == ()


def test_the_page_s_text_takes_the_place_of_the_feed_s_and_both_are_kept(
    store: Store, save: Save, cut: Post, whole: Post, rows: Rows
) -> None:
    save(cut)
    store.save_page(uid(rows), better(whole), now=NOW)
    assert texts(rows) == (whole.html, WHOLE, WHOLE, "Ann", cut.html, CUT, "better")
    assert found(rows, "participatif") == 1
    assert found(rows, "fac : xdpdf") == 1
    assert store.due_pages(NOW, limit=9) == ()
    assert store.check_index().sound


def test_the_feed_takes_nothing_back(
    store: Store, save: Save, cut: Post, whole: Post, rows: Rows
) -> None:
    save(cut)
    store.save_page(uid(rows), better(whole), now=NOW)
    assert save(cut, seen=NOW + timedelta(hours=1)) == SaveCount(unchanged=1)
    moved = replace(cut, url="https://blog.example/ailleurs", digest="moved")
    assert save(moved, seen=NOW + timedelta(hours=2)) == SaveCount(changed=1)
    assert texts(rows)[:4] == (whole.html, WHOLE, WHOLE, "Ann")
    assert found(rows, "participatif AND fac : xdpdf") == 1
    assert save(moved, seen=NOW + timedelta(hours=3)) == SaveCount(unchanged=1)
    assert rows("SELECT count(*) FROM post_versions") == [(0,)]
    assert store.check_index().sound


def test_an_edit_of_the_feed_has_the_page_opened_again(
    store: Store, save: Save, cut: Post, whole: Post, rows: Rows
) -> None:
    save(cut)
    store.save_page(uid(rows), better(whole), now=NOW)
    later = NOW + timedelta(hours=1)
    edited = replace(cut, title="Reporté", text="Le conseil est reporté…", digest="edited")
    assert save(edited, seen=later) == SaveCount(changed=1)
    # A counter of visits is an edit too: once a day is enough.
    assert store.due_pages(later, limit=9) == ()
    (due,) = store.due_pages(NOW + timedelta(days=1), limit=9)
    assert due.text == "Le conseil est reporté…"
    assert rows("SELECT title, text FROM post_versions") == [(cut.title, WHOLE)]
    assert rows("SELECT title, text FROM posts") == [("Reporté", WHOLE)]
    assert store.check_index().sound


def test_a_page_that_says_less_is_kept_beside(
    store: Store, save: Save, cut: Post, whole: Post, rows: Rows
) -> None:
    save(cut)
    store.save_page(uid(rows), replace(better(whole), state="kept"), now=NOW)
    assert texts(rows) == (cut.html, CUT, WHOLE, "Ann", whole.html, WHOLE, "kept")
    assert found(rows, "participatif") == 0
    # What the page alone knows outlives an edit of the feed.
    save(replace(cut, title="Autre", digest="x"), seen=NOW + timedelta(hours=1))
    assert texts(rows)[2:4] == (WHOLE, "Ann")


@pytest.mark.parametrize("first", [DateOrigin.FIRST_SEEN, DateOrigin.INFERRED])
def test_a_date_found_on_the_page_files_the_post_anew(
    store: Store, save: Save, whole: Post, rows: Rows, first: DateOrigin
) -> None:
    cut = replace(whole, text=CUT, digest="cut")
    save(replace(cut, published=NOW, date_origin=first, lack="date"))
    name = uid(rows)
    stated = replace(
        whole,
        published=datetime(2019, 5, 6, 7, 8, tzinfo=UTC),
        date_origin=DateOrigin.STATED,
    )
    store.save_page(name, replace(better(stated), date_by="json-ld"), now=NOW)
    assert rows("SELECT uid, published, date_origin, year FROM posts") == [
        (name, "2019-05-06T07:08:00Z", "stated", 2019)
    ]
    assert rows("SELECT date, date_by FROM post_pages") == [("2019-05-06T07:08:00Z", "json-ld")]
    assert found(rows, "fac : xm201905") == 1
    # The list, which has no date, does not take it back.
    again = replace(cut, published=NOW + timedelta(days=1), date_origin=first, lack="date")
    assert save(again, seen=NOW + timedelta(days=1)) == SaveCount(unchanged=1)
    assert rows("SELECT date_origin FROM posts") == [("stated",)]
    assert store.check_index().sound


def test_a_date_that_the_list_tells_stays(
    store: Store, save: Save, cut: Post, whole: Post, rows: Rows
) -> None:
    save(replace(cut, date_origin=DateOrigin.DAY_ONLY))
    other = replace(whole, published=datetime(2019, 5, 6, tzinfo=UTC))
    store.save_page(uid(rows), replace(better(other), date_by="meta"), now=NOW)
    assert rows("SELECT published FROM posts") == [("2026-03-01T09:00:00Z",)]


def withdrawn(rows: Rows) -> int:
    return int(rows("SELECT count(*) FROM withdrawn_posts")[0][0])


def test_a_page_that_is_gone_twice_a_day_apart_was_taken_back(
    store: Store, save: Save, cut: Post, whole: Post, rows: Rows
) -> None:
    save(cut)
    store.save_page(uid(rows), better(whole), now=NOW)
    gone = PageRead(state="gone", reason="la page n’existe plus")
    for hours, expected in ((1, 0), (2, 0), (26, 1), (27, 1)):
        store.save_page(uid(rows), gone, now=NOW + timedelta(hours=hours))
        assert withdrawn(rows) == expected, hours
    assert texts(rows)[1] == WHOLE
    store.save_page(uid(rows), better(whole), now=NOW + timedelta(hours=30))
    assert withdrawn(rows) == 0
    store.save_page(uid(rows), gone, now=NOW + timedelta(hours=31))
    assert withdrawn(rows) == 0


def test_a_bad_day_between_two_misses_proves_nothing(
    store: Store, save: Save, cut: Post, rows: Rows
) -> None:
    save(cut)
    name = uid(rows)
    store.save_page(name, PageRead(state="gone", reason="404"), now=NOW)
    failed = PageRead(state="failed", reason="trop lent", next_try=NOW + timedelta(days=2))
    store.save_page(name, failed, now=NOW + timedelta(days=1))
    assert withdrawn(rows) == 0
    assert rows("SELECT tries FROM post_pages") == [(2,)]
    store.save_page(name, PageRead(state="gone", reason="404"), now=NOW + timedelta(days=2))
    assert withdrawn(rows) == 1


def test_posts_that_left_their_list_are_looked_for(
    store: Store, save: Save, make_post: MakePost, rows: Rows
) -> None:
    save(make_post("1"), make_post("2"))
    store._connection.execute("UPDATE sources SET reader = 'recipe'")
    later = NOW + timedelta(days=4)
    save(make_post("1"), seen=later)
    store._connection.execute(
        "UPDATE source_states SET last_success = ?", (f"{later:%Y-%m-%dT%H:%M:%SZ}",)
    )
    assert store.look_for_missed(later, limit=9) == 1
    (due,) = store.due_pages(later, limit=9)
    assert due.url.endswith("/2")
    gone = PageRead(state="gone", reason="404")
    store.save_page(due.uid, replace(gone, next_try=later + timedelta(days=1)), now=later)
    assert store.look_for_missed(later, limit=9) == 0
    store.save_page(due.uid, gone, now=later + timedelta(days=1))
    assert withdrawn(rows) == 1
    # Back on the list, it is taken back no longer.
    save(make_post("2"), seen=later + timedelta(days=3))
    store.look_for_missed(later + timedelta(days=3), limit=9)
    assert withdrawn(rows) == 0


def test_a_post_that_went_meanwhile_is_no_error(store: Store) -> None:
    store.save_page("nobody", PageRead(state="gone", reason="404"), now=NOW)


def test_a_wall_or_a_notice_takes_nothing_out_of_memory(
    store: Store, save: Save, cut: Post, whole: Post, rows: Rows
) -> None:
    save(cut)
    name = uid(rows)
    store.save_page(name, better(whole), now=NOW)
    before = texts(rows)
    reason = rows("SELECT reason FROM post_pages")
    wall = replace(whole, html="<p>Abonnez-vous.</p>", text="Abonnez-vous.", author="Bob")
    for read in (
        PageRead(state="kept", reason="une autre page"),
        PageRead(state="kept", reason="le flux en dit autant", post=wall),
        PageRead(state="failed", reason="trop lent"),
        PageRead(state="refused", reason="robots.txt"),
    ):
        store.save_page(name, read, now=NOW + timedelta(days=1))
        assert texts(rows) == before
        assert rows("SELECT reason FROM post_pages") == reason
    # The feed itself carries the whole text now.
    grown = replace(cut, text=WHOLE + " Fin.", html=f"<p>{WHOLE} Fin.</p>", digest="grown")
    save(grown, seen=NOW + timedelta(days=2))
    same = PageRead(state="kept", reason="le flux en dit autant", post=whole)
    store.save_page(name, same, now=NOW + timedelta(days=2))
    assert texts(rows)[1] == WHOLE + " Fin."
    assert store.check_index().sound


def test_an_edit_of_the_page_is_a_version(
    store: Store, save: Save, cut: Post, whole: Post, rows: Rows
) -> None:
    save(cut)
    store.save_page(uid(rows), better(whole), now=NOW)
    assert rows("SELECT changed FROM posts") == [(None,)]
    other = replace(whole, text=WHOLE + " Ajout.", html=f"<p>{WHOLE} Ajout.</p>")
    store.save_page(uid(rows), better(other), now=NOW + timedelta(days=1))
    assert rows("SELECT text FROM post_versions") == [(WHOLE,)]
    assert rows("SELECT changed FROM posts") == [("2026-03-11T12:00:00Z",)]


def test_what_is_reserved_later_is_given_back(
    store: Store, save: Save, cut: Post, whole: Post, rows: Rows
) -> None:
    save(cut)
    store.save_page(uid(rows), better(whole), now=NOW)
    reserved = PageRead(state="reserved", reason="le site réserve")
    store.save_page(uid(rows), reserved, now=NOW + timedelta(days=9))
    assert texts(rows)[:2] == (cut.html, CUT)
    assert texts(rows)[4:] == ("", "", "reserved")
    assert found(rows, "participatif") == 0
    assert store.check_index().sound


@pytest.mark.parametrize("state", ["better", "kept"])
def test_a_reservation_makes_what_pages_gave_due_once(  # noqa: PLR0917 - fixtures
    store: Store, save: Save, cut: Post, whole: Post, rows: Rows, state: PageState
) -> None:
    save(cut)
    store.save_page(uid(rows), replace(better(whole), state=state), now=NOW)
    later = NOW + timedelta(days=9)
    assert store.due_pages(later, limit=9) == ()
    store.note_tdm("blog", reserved=True, policy=None, checked=later)
    (due,) = store.due_pages(later, limit=9)
    assert due.tdm_reserved
    store.save_page(due.uid, PageRead(state="reserved", reason="le site réserve"), now=later)
    assert texts(rows)[:2] == (cut.html, CUT)
    assert texts(rows)[4:] == ("", "", "reserved")
    store.note_tdm("blog", reserved=True, policy=None, checked=later + timedelta(days=7))
    assert store.due_pages(later + timedelta(days=7), limit=9) == ()


def test_a_counter_of_visits_makes_no_versions_of_the_page(
    store: Store, save: Save, cut: Post, whole: Post, rows: Rows
) -> None:
    save(cut)
    store.save_page(uid(rows), better(whole), now=NOW)
    for number in range(5):
        counted = replace(cut, text=f"Lu {number} fois…", digest=str(number))
        save(counted, seen=NOW + timedelta(hours=number))
    assert rows("SELECT count(*) FROM post_versions") == [(0,)]
    assert store.due_pages(NOW + timedelta(hours=9), limit=9) == ()


def test_a_host_that_was_not_asked_costs_no_try(
    store: Store, save: Save, cut: Post, rows: Rows
) -> None:
    save(cut)
    later = NOW + timedelta(hours=2)
    put_off = PageRead(state="failed", reason="pause", next_try=later, is_try=False)
    store.save_page(uid(rows), put_off, now=NOW)
    assert rows("SELECT state, tries, asked FROM post_pages") == [("waiting", 0, None)]
    assert store.due_pages(NOW, limit=9) == ()
    assert len(store.due_pages(later, limit=9)) == 1


def test_lists_are_looked_through_without_reading_every_post(store: Store) -> None:
    from aggregator.store.pages import _MISSED

    plan = store._connection.execute(
        f"EXPLAIN QUERY PLAN {_MISSED}",
        {"missed": "", "since": "", "before": "", "limit": 1},
    ).fetchall()
    told = " ".join(row[3] for row in plan)
    assert "SEARCH p USING INDEX posts_source_date" in told, told


LONG = "Réuni jeudi, salle Watremez, le conseil a parlé du budget participatif. " * 3
FEED = "Réuni jeudi, salle Watremez, le conseil a parlé…"


def excerpts(rows: Rows) -> Any:
    return rows(
        "SELECT p.excerpt, g.excerpt FROM posts AS p JOIN post_pages AS g ON g.post_id = p.id"
    )[0]


def saved(store: Store, save: Save, cut: Post, whole: Post, rows: Rows) -> tuple[Post, Post]:
    """Save a post with its page; return the two as they were."""
    listed, page = replace(cut, excerpt=FEED), replace(whole, excerpt=LONG)
    save(listed)
    store.save_page(uid(rows), better(page), now=NOW)
    return listed, page


@pytest.mark.parametrize(
    ("listed", "page", "is_shown"),
    [
        (FEED, LONG, True),
        ("Réuni jeudi.", LONG, True),  # nothing says that it is cut
        (LONG[:150], LONG, False),  # somebody wrote a summary
        (f"{LONG[:150]}…", LONG, True),
        (FEED, "Court.", False),
    ],
)
def test_a_cut_extract_gives_way_to_the_page_s(  # noqa: PLR0917 - fixtures
    store: Store,
    save: Save,
    cut: Post,
    whole: Post,
    rows: Rows,
    listed: str,
    page: str,
    is_shown: bool,
) -> None:
    save(replace(cut, excerpt=listed))
    store.save_page(uid(rows), better(replace(whole, excerpt=page)), now=NOW)
    assert excerpts(rows) == ((page, listed) if is_shown else (listed, None))


def test_the_feed_does_not_take_the_extract_back(
    store: Store, save: Save, cut: Post, whole: Post, rows: Rows
) -> None:
    listed, _ = saved(store, save, cut, whole, rows)
    moved = replace(listed, url="https://blog.example/ailleurs", digest="moved")
    save(moved, seen=NOW + timedelta(hours=1))
    assert excerpts(rows) == (LONG, FEED)
    # Another beginning is kept for the day on which the page is not better any more.
    other = replace(moved, excerpt="Un autre…", digest="other")
    assert save(other, seen=NOW + timedelta(hours=2)) == SaveCount(changed=1)
    assert excerpts(rows) == (LONG, "Un autre…")
    summary = replace(moved, excerpt=LONG[:150], digest="summary")
    save(summary, seen=NOW + timedelta(hours=3))
    assert excerpts(rows) == (LONG[:150], None)


def test_a_page_that_is_read_again_tells_its_extract_anew(
    store: Store, save: Save, cut: Post, whole: Post, rows: Rows
) -> None:
    _, page = saved(store, save, cut, whole, rows)
    edited = replace(page, excerpt=LONG[:100], text=f"{WHOLE} Reporté.")
    store.save_page(uid(rows), better(edited), now=NOW + timedelta(days=1))
    assert excerpts(rows) == (LONG[:100], FEED)


def test_a_site_that_reserves_mining_gets_its_extract_back_too(
    store: Store, save: Save, cut: Post, whole: Post, rows: Rows
) -> None:
    saved(store, save, cut, whole, rows)
    reserved = PageRead(state="reserved", reason="réservé")
    store.save_page(uid(rows), reserved, now=NOW + timedelta(days=1))
    assert excerpts(rows) == (FEED, None)
