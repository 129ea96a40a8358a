from typing import Any

import pytest

from aggregator.search.vocabulary import MAX_FORMS, Vocabulary


@pytest.fixture
def vocabulary(posts: Any) -> Vocabulary:
    posts.add("Élus et élue", "Les élues marchent au marché")
    posts.add("Des élus", "La marche du marché, les marchés des élus")
    posts.add("Vélo", "Il a marché")
    posts.count()
    return Vocabulary(posts.connection)


def learnt(vocabulary: Vocabulary, *words: str) -> Vocabulary:
    vocabulary.learn(words)
    return vocabulary


def test_forms_of_a_word_the_typed_one_first(vocabulary: Vocabulary) -> None:
    forms = learnt(vocabulary, "elue").forms("elue", "élue")
    assert next(iter(forms)) == "elue"
    assert dict(forms) == {"elue": 1, "elus": 2, "elues": 1}


def test_a_form_that_no_post_has_leads_to_those_that_are(vocabulary: Vocabulary) -> None:
    vocabulary = learnt(vocabulary, "elu", "velos")
    assert not vocabulary.knows("elu")
    assert set(vocabulary.forms("elu", "élu")) == {"elu", "elue", "elus", "elues"}
    assert set(vocabulary.forms("velos", "vélos")) == {"velos", "velo"}


def test_a_word_that_nothing_is_like_is_itself(vocabulary: Vocabulary) -> None:
    assert dict(learnt(vocabulary, "xyzzy").forms("xyzzy", "xyzzy")) == {"xyzzy": 0}


def test_accents_tell_which_word_is_meant(posts: Any) -> None:
    posts.add("arrêté, arrêtés", "on arrête, ils arrêtent")
    vocabulary = learnt(Vocabulary(posts.connection), "arrete")
    assert vocabulary.lemmas("arrete", "arrêté") == ["arrete"]
    assert set(vocabulary.forms("arrete", "arrêté")) == {"arrete", "arretes"}
    assert vocabulary.lemmas("arrete", "arrête") == ["arreter"]
    assert "arretent" in vocabulary.forms("arrete", "arrête")


def test_posts_that_hold_a_word(vocabulary: Vocabulary) -> None:
    assert learnt(vocabulary, "elus", "elu").posts("elus") == 2
    assert vocabulary.posts("elu") == 0


def test_only_the_most_frequent_forms(posts: Any) -> None:
    posts.add("fais")
    posts.connection.executemany(
        "INSERT INTO terms VALUES (?, 'faire', ?, ?, ?)",
        [(f"fais{n}", f"fais{n}", f"fais{n}", n) for n in range(2, 50)],
    )
    forms = learnt(Vocabulary(posts.connection), "fais").forms("fais", "fais")
    assert len(forms) == MAX_FORMS
    assert list(forms)[:3] == ["fais", "fais49", "fais48"]


def test_words_that_begin_so_the_most_frequent_first(posts: Any) -> None:
    posts.add("quartier quartiers quarante", "équarrir")
    posts.add("quarts de quartier")
    posts.count()
    vocabulary = Vocabulary(posts.connection)
    assert list(vocabulary.endings("quart", 10)) == ["quartier", "quartiers", "quarts"]
    assert list(vocabulary.endings("quart", 1)) == ["quartier"]
    assert vocabulary.endings("zzz", 10) == {}


def test_themes_by_what_they_are_called(posts: Any) -> None:
    posts.add(themes=("Vie associative", "Culture"))
    vocabulary = Vocabulary(posts.connection)
    assert vocabulary.themes(["vie-associative", "sport"]) == ["xt1"]
