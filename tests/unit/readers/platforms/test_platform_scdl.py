"""Files of civic data: as offices write them, with the rows that cannot be read told one by one."""

from collections.abc import Callable
from datetime import UTC, date, datetime

import pytest

from aggregator.errors import NothingFound, ReadError
from aggregator.model import Attendance, Deliberation, Extraction, Page, Service, Source, Subsidy
from aggregator.readers.platforms import first_ask, read_answer
from aggregator.readers.platforms.scdl import values
from aggregator.readers.platforms.scdl.rows import MOST_ROWS

PageOf = Callable[..., Page]
DELIBERATIONS = """\
COLL_NOM,COLL_SIRET,DELIB_ID,DELIB_DATE,DELIB_MATIERE_NOM,DELIB_OBJET,BUDGET_ANNEE,VOTE_REEL,\
VOTE_POUR,VOTE_CONTRE,VOTE_ABSTENTION,DELIB_URL
Ville d’Exemple,21590512400019,2024-12,2024-03-12,Finances,"Budget, lot 1",2024,50,42,3,5,\
https://exemple.fr/d/12.pdf
Ville d’Exemple,21590512400019,2024-13,2024-03-12,Finances,Cession d’un terrain,,,,,,
"""
SUBSIDIES = """\
nomAttribuant;idAttribuant;dateConvention;referenceDecision;nomBeneficiaire;idBeneficiaire;objet;\
montant;nature
Ville d’Exemple;21590512400019;12/03/2024;2024-12;Les Amis du parc;W595000001;Fonctionnement;\
3 000,00 €;aide en numéraire
Ville d’Exemple;21590512400019;2024-03-12;2024-12;Club de judo;;Prêt de salle;1234,5;Aide en nature
"""
ATTENDANCES = """\
Date séance\tAssemblée\tNom\tPrénom\tPrésence\tPouvoir à
12/03/2024\tConseil municipal\tMartin\tAnne\tPrésente\t
12/03/2024\tConseil municipal\tBenali\tKarim\tAbsent\tAnne Martin
12/03/2024\tConseil municipal\tDurand\tPaul\tAbsent excusé\t
09/04/2024\tConseil municipal\tMartin\tAnne\toui\t
"""


def read(
    page_of: PageOf, schema: str, text: str | bytes, *, file: str = "https://exemple.fr/f.csv"
) -> Extraction:
    service = Service(name="scdl", options=(("schema", schema), ("file", file)))
    source = Source(slug="a", name="A", url="https://exemple.fr/", kind="donnees", service=service)
    ask = first_ask(source, now=datetime(2024, 5, 1, tzinfo=UTC))
    return read_answer(page_of(text, url=ask.url), source, ask=ask)


def test_deliberations_become_records_and_posts(page_of: PageOf) -> None:
    found = read(page_of, "deliberations", DELIBERATIONS)
    first, second = found.records
    assert isinstance(first, Deliberation)
    assert isinstance(second, Deliberation)
    assert (first.number, first.day, first.subject) == (
        "2024-12",
        date(2024, 3, 12),
        "Budget, lot 1",
    )
    assert (first.votes_cast, first.votes_for, first.votes_against) == (50, 42, 3)
    assert (first.abstentions, first.budget_year) == (5, 2024)
    assert (second.votes_for, second.url) == (None, "")
    entry = found.entries[0]
    assert (entry.title, entry.guid) == ("Budget, lot 1", first.guid)
    assert (entry.published, entry.link) == ("2024-03-12", "https://exemple.fr/d/12.pdf")
    assert "Délibération n°\u00a02024-12 du 12 mars 2024, Ville d’Exemple." in entry.html
    assert "Votes\u00a0: 42\u00a0pour, 3\u00a0contre, 5\u00a0abstentions." in entry.html
    assert found.rejections == ()


def test_subsidies_become_records_and_posts(page_of: PageOf) -> None:
    found = read(page_of, "subventions", SUBSIDIES)
    money, kind = found.records
    assert isinstance(money, Subsidy)
    assert isinstance(kind, Subsidy)
    assert (money.day, money.amount_euros, money.in_kind) == (date(2024, 3, 12), 3000.0, False)
    assert (kind.amount_euros, kind.in_kind) == (1234.5, True)
    assert [entry.title for entry in found.entries] == [
        "Les Amis du parc\u00a0: subvention de 3\u202f000\u00a0€ (2024)",
        "Club de judo\u00a0: aide en nature, d’une valeur de 1\u202f234,50\u00a0€ (2024)",
    ]
    assert "décision n°\u00a02024-12." in found.entries[0].html


@pytest.mark.parametrize(
    ("cell", "written"),
    [
        ("2024-12", "n°\u00a02024-12"),
        ("DEL2024/12", "n°\u00a0DEL2024/12"),
        ("n° 2024-12", "n°\u00a02024-12"),
        ("N°2024-12", "n°\u00a02024-12"),
        ("No. 2024-12", "n°\u00a02024-12"),
        ("délibération nº 12", "n°\u00a012"),
        ("NORD-12", "n°\u00a0NORD-12"),
        ("arrêté du maire", "arrêté du maire"),
        ("n°", "n°"),
    ],
)
def test_numbers_of_decisions_have_one_form(cell: str, written: str) -> None:
    assert values.numbered(cell) == written


@pytest.mark.parametrize(
    ("file", "page"),
    [
        (
            "https://opendata.exemple.fr/api/explore/v2.1/catalog/datasets/delib-2024/exports/csv?x=1",
            "https://opendata.exemple.fr/explore/dataset/delib-2024/",
        ),
        (
            "https://opendata.exemple.fr/explore/dataset/delib/download/?format=csv",
            "https://opendata.exemple.fr/explore/dataset/delib/",
        ),
        (
            "https://static.data.gouv.fr/resources/deliberations-2024/20240501-101010/d.csv",
            "https://www.data.gouv.fr/fr/datasets/deliberations-2024/",
        ),
        ("https://exemple.fr/explore/dataset/delib/", None),
        ("https://exemple.fr/d.csv", None),
    ],
)
def test_a_record_leads_to_its_data_set(page_of: PageOf, file: str, page: str | None) -> None:
    first, second = read(page_of, "deliberations", DELIBERATIONS, file=file).entries
    assert first.link == "https://exemple.fr/d/12.pdf"
    assert second.link == page


def test_help_in_kind_need_not_be_given_a_value(page_of: PageOf) -> None:
    lines = SUBSIDIES.splitlines()
    more = [lines[2].replace("1234,5", ""), lines[1].replace("3 000,00 €", "")]
    found = read(page_of, "subventions", "\n".join([*lines, *more]))
    records = [one for one in found.records if isinstance(one, Subsidy)]
    assert [one.amount_euros for one in records] == [3000.0, 1234.5, None]
    assert found.entries[2].title == "Club de judo\u00a0: aide en nature (2024)"
    assert [(one.line, one.reason) for one in found.rejections] == [(5, "montant est vide")]


def test_a_meeting_becomes_one_post_with_its_councillors(page_of: PageOf) -> None:
    found = read(page_of, "presences", ATTENDANCES)
    records = [one for one in found.records if isinstance(one, Attendance)]
    assert [(one.councillor, one.present, one.proxy) for one in records] == [
        ("Anne Martin", True, ""),
        ("Karim Benali", False, "Anne Martin"),
        ("Paul Durand", False, ""),
        ("Anne Martin", True, ""),
    ]
    first, second = found.entries
    assert first.title == "Présence des élus\u00a0: Conseil municipal du 12 mars 2024"
    assert "1\u00a0présent, 1\u00a0pouvoir donné, 1\u00a0absent." in first.html
    assert "Karim Benali (à Anne Martin)" in first.html
    assert {one.guid for one in records} == {first.guid, second.guid}


@pytest.mark.parametrize("separator", ";,\t|")
@pytest.mark.parametrize("charset", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
@pytest.mark.parametrize("ending", ["\n", "\r\n", "\r"])
def test_separators_charsets_and_line_ends(
    separator: str, charset: str, ending: str, page_of: PageOf
) -> None:
    rows = [
        ["DELIB_ID", "DELIB_DATE", "DELIB_OBJET", "COLL_NOM"],
        ["1", "2024-03-12", "Réfection de l’école — préau", "Ville"],
        ["2", "2024-03-13", '"deux ; paragraphes,|\t\nd’un ""texte"""', "Ville"],
    ]
    text = ending.join(separator.join(row) for row in rows)
    found = read(page_of, "deliberations", text.encode(charset))
    assert [entry.title for entry in found.entries] == [
        "Réfection de l’école — préau",
        'deux ; paragraphes,| d’un "texte"',
    ]


def test_headers_in_other_spellings_below_a_title(page_of: PageOf) -> None:
    text = (
        "Délibérations 2024;;\n\nN° ;;\nNuméro;Date délibération;Objet\n1;12.03.2024;Budget\n;;\n"
    )
    found = read(page_of, "deliberations", text)
    assert [entry.title for entry in found.entries] == ["Budget"]
    assert found.total == 1


NO_DATE = "n’est pas une date (à écrire 2024-03-12)"
BAD_ROWS = [
    ("1;2024-02-30;A", "DELIB_DATE\u00a0: «\u00a02024-02-30\u00a0» n’existe pas au calendrier"),
    ("1;demain;A", f"DELIB_DATE\u00a0: «\u00a0demain\u00a0» {NO_DATE}"),
    ("1;12/03/24;A", f"DELIB_DATE\u00a0: «\u00a012/03/24\u00a0» {NO_DATE}"),
    (
        "1;1024-03-12;A",
        "DELIB_DATE\u00a0: «\u00a01024-03-12\u00a0» a une année invraisemblable (1024)",
    ),
    ("1;2024-03-12;", "DELIB_OBJET est vide"),
    (";2024-03-12;A", "DELIB_ID est vide"),
    ("1;2024-03-12", "DELIB_OBJET est vide"),
    ("1;2024-03-12;A;B", "4 colonnes, pour 3 en-têtes"),
    ('1;2024-03-12;"A', "un guillemet est ouvert et jamais fermé"),
    (
        f"1;2024-03-12;{'x' * 10_000_000}",
        "impossible à découper en colonnes (field larger than field limit (131072))",
    ),
]


@pytest.mark.parametrize(("row", "reason"), BAD_ROWS, ids=range(len(BAD_ROWS)))
def test_a_bad_row_is_told_and_the_good_ones_are_kept(
    row: str, reason: str, page_of: PageOf
) -> None:
    good = "2;2024-03-12;B\n3;2024-03-12;C\n"
    text = f"DELIB_ID;DELIB_DATE;DELIB_OBJET\n{good}{row}\n4;2024-03-12;D\n"
    found = read(page_of, "deliberations", text)
    assert [entry.title for entry in found.entries] == ["B", "C", "D"]
    ((line, told, shown),) = [(one.line, one.reason, one.entry) for one in found.rejections]
    assert (line, told) == (4, reason)
    assert shown == row if len(row) < 120 else len(shown) <= 120
    assert found.total == 4


def test_a_councillor_twice_and_a_presence_that_says_neither(page_of: PageOf) -> None:
    more = (
        "12/03/2024\tConseil municipal\tMartin\tAnne\tAbsente\t\n"
        "12/03/2024\tConseil municipal\tPetit\tLéa\tpeut-être\t\n"
        "12/03/2024\tConseil municipal\tRoux\tJo\t\tAnne Martin\n"
        "12/03/2024\tConseil municipal\tNoir\tLuc\t\t\n"
    )
    found = read(page_of, "presences", ATTENDANCES + more)
    assert [(one.line, one.reason) for one in found.rejections] == [
        (6, "Anne Martin est déjà à la ligne 2 pour cette séance"),
        (7, "présence\u00a0: «\u00a0peut-être\u00a0» ne dit ni présent ni absent"),
        (9, "présence est vide"),
    ]
    assert sum(isinstance(one, Attendance) and one.proxy != "" for one in found.records) == 2


def test_a_corrected_amount_leaves_a_subsidy_its_name(page_of: PageOf) -> None:
    before = read(page_of, "subventions", SUBSIDIES)
    after = read(page_of, "subventions", SUBSIDIES.replace("3 000,00", "3 500,00"))
    assert [one.guid for one in before.records] == [one.guid for one in after.records]


def test_rows_that_are_alike_are_several(page_of: PageOf) -> None:
    lines = SUBSIDIES.splitlines()
    found = read(page_of, "subventions", "\n".join([*lines, lines[1], lines[1]]))
    assert len({one.guid for one in found.records}) == 4


def test_a_file_of_bad_rows_alone_is_a_failure(page_of: PageOf) -> None:
    text = "DELIB_ID;DELIB_DATE;DELIB_OBJET\n1;x;A\n2;y;B\n"
    with pytest.raises(
        ReadError, match="none of the 2 rows can be read; line 2: DELIB_DATE\u00a0: «\u00a0x\u00a0»"
    ):
        read(page_of, "deliberations", text)


def test_a_missing_column_is_named(page_of: PageOf) -> None:
    with pytest.raises(NothingFound, match="the file has no column « DELIB_OBJET »"):
        read(page_of, "deliberations", "DELIB_ID;DELIB_DATE\n1;2024-03-12\n")


def test_an_empty_file_with_headers_is_no_failure(page_of: PageOf) -> None:
    found = read(page_of, "deliberations", "DELIB_ID;DELIB_DATE;DELIB_OBJET\n")
    assert (found.entries, found.may_be_empty) == ((), True)


def test_hosts_of_bad_rows_are_listed_up_to_a_limit(page_of: PageOf) -> None:
    text = "DELIB_ID;DELIB_DATE;DELIB_OBJET\n1;2024-03-12;A\n" + "2;x;B\n" * 1_500
    found = read(page_of, "deliberations", text)
    assert len(found.rejections) == 1_000
    assert found.warnings == ("1500 rows cannot be read; the first 1000 are listed",)


def test_a_file_without_end_is_cut(page_of: PageOf) -> None:
    text = "DELIB_ID;DELIB_DATE;DELIB_OBJET\n1;2024-03-12;A\n" + ";x;\n" * (MOST_ROWS + 10)
    found = read(page_of, "deliberations", text)
    assert found.total == MOST_ROWS
    assert "only the first" in found.warnings[-1]


@pytest.mark.parametrize("body", ['"\n', '"a\n', 'a"b;\n', '"a;b";"\n', ";" * 99 + "\n"])
def test_quotes_and_signs_without_end_are_read_in_time(body: str, page_of: PageOf) -> None:
    text = "DELIB_ID;DELIB_DATE;DELIB_OBJET\n1;2024-03-12;A\n" + body * (200_000 // len(body))
    assert read(page_of, "deliberations", text).entries[0].title == "A"


@pytest.mark.parametrize(
    ("text", "euros"),
    [
        ("31 000,00", 31000.0),
        ("31\u202f000,00\u00a0€", 31000.0),
        ("1.234,56", 1234.56),
        ("1,234.56", 1234.56),
        ("1.234", 1234.0),
        ("1 234 567", 1234567.0),
        ("1.234.567", 1234567.0),
        ("99786.57", 99786.57),
        ("0,5", 0.5),
        ("-200 EUR", -200.0),
        ("3000 euros", 3000.0),
    ],
)
def test_amounts_as_offices_write_them(text: str, euros: float) -> None:
    assert values.amount(text, "montant") == euros


@pytest.mark.parametrize(
    "text", ["", "x", "1e9", "nan", "inf", "12 34", "--3", "9" * 40, "1,2,3,4"]
)
def test_what_is_no_amount(text: str) -> None:
    with pytest.raises(values.Unreadable, match="montant"):
        values.amount(text, "montant")
