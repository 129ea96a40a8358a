import pytest

from aggregator.readers.documents.cleaning import cleaned, mended


@pytest.mark.parametrize(
    ("page", "text"),
    [
        ("la délibé\x02ration", "la délibération"),
        ("la délibé-\r\nration", "la délibération"),
        ("la délibé\xad\nration", "la délibération"),
        ("peut\ufffeêtre ci\ufffedessous", "peut-être ci-dessous"),
        ("Jean\ufffeClaude, SAINT\ufffeMARTIN", "Jean-Claude, SAINT-MARTIN"),
        ("de 2016\ufffe2017", "de 2016-2017"),
        ("un point -\nun autre", "un point -\nun autre"),
        ("le fes)val de l’associa)on", "le festival de l’association"),
        ("une a0en)on", "une attention"),
        ("élu(e)s a) b)c", "élu(e)s a) b)c"),
        ("l’oﬃce du ﬁnancier", "l’office du financier"),
        ("e\u0301cole", "école"),
        ("un  deux \r\n\r\n\r\n\r\n trois\x00\ue123\u200b ", "un deux\n\ntrois"),
        ("\ufffe \x02", "- -"),
    ],
)
def test_words_that_pdf_cut_are_whole_again(page: str, text: str) -> None:
    assert mended(page) == text


def test_a_page_whose_drawn_letters_are_lost_is_restored() -> None:
    page = "Le conseil de quar er se réunit à la mairie pour parler des bancs. " * 8
    assert "conseil de quartier se réunit" in mended(page)
    assert "quar er" in mended(page[:100])  # too short to tell
    assert "quar er" in mended(f"{page} garanti")


def test_other_texts_are_but_cleaned() -> None:
    assert cleaned("fes)val") == "fes)val"


@pytest.mark.parametrize("part", ["a", "a)", "a\ufffe", "a ", "é-\n", "0", " \n"])
def test_hostile_pages_take_no_long(part: str) -> None:
    # Were a pattern to backtrack, this would never end.
    assert isinstance(mended(part * 100_000), str)
