import sqlite3
from collections.abc import Callable
from typing import Any

import pytest

from aggregator.language import fold, lemmas
from aggregator.model import Post
from aggregator.store import Store, counting, lexicon

MakePost = Callable[..., Post]
Save = Callable[..., Any]
Rows = Callable[..., Any]


def written(rows: Rows, term: str) -> list[str]:
    return [spelling for (spelling,) in rows("SELECT spelling FROM terms WHERE term = ?", term)]


def test_fts5_knows_the_ordinary_letters_as_we_do() -> None:
    connection = sqlite3.connect(":memory:")
    connection.execute(
        "CREATE VIRTUAL TABLE texts USING fts5"
        " (text, content='', tokenize='unicode61 remove_diacritics 2')"
    )
    connection.execute("CREATE VIRTUAL TABLE tokens USING fts5vocab (texts, instance)")
    every = [chr(code) for code in range(1, 0x3100) if not 0xD800 <= code < 0xE000]
    # œ and æ never reach the index: `indexed_text` spells them out.
    letters = [one for one in every if lexicon._ORDINARY.fullmatch(one) and one not in "œŒæÆ"]
    parting = [one for one in every if not lexicon._STRETCH.fullmatch(one)]
    assert len(letters) > 1000
    texts = [*(f"qa{letter}bq" for letter in letters), *(f"qa{sign}bq" for sign in parting)]
    connection.executemany("INSERT INTO texts (rowid, text) VALUES (?, ?)", enumerate(texts))
    tokens: list[list[str]] = [[] for _ in texts]
    for term, number in connection.execute("SELECT term, doc FROM tokens ORDER BY doc, offset"):
        tokens[number].append(term)
    expected = [[fold(f"qa{letter}bq".lower())] for letter in letters]
    assert tokens == expected + [["qa", "bq"]] * len(parting)
    connection.close()


def test_every_word_has_its_row(save: Save, rows: Rows, make_post: MakePost) -> None:
    save(make_post("1", title="L’Été des élus", text="Un vélo, 2026, A4 et un2 x"))
    terms = rows("SELECT DISTINCT term, posts FROM terms ORDER BY term")
    words = ["a4", "des", "elus", "et", "ete", "un", "un2", "velo"]
    assert terms == [(word, 1) for word in words]
    assert ("elu",) in rows("SELECT lemma FROM terms WHERE term = 'elus'")
    assert written(rows, "ete")[0] == "été"


def test_a_spelling_with_accents_wins(save: Save, rows: Rows, make_post: MakePost) -> None:
    save(make_post("1", title="BIBLIOTHEQUE"))
    assert written(rows, "bibliotheque") == ["bibliotheque"]
    save(make_post("2", title="Bibliothèque"))
    save(make_post("3", title="bibliotheque"))
    assert "bibliothèque" in written(rows, "bibliotheque")
    stems = {*lemmas("bibliotheque"), *lemmas("bibliothèque")}
    assert len(written(rows, "bibliotheque")) == len(stems)


def test_a_word_has_a_row_for_all_that_it_may_be_a_form_of(
    save: Save, rows: Rows, make_post: MakePost
) -> None:
    save(make_post("1", title="Le poste", text="Il est posté"))
    stems = {stem for (stem,) in rows("SELECT lemma FROM terms WHERE term = 'poste'")}
    assert stems == {*lemmas("poste"), *lemmas("posté")}


def test_ligatures_stay_in_the_spelling(
    store: Store, save: Save, rows: Rows, make_post: MakePost
) -> None:
    save(make_post("1", title="Le cœur", text="Œuvres, coﬀre et élu·e·s"))
    assert written(rows, "coeur")[0] == "cœur"
    assert written(rows, "oeuvres")[0] == "œuvres"
    assert written(rows, "coffre")[0] == "coffre"
    assert {"elu", "elue", "elus", "elues"} <= {term for (term,) in rows("SELECT term FROM terms")}
    assert store.check_index().sound


@pytest.mark.parametrize(
    "text",
    [
        "mardi🌤 et 🥳fête",
        "e\u0301cole ouverte, µm",
        "日本語 العربية ΟΔΟΣ İstanbul",
        "a\ue000b Ꭰabc ꮎ",
        "x" * 41 + " " + "é" * 40,
        "mot\x00mot mot\u200bmot ré\u00adsumé",
        "C.R.I.C. l’AG, aujourd’hui 1er",
        "\u0378abc abc\u2065def 🌤",
        "Ǡbc ǡ ŉ ǆ ẞ ſ ª²",
    ],
)
def test_whatever_is_written_the_terms_are_the_vocabulary(
    store: Store, save: Save, rows: Rows, make_post: MakePost, text: str
) -> None:
    save(make_post("1", title="Titre", text=text))
    assert store.check_index().sound
    rows("CREATE VIRTUAL TABLE temp.v USING fts5vocab (main, posts_fts, col)")
    vocabulary = {
        term for (term,) in rows("SELECT term FROM temp.v WHERE col IN ('title', 'text')")
    }
    terms = {term for (term,) in rows("SELECT term FROM terms")}
    assert terms == set(filter(lexicon.is_word, vocabulary))


def test_composed_letters_keep_their_accents(save: Save, rows: Rows, make_post: MakePost) -> None:
    save(make_post("1", title="E\u0301cole"))
    assert written(rows, "ecole") == ["école"]


def test_words_that_were_undone_are_learnt_again(
    store: Store, save: Save, rows: Rows, make_post: MakePost, now: Any
) -> None:
    def stopped() -> None:
        with store.transaction():
            store.save("blog", [make_post("1", title="Inouï")], seen=now)
            store._backlog.flush()
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        stopped()
    assert written(rows, "inoui") == []
    save(make_post("1", title="Inouï"))
    assert written(rows, "inoui")[0] == "inouï"


def test_words_that_another_process_took_out_are_learnt_again(
    store: Store, save: Save, rows: Rows, make_post: MakePost
) -> None:
    save(make_post("1", title="Passager"))
    save(make_post("1", title="Durable"))
    with Store.open(store.path) as nightly:
        nightly.count_terms()
    assert written(rows, "passager") == []
    save(make_post("2", title="Passager"))
    assert written(rows, "passager")[0] == "passager"
    assert store.check_index().sound


def test_memory_is_bounded_and_forgets_the_oldest(
    store: Store, save: Save, make_post: MakePost, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lexicon, "REMEMBERED", 10)
    for n in range(12):
        save(make_post(f"{n}", text=" ".join(f"mot{n}fois{m}" for m in range(n))))
    assert len(store._backlog._lexicon._pieces._newer) <= 10
    assert store.check_index().sound


def test_terms_are_counted_by_posts(
    store: Store, save: Save, rows: Rows, make_post: MakePost
) -> None:
    for n in range(3):
        save(make_post(f"{n}", title=f"Vélo {n}", text="vélo et xs1", author="Élodie Vélo"))
    save(make_post("9", title="Rien", text="Rien", author="Vélo"))
    save(make_post("0", title="Autre", text="Autre"))
    store.count_terms()
    assert set(rows("SELECT posts FROM terms WHERE term = 'velo'")) == {(2,)}
    assert set(rows("SELECT posts FROM terms WHERE term = 'xs1'")) == {(2,)}  # no facet
    assert set(rows("SELECT posts FROM terms WHERE term = 'rien'")) == {(1,)}
    assert rows("SELECT name FROM sqlite_temp_master") == []


def test_a_count_lets_words_be_learnt_meanwhile(
    store: Store, rows: Rows, make_post: MakePost, monkeypatch: pytest.MonkeyPatch, now: Any
) -> None:
    monkeypatch.setattr(counting, "BATCH", 1)
    with store.transaction():
        store.save("blog", [make_post("1", title="alpha beta gamma omega")], seen=now)
    added: list[str] = []

    def crawl() -> None:
        with Store.open(store.path) as crawler, crawler.transaction():
            added.append(f"zz{'abcdefghij'[len(added)]}")
            crawler.save("blog", [make_post(added[-1], title=added[-1])], seen=now)

    monkeypatch.setattr(counting, "let_others_write", lambda: crawl() if len(added) < 5 else None)
    store.count_terms()
    assert len(added) == 5
    assert store.check_index().sound
    assert all(written(rows, word) for word in added)
