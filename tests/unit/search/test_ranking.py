from collections.abc import Callable
from datetime import date, timedelta
from functools import partial
from random import Random
from typing import Any

import pytest

from aggregator.search import Results, finding, ranking

Ask = Callable[..., Results]
FILLER = "on parle ici de bien autre chose, et longuement, sans rien dire de neuf. " * 4


@pytest.fixture
def best(ask: Ask) -> Callable[..., list[str]]:
    """Return the uids of what is found, the most relevant first."""

    def run(text: str, **more: Any) -> list[str]:
        return [hit.uid for hit in ask(text, order="pertinence", **more).hits]

    return run


Best = Callable[..., list[str]]


def test_the_title_says_more_than_the_text(posts: Any, best: Best) -> None:
    title = posts.add("Le vélo", FILLER)
    posts.add("Autre", f"Le vélo. {FILLER}")
    posts.count()
    assert best("vélo")[0] == title


def test_words_together_say_more(posts: Any, best: Best) -> None:
    close = posts.add("Un", f"{FILLER} la piste cyclable {FILLER}")
    posts.add("Un", f"{FILLER} la piste de danse {FILLER} un plan cyclable {FILLER}")
    posts.count()
    assert best("piste cyclable")[0] == close


def test_the_word_typed_says_more_than_a_synonym(posts: Any, best: Best) -> None:
    posts.add_synonyms(("vélo", "bicyclette"))
    typed = posts.add("Un", f"Le vélo. {FILLER}")
    synonym = posts.add("Un", f"La bicyclette. {FILLER}")
    posts.count()
    assert best("vélo") == [typed, synonym]
    assert best("bicyclette") == [synonym, typed]


def test_of_equals_the_newer_is_first(posts: Any, best: Best) -> None:
    days = [date(2024, 1, 1), date(2010, 1, 1), date(2018, 1, 1)]
    new, old, between = (posts.add("Le vélo", "Du vélo.", day=day) for day in days)
    same_day = posts.add("Le vélo", "Du vélo.", day=days[0])
    posts.count()
    assert best("vélo") == [same_day, new, between, old]


def test_more_of_it_says_more_and_a_long_text_less(posts: Any, best: Best) -> None:
    once = posts.add("Un", f"Le vélo. {FILLER * 8}")
    often = posts.add("Un", f"Le vélo, du vélo, un vélo. {FILLER}")
    posts.count()
    assert best("vélo") == [often, once]


def test_without_words_the_newest_are_first(posts: Any, best: Best) -> None:
    first, second = posts.add(), posts.add()
    assert best("") == [second, first]


@pytest.fixture
def many(posts: Any) -> list[str]:
    """About two hundred posts that hold the word, more or less."""
    dice = Random(3)
    uids = [
        posts.add(
            dice.choice(["Le vélo", "Autre chose", "Vélo et piste"]),
            "vélo " * dice.randint(1, 4) + dice.choice(["", "piste ", FILLER]),
            day=date(2015, 1, 1) + timedelta(days=dice.randint(0, 3_000)),
        )
        for _ in range(2 * ranking.REREAD + 90)
    ]
    posts.count()
    return uids


@pytest.mark.parametrize("text", ["vélo", "vélo OU piste", "vélo piste"])
@pytest.mark.usefixtures("many")
def test_pages_never_overlap_nor_lose_a_post(ask: Ask, best: Best, text: str) -> None:
    everything = ask(text)
    pages = [best(text, page=page) for page in range(1, everything.pages + 1)]
    listed = [uid for page in pages for uid in page]
    assert len(listed) == len(set(listed)) == everything.total.value
    assert all(len(page) == 20 for page in pages[:-1])
    assert best(text, page=everything.pages + 1) == []
    newest = [ask(text, page=page) for page in range(1, everything.pages + 1)]
    assert set(listed) == {hit.uid for page in newest for hit in page.hits}
    assert pages == [best(text, page=page) for page in range(1, everything.pages + 1)]


@pytest.mark.usefixtures("many")
def test_pages_hold_where_a_page_is_no_part_of_the_head(
    ask: Ask, best: Best, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ranking, "REREAD", 50)
    total = ask("vélo").total.value
    pages = [best("vélo", page=page) for page in range(1, -(-total // 20) + 1)]
    listed = [uid for page in pages for uid in page]
    assert len(listed) == len(set(listed)) == total


@pytest.mark.usefixtures("many")
def test_filters_and_days_narrow_what_is_ranked(ask: Ask, best: Best) -> None:
    narrow: Any = partial(dict, since=date(2016, 1, 1), until=date(2017, 1, 1))
    assert set(best("vélo", **narrow())) <= {
        hit.uid for page in range(1, 4) for hit in ask("vélo", page=page, **narrow()).hits
    }
    assert best("vélo", years=(1999,)) == []


def test_the_best_are_of_the_newest_where_many_are_found(
    posts: Any, best: Best, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(finding, "COUNTED_POSTS", 5)
    posts.add("Vélo, vélo, vélo", "vélo", day=date(2010, 1, 1))
    newer = [posts.add("Un", f"vélo {FILLER}") for _ in range(6)]
    posts.count()
    assert set(best("vélo")) == set(newer)


def test_those_that_hold_most_of_the_words_come_after(posts: Any, ask: Ask) -> None:
    both = posts.add("L’ascenseur en panne", FILLER)
    most = posts.add("L’ascenseur est neuf", FILLER)
    posts.add("Rien", FILLER)
    for _ in range(30):
        posts.add("Une panne", FILLER)
    posts.count()
    results = ask("ascenseur panne")
    assert [hit.uid for hit in results.hits] == [both]
    near = [hit.uid for hit in results.nearby]
    assert near[0] == most
    assert both not in near
    assert results.total.value == 1
    assert len(near) + 1 <= 10
    assert ask("ascenseur panne", page=2).nearby == ()
    assert ask("ascenseur").nearby == ()


def test_none_are_near_where_a_page_is_full(posts: Any, ask: Ask) -> None:
    for _ in range(12):
        posts.add("L’ascenseur en panne")
    posts.add("L’ascenseur")
    assert ask("ascenseur panne").nearby == ()
