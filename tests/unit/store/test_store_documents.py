"""Documents of posts: linked, read, found by their words; the index stays sound throughout."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from aggregator.model import Attached, Display, DocumentState, DocumentText, Memory, Post, Town
from aggregator.store import ReadDocument, Store, brevity, documents, index, rebuilding, retagging

MakePost = Callable[..., Post]
Save = Callable[..., Any]
Rows = Callable[..., Any]

NOON = datetime(2026, 3, 10, 12, 0, tzinfo=UTC)
PDF = "https://blog.example/cr.pdf"
OTHER = "https://blog.example/ordre.pdf"


def to(*urls: str) -> tuple[Attached, ...]:
    return tuple(Attached(url=url, label=f"Le fichier {url[-5:]}") for url in urls)


def read(*pages: str, url: str = PDF, **rest: Any) -> ReadDocument:
    state = DocumentState.READ if any(pages) else DocumentState.SCANNED
    text = DocumentText(state=state, media="pdf", pages=pages, page_count=len(pages))
    found = ReadDocument(url=url, text=text, memory=Memory(), asked=NOON)
    return replace(found, **rest)


@pytest.fixture
def matches(rows: Rows) -> Callable[[str], int]:
    def run(match: str) -> int:
        return int(rows("SELECT count(*) FROM posts_fts WHERE posts_fts MATCH ?", match)[0][0])

    return run


Matches = Callable[[str], int]


def test_words_of_a_document_are_found_with_all_its_posts(
    store: Store, save: Save, rows: Rows, make_post: MakePost, matches: Matches
) -> None:
    save(make_post("1", attached=to(PDF)), make_post("2", attached=to(OTHER, PDF)), make_post("3"))
    assert rows("SELECT url, state FROM documents ORDER BY id") == [
        (PDF, "waiting"),
        (OTHER, "waiting"),
    ]
    store.save_document(read("La première page.", "L’œuvre des piscines", kind="compte-rendu"))
    assert matches("documents : oeuvre") == 2
    assert matches("{title text} : oeuvre") == 0
    assert matches('documents : "page l oeuvre"') == 2  # phrases go from page to page
    assert rows("SELECT posts FROM terms WHERE term = 'piscines'") == [(1,)]
    store.count_terms()
    assert rows("SELECT posts FROM terms WHERE term = 'piscines'") == [(2,)]
    assert rows("SELECT state, kind, pages, characters > 0 FROM documents WHERE url = ?", PDF) == [
        ("read", "compte-rendu", 2, 1)
    ]
    assert store.check_index().sound


def test_a_document_that_changed_is_found_by_its_new_words_alone(
    store: Store, save: Save, rows: Rows, make_post: MakePost, matches: Matches
) -> None:
    save(make_post("1", attached=to(PDF)))
    store.save_document(read("brouillon"))
    store.save_document(read("brouillon", kind="deliberation"))
    assert rows("SELECT kind FROM documents") == [("deliberation",)]
    store.save_document(read("définitif", "annexe"))
    assert (matches("brouillon"), matches("annexe")) == (0, 1)
    store.save_document(read(""))
    assert matches("annexe") == 0
    assert rows("SELECT state, characters FROM documents") == [("scanned", 0)]
    assert store.check_index().sound


def test_links_follow_the_post_and_documents_are_never_deleted(
    store: Store, save: Save, rows: Rows, make_post: MakePost, matches: Matches
) -> None:
    links = "SELECT d.url FROM post_documents JOIN documents AS d ON d.id = document_id"
    save(make_post("1", attached=to(PDF, OTHER)))
    store.save_document(read("piscine"))
    store.save_document(read("patinoire", url=OTHER))
    assert matches('"piscine patinoire"') == 1
    save(make_post("1", text="Modifié.", attached=to(OTHER, PDF)))
    assert matches('"patinoire piscine"') == 1
    save(make_post("1", text="Modifié encore.", attached=to(OTHER)))
    assert rows(links) == [(OTHER,)]
    assert (matches("piscine"), matches("patinoire")) == (0, 1)
    save(make_post("1", text="Sans rien."))
    assert rows(links) == []
    assert rows("SELECT count(*) FROM documents") == [(2,)]
    assert store.due_documents(NOON, limit=9) == ()
    assert store.check_index().sound
    save(make_post("2", attached=to(PDF)))
    assert matches("piscine") == 0
    assert store.index_documents(9) == 1  # read before: nothing is fetched
    assert matches("piscine") == 1
    assert store.index_documents(9) == 0
    assert store.check_index().sound


@pytest.mark.parametrize("state", ["waiting", "failed", "gone"])
def test_a_document_that_is_linked_to_again_is_asked_for_again_where_it_may_be_had(
    store: Store, save: Save, make_post: MakePost, state: str
) -> None:
    save(make_post("1", attached=to(PDF)))
    if state != "waiting":
        store.document_failed(PDF, state=state, reason="r", asked=NOON, next_try=NOON)
    save(make_post("1", text="Sans rien."))
    save(make_post("1", text="Modifié.", attached=to(PDF)))
    due = ["waiting", "failed"]
    assert urls_of(store.due_documents(NOON, limit=9)) == [PDF] * (state in due)


def test_a_document_that_failed_for_good_is_not_asked_for_at_each_edit(
    store: Store, save: Save, make_post: MakePost
) -> None:
    save(make_post("1", attached=to(PDF)))
    store.document_failed(PDF, state="failed", reason="r", asked=NOON, next_try=None)
    save(make_post("1", text="Modifié.", attached=to(PDF, OTHER)))
    assert urls_of(store.due_documents(NOON, limit=9)) == [OTHER]


def test_links_of_posts_that_came_before_are_made_up_for(
    save: Save, rows: Rows, make_post: MakePost
) -> None:
    save(make_post("1"))
    assert save(make_post("1", attached=to(PDF))).unchanged == 1
    assert rows("SELECT count(*) FROM post_documents") == [(1,)]


def test_what_a_post_becomes_takes_its_documents_along(
    *, store: Store, save: Save, rows: Rows, make_post: MakePost, town: Town, matches: Matches
) -> None:
    save(make_post("1", attached=to(PDF)))
    store.save_document(read("piscine"))
    save(make_post("1", attached=to(PDF), published=NOON + timedelta(days=300)))
    assert matches("piscine") == 1
    assert store.check_index().sound
    moved = tuple(replace(source, instance="pic") for source in town.sources)
    store.sync_town(replace(town, sources=moved), definitions={}, now=NOON)
    assert rows("SELECT slug FROM instances JOIN posts ON instance_id = instances.id") == [("pic",)]
    assert matches("piscine AND fac : xi2") == 1
    assert store.check_index().sound


def test_a_rebuild_and_retagging_take_few_long_documents_at_once(
    *,
    store: Store,
    save: Save,
    make_post: MakePost,
    town: Town,
    matches: Matches,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(index, "MOST_CHARACTERS", 25)
    for module in (rebuilding, retagging):
        monkeypatch.setattr(module, "BATCH", 5)
    urls = [f"https://blog.example/{n}.pdf" for n in range(7)]
    save(*(make_post(f"{n}", attached=to(url)) for n, url in enumerate(urls)))
    for url in urls:
        store.save_document(read("une piscine", url=url))
    steps: list[int] = []
    store.reindex(lambda done, _: steps.append(done))
    assert steps == [2, 4, 6, 7]
    assert matches("piscine") == 7
    moved = tuple(replace(source, instance="pic") for source in town.sources)
    store.sync_town(replace(town, sources=moved), definitions={}, now=NOON)
    assert matches("piscine AND fac : xi2") == 7
    assert store.check_index().sound


@pytest.mark.parametrize("meddles", [False, True])
def test_an_edit_of_posts_with_long_documents_stays_short(
    *,
    store: Store,
    save: Save,
    rows: Rows,
    make_post: MakePost,
    matches: Matches,
    monkeypatch: pytest.MonkeyPatch,
    meddles: bool,
) -> None:
    monkeypatch.setattr(index, "SPARED_CHARACTERS", 25)
    monkeypatch.setattr(index, "MOST_CHARACTERS", 15)
    save(*(make_post(f"{n}", attached=to(PDF)) for n in range(4)), make_post("plain"))
    store.save_document(read("une piscine"))
    held: list[int] = []
    remove = index.remove

    def spy(connection: Any, posts: Sequence[int]) -> None:
        held.append(len(posts))
        remove(connection, posts)

    monkeypatch.setattr(index, "remove", spy)
    if meddles:  # another puts them back each time

        def put_back() -> None:
            with Store.open(store.path) as other:
                other.index_documents(9)

        monkeypatch.setattr(brevity, "let_others_write", put_back)
    edited = [make_post(f"{n}", text=f"Modifié {n}.", attached=to(PDF)) for n in range(4)]
    saved = store.write(lambda: store.save("blog", edited, seen=NOON))
    assert saved.count.changed == 4
    assert rows("SELECT count(*) FROM post_versions") == [(4,)]
    assert matches("modifie") == 4
    if not meddles:
        assert held == [1, 1, 1, 1, 4]
        assert matches("piscine") == 0
    assert store.check_index().sound
    store.index_documents(9)
    assert matches("modifie AND piscine") == 4
    assert store.check_index().sound


def test_an_edit_of_posts_with_short_documents_leaves_them_in_the_index(
    store: Store, save: Save, make_post: MakePost, matches: Matches
) -> None:
    save(make_post("1", attached=to(PDF)))
    store.save_document(read("une piscine"))
    edited = [make_post("1", text="Modifié.", attached=to(PDF))]
    assert store.write(lambda: store.save("blog", edited, seen=NOON)).count.changed == 1
    assert matches("modifie AND piscine") == 1


def test_work_that_fails_is_undone_and_not_tried_again(
    store: Store, rows: Rows, make_post: MakePost
) -> None:
    calls: list[int] = []

    def fail() -> None:
        calls.append(1)
        store.save("blog", [make_post()], seen=NOON)
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        store.write(fail)
    assert calls == [1]
    assert rows("SELECT count(*) FROM posts") == [(0,)]


def test_a_document_read_while_the_index_is_rebuilt_is_in_the_new_one(
    store: Store,
    save: Save,
    make_post: MakePost,
    matches: Matches,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(rebuilding, "BATCH", 2)
    save(*(make_post(f"{n}", attached=to(f"https://blog.example/{n}.pdf")) for n in range(6)))
    with Store.open(store.path) as crawler:

        def meddle(done: int, _total: int) -> None:
            if done == 2:
                for number, word in ((0, "piscine"), (5, "patinoire")):
                    url = f"https://blog.example/{number}.pdf"
                    crawler.save_document(read(f"une {word}", url=url))
                late = make_post(
                    "5",
                    attached=to("https://blog.example/5.pdf"),
                    published=NOON - timedelta(days=900),
                )
                with crawler.transaction():
                    crawler.save("blog", [late], seen=NOON)

        store.reindex(meddle)
    assert (matches("piscine"), matches("patinoire")) == (1, 1)
    assert store.check_index().sound


@pytest.mark.parametrize("killed_at", range(1, 8))
def test_killed_anywhere_the_index_is_sound_and_the_rest_follows(
    *,
    store: Store,
    save: Save,
    make_post: MakePost,
    matches: Matches,
    monkeypatch: pytest.MonkeyPatch,
    killed_at: int,
) -> None:
    save(*(make_post(f"{n}", attached=to(PDF)) for n in range(3)))
    store.save_document(read("brouillon"))
    left = [killed_at]

    def kill() -> None:
        left[0] -= 1
        if not left[0]:
            raise KeyboardInterrupt

    monkeypatch.setattr(documents, "let_others_write", kill)
    with pytest.raises(KeyboardInterrupt):
        store.save_document(read("définitif"))
    assert store.check_index().sound
    assert not (matches("brouillon") and matches("definitif"))
    store.index_documents(9)
    if not matches("definitif"):  # it had not been written: the next reading does it
        store.save_document(read("définitif"))
    assert (matches("brouillon"), matches("definitif")) == (0, 3)
    assert store.check_index().sound


def test_a_post_holds_no_more_than_there_is_room_for(
    *,
    store: Store,
    save: Save,
    rows: Rows,
    make_post: MakePost,
    matches: Matches,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(documents, "MOST_CHARACTERS", 30)
    save(make_post("1", attached=to(PDF, OTHER)))
    store.save_document(read("première page", "deuxième", "la troisième page"))
    assert rows("SELECT pages, read_pages FROM documents WHERE url = ?", PDF) == [(3, 2)]
    assert (matches("deuxieme"), matches("troisieme")) == (1, 0)
    store.save_document(read("une annexe trop longue", url=OTHER))
    assert matches("annexe") == 0
    assert store.index_documents(9) == 0
    store.save_document(read("m" * 40))
    assert rows("SELECT characters FROM documents WHERE url = ?", PDF) == [(30,)]
    assert store.check_index().sound


def urls_of(found: Sequence[Any]) -> list[str]:
    return [due.url for due in found]


def test_documents_are_due_until_they_are_read_and_then_seldom(
    store: Store, save: Save, make_post: MakePost
) -> None:
    save(make_post("1", attached=to(PDF)))
    (due,) = store.due_documents(NOON, limit=9)
    assert (due.url, due.label, due.is_read, due.tries) == (PDF, "Le fichier r.pdf", False, 0)
    later = NOON + timedelta(days=30)
    memory = Memory(etag='"1"', last_modified="hier", url=PDF, body_sha256="abc")
    store.save_document(read("piscine", memory=memory, next_try=later))
    assert store.due_documents(NOON, limit=9) == ()
    (due,) = store.due_documents(later, limit=9)
    assert (due.is_read, due.memory) == (True, memory)
    store.document_unchanged(PDF, asked=later, next_try=later)
    assert store.due_documents(later, limit=9)[0].tries == 1
    store.document_unchanged(PDF, asked=later, next_try=None)
    assert store.due_documents(later + timedelta(days=999), limit=9) == ()


def test_validators_of_another_address_are_not_kept(
    store: Store, save: Save, make_post: MakePost
) -> None:
    save(make_post("1", attached=to(PDF)))
    memory = Memory(etag='"1"', url="https://ailleurs.example/cr.pdf", body_sha256="abc")
    store.save_document(read("piscine", memory=memory, next_try=NOON))
    (due,) = store.due_documents(NOON, limit=9)
    assert due.memory == Memory(body_sha256="abc")


def test_a_failure_keeps_what_was_read(
    store: Store, save: Save, rows: Rows, make_post: MakePost, matches: Matches
) -> None:
    save(make_post("1", attached=to(PDF, OTHER)))
    for url in (PDF, OTHER):
        store.document_failed(url, state="failed", reason="panne", asked=NOON, next_try=NOON)
    assert rows("SELECT state, reason, tries FROM documents") == [("failed", "panne", 1)] * 2
    store.save_document(read("piscine"))
    store.document_failed(PDF, state="failed", reason="panne", asked=NOON, next_try=NOON)
    assert rows("SELECT state, tries FROM documents WHERE url = ?", PDF) == [("read", 1)]
    store.document_failed(PDF, state="gone", reason="retiré", asked=NOON, next_try=None)
    assert rows("SELECT state FROM documents WHERE url = ?", PDF) == [("gone",)]
    assert matches("piscine") == 1
    assert store.check_index().sound


def test_a_document_whose_site_reserves_it_is_forgotten(
    store: Store, save: Save, rows: Rows, make_post: MakePost, matches: Matches
) -> None:
    save(make_post("1", attached=to(PDF)), make_post("2", attached=to(PDF, OTHER)))
    memory = Memory(etag='"1"', url=PDF, body_sha256="abc")
    kept = NOON + timedelta(days=30)
    found = read("piscine", kind="affiche", refs=("1",), size_bytes=9, memory=memory, next_try=kept)
    store.save_document(replace(found, text=replace(found.text, title="Un titre")))
    store.save_document(read("patinoire", url=OTHER))
    store.withdraw_document(PDF, reason="réservé", asked=NOON, next_try=NOON)
    assert (matches("piscine"), matches("patinoire")) == (0, 1)
    assert rows("SELECT text FROM document_pages") == [("patinoire",)]
    columns = "state, reason, characters, pages, read_pages, size_bytes, title, kind, refs"
    assert rows(f"SELECT {columns} FROM documents WHERE url = ?", PDF) == [
        ("refused", "réservé", 0, 0, 0, 0, "", "", "[]")
    ]
    (due,) = store.due_documents(NOON, limit=9)
    assert (due.memory, due.is_read) == (Memory(), False)
    assert store.check_index().sound
    store.withdraw_document("https://nowhere.example/", reason="r", asked=NOON, next_try=None)


@pytest.mark.parametrize("killed_at", range(1, 4))
def test_killed_anywhere_it_is_forgotten_later(
    *,
    store: Store,
    save: Save,
    make_post: MakePost,
    matches: Matches,
    monkeypatch: pytest.MonkeyPatch,
    killed_at: int,
) -> None:
    save(*(make_post(f"{n}", attached=to(PDF)) for n in range(3)))
    store.save_document(read("piscine"))
    store.note_tdm("blog", reserved=True, policy=None, checked=NOON)
    left = [killed_at]

    def kill() -> None:
        left[0] -= 1
        if not left[0]:
            raise KeyboardInterrupt

    monkeypatch.setattr(documents, "let_others_write", kill)
    with pytest.raises(KeyboardInterrupt):
        store.withdraw_document(PDF, reason="r", asked=NOON, next_try=None)
    assert store.check_index().sound
    store.index_documents(9)
    assert urls_of(store.due_documents(NOON, limit=9)) == [PDF]
    store.withdraw_document(PDF, reason="r", asked=NOON, next_try=None)
    assert matches("piscine") == 0
    assert store.check_index().sound


def test_a_reservation_makes_what_was_read_due_once(
    store: Store, save: Save, make_post: MakePost, town: Town
) -> None:
    later = NOON + timedelta(days=9)
    save(make_post("1", attached=to(PDF, OTHER)))
    store.save_document(read("piscine"))
    store.document_failed(OTHER, state="gone", reason="r", asked=NOON, next_try=None)
    store.note_tdm("blog", reserved=True, policy=None, checked=NOON)
    paused = tuple(replace(source, paused=True) for source in town.sources)
    store.sync_town(replace(town, sources=paused), definitions={}, now=NOON)
    (due,) = store.due_documents(NOON, limit=9, found_since=later)
    assert (due.url, due.is_reserved) == (PDF, True)
    store.withdraw_document(PDF, reason="r", asked=NOON, next_try=None)
    store.note_tdm("blog", reserved=True, policy=None, checked=later)
    assert store.due_documents(later, limit=9) == ()


def test_sources_that_are_paused_or_reserved(
    store: Store, save: Save, make_post: MakePost, town: Town
) -> None:
    save(make_post("1", attached=to(PDF)))
    store.note_tdm("blog", reserved=True, policy=None, checked=NOON)
    assert [due.is_reserved for due in store.due_documents(NOON, limit=9)] == [True]
    paused = tuple(replace(source, paused=True) for source in town.sources)
    store.sync_town(replace(town, sources=paused), definitions={}, now=NOON)
    assert urls_of(store.due_documents(NOON, limit=9)) == []


def test_what_may_be_shown_of_documents_follows_links_titles_and_the_list(
    store: Store, save: Save, rows: Rows, make_post: MakePost, town: Town
) -> None:
    shown = (
        "SELECT source, label, d.title FROM publication_documents AS d"
        " JOIN publications AS p ON p.uid = d.uid ORDER BY 1"
    )
    for slug in ("blog", "presse"):
        save(make_post("1", source=slug, attached=to(PDF)), slug=slug)
    text = replace(read("piscine").text, title="Conseil")
    store.save_document(read(text=text))
    assert rows(shown) == [("blog", "Le fichier r.pdf", "Conseil"), ("presse", "", "")]
    other = (Attached(url=PDF, label="Autre"),)
    for slug in ("blog", "presse"):
        date = NOON + timedelta(days=300)  # its id moves
        save(make_post("1", source=slug, text="M.", attached=other, published=date), slug=slug)
    assert rows(shown) == [("blog", "Autre", "Conseil"), ("presse", "", "")]
    assert rows("SELECT count(*) FROM shown_documents") == [(1,)]
    ways = {"blog": Display.TITLE, "presse": Display.EXCERPT}
    sources = tuple(
        replace(source, display=ways.get(source.slug, source.display)) for source in town.sources
    )
    store.sync_town(replace(town, sources=sources), definitions={}, now=NOON)
    assert rows(shown) == [("blog", "", ""), ("presse", "Autre", "Conseil")]
    save(make_post("1", source="presse", text="Rien."), slug="presse")
    assert rows("SELECT count(*) FROM shown_documents") == [(0,)]


def test_a_document_that_nobody_knows_is_not_kept(store: Store, rows: Rows) -> None:
    store.save_document(read("piscine"))
    assert rows("SELECT count(*) FROM documents") == [(0,)]


def test_what_was_found_beside_the_text_is_kept(
    store: Store, save: Save, rows: Rows, make_post: MakePost
) -> None:
    save(make_post("1", attached=to(PDF)))
    store.save_document(read("piscine", refs=("2010-12-15/3",), size_bytes=12))
    assert rows("SELECT refs, size_bytes, ocr, next_try FROM documents") == [
        ('["2010-12-15/3"]', 12, 0, None)
    ]
