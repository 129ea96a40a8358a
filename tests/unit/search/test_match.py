from aggregator.search.match import build_match
from aggregator.search.terms import parse


def test_words_stay_in_their_columns_and_filters_in_theirs() -> None:
    match = build_match(parse('vélo "le pile" quart*'), [["xi1", "xi2"], ["xy2024"]])
    assert match == (
        '{title text} : ("velo" AND "le pile" AND "quart" *)'
        ' AND fac : ("xi1" OR "xi2") AND fac : ("xy2024")'
    )


def test_nothing_to_match() -> None:
    assert build_match((), ()) == ""
