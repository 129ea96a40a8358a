import pytest
from hypothesis import given
from hypothesis import strategies as st

from aggregator.normalise.extracts import EXCERPT_CHARACTERS, excerpt, without_labels
from aggregator.normalise.plain import cut_at_word
from aggregator.normalise.titles import (
    DERIVED_CHARACTERS,
    TITLE_CHARACTERS,
    clean_title,
    derived_title,
    title_from_url,
)


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        ("Conseil <em>citoyen</em>", "Conseil citoyen"),
        ("L&#8217;&eacute;cole &amp; la rue", "L’école & la rue"),
        ("L&amp;#8217;&amp;eacute;cole", "L’école"),  # escaped twice
        ("L&amp;amp;rsquo;école", "L’école"),  # thrice
        ("&lt;b&gt;Fête&lt;/b&gt; du quartier", "Fête du quartier"),
        ("&lt;img src=x onerror=alert(1)&gt;Fête", "Fête"),
        ("a &lt; b et c &gt; d", "a < b et c > d"),
        ("5 < 6", "5 < 6"),
        ("&lt;marquee&gt; : un mot d’hier", "<marquee> : un mot d’hier"),
        ("un<br>deux", "un deux"),
        ("  trop\n\t d’espaces\u00a0 ", "trop d’espaces"),
        ("CONSEIL DE QUARTIER", "CONSEIL DE QUARTIER"),
        ("publicRèglement intérieur", "Règlement intérieur"),
        ("publicité", "publicité"),
        ("R&D", "R&D"),
        ("AT&amp;T &copy 2020", "AT&T © 2020"),
        ("cafe\u0301 \u202einversé\x00", "caf\u00e9 inversé"),
        ("<script>alert(1)</script>", ""),
        ("<img src=x>", ""),
    ],
)
def test_titles_become_one_plain_line(raw: str, expected: str) -> None:
    assert clean_title(raw) == expected


@given(st.text())
def test_titles_are_single_spaced_and_short(raw: str) -> None:
    title = clean_title(raw)
    assert title == " ".join(title.split())
    assert len(title) <= TITLE_CHARACTERS


def test_a_long_title_is_cut_at_a_word() -> None:
    title = clean_title("réunion publique " * 40)
    assert len(title) <= TITLE_CHARACTERS
    assert title.endswith("réunion…")


def test_a_title_is_derived_from_the_first_sentence() -> None:
    assert derived_title("Réunion mardi ! Venez nombreux.") == "Réunion mardi !"
    assert derived_title("Pas de point") == "Pas de point"
    assert derived_title("Un seul point.") == "Un seul point"
    long = derived_title("mot " * 100)
    assert len(long) <= DERIVED_CHARACTERS
    assert long.endswith("mot…")
    assert derived_title("") == ""


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://example.org/2021/05/compte-rendu-du-conseil.html", "Compte rendu du conseil"),
        ("https://example.org/f%C3%AAte_de_quartier/", "Fête de quartier"),
        ("https://example.org/?p=12", ""),
        ("https://example.org/node/3951", ""),
        ("https://example.org/%ff%fe", ""),
        ("", ""),
    ],
)
def test_an_address_gives_a_title_where_it_is_readable(url: str, expected: str) -> None:
    assert title_from_url(url) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Le texte. Lire la suite", "Le texte"),
        ("Le texte [LIRE LA SUITE]", "Le texte"),
        ("Le texte… Lire la suite →", "Le texte"),
        ("Le texte. Continuer la lecture de « La fête »", "Le texte"),
        ("Le texte. En savoir plus", "Le texte"),
        ("Le texte. The post La fête appeared first on Le blog.", "Le texte."),
        ("Le texte. The post La fête first appeared on Le blog.", "Le texte."),
        ("Le texte. L’article La fête est apparu en premier sur Le blog.", "Le texte."),
        ("Le texte. Cet article est apparu en premier sur Le blog", "Le texte."),
        ("Le texte. Lire la suite The post X appeared first on Y.", "Le texte"),
        ("-A A +A Le texte", "Le texte"),
        ("Version imprimableEnvoyer par courriel Le texte", "Le texte"),
        ("Le texte. Imprimer Mail Facebook Twitter AddThis", "Le texte."),
        ("Il faut lire la suite du rapport.", "Il faut lire la suite du rapport."),
        ("Twitter et Facebook", "Twitter et Facebook"),
    ],
)
def test_button_labels_at_the_ends_go_out(text: str, expected: str) -> None:
    assert without_labels(text) == expected


def test_an_extract_is_cut_at_a_word_with_one_ellipsis() -> None:
    assert excerpt("court") == "court"
    assert excerpt("déjà coupé [...]") == "déjà coupé…"
    assert excerpt("déjà coupé […]") == "déjà coupé…"
    assert excerpt("déjà coupé, ...") == "déjà coupé,…"
    long = excerpt("des mots, " * 60)
    assert len(long) <= EXCERPT_CHARACTERS
    assert long.endswith("des mots…")


@given(st.text(), st.integers(2, 40))
def test_nothing_is_longer_than_its_limit(text: str, limit: int) -> None:
    folded = " ".join(text.split())
    assert len(cut_at_word(folded, limit)) <= limit
    assert len(excerpt(folded)) <= EXCERPT_CHARACTERS
