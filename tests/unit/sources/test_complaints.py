"""Every fault in the list is told with its line and what to write instead."""

from collections.abc import Callable
from pathlib import Path

import pytest

from aggregator.errors import TownError
from aggregator.sources import load_sources

# Faults go where « HERE » stands, or replace a line: the lines of the rest never move.
GOOD = """\
version: 1
town: {name: Roubaix, timezone: Europe/Paris, contact: veille@example.org}
instances:
  - {slug: conseil-citoyen, name: Conseil citoyen}
quartiers:
  - {slug: hommelet, name: Hommelet, sector: nord}
tabs:
  - {slug: blogs, name: Blogs, kinds: [blog]}
defaults: {every: 1h}
sources:
  - {slug: cq-hommelet, name: Comité, url: 'https://example.org/', kind: comite-de-quartier}
  - slug: blog
    name: Blog
    url: https://example.org/blog
    kind: blog
"""
LINES = GOOD.splitlines()

Complain = Callable[[str], list[tuple[int | None, str]]]


@pytest.fixture
def complain(tmp_path: Path) -> Complain:
    path = tmp_path / "sources.yaml"
    scrapers = tmp_path / "scrapers"
    scrapers.mkdir()
    (scrapers / "conseil_jeunes.py").write_text("")
    (scrapers / "_common.py").write_text("")

    def load(text: str) -> list[tuple[int | None, str]]:
        path.write_text(text, encoding="utf-8")
        with pytest.raises(TownError) as caught:
            load_sources(path, scrapers=scrapers)
        assert {complaint.path for complaint in caught.value.complaints} == {str(path)}
        return [(complaint.line, complaint.message) for complaint in caught.value.complaints]

    return load


def with_line(number: int, text: str) -> str:
    return "\n".join([*LINES[: number - 1], text, *LINES[number:]]) + "\n"


def with_key(text: str) -> str:
    """The last source, with more under it, from line 16 on."""
    return GOOD + text + "\n"


IN_PLACE = [
    # what stands on the line instead, its number, what the complaint says
    (1, "version: 2", 'version: "2" is not known; this program reads version 1'),
    (1, "# version", "version is missing; add « version: … »"),
    (2, "# town", "town is missing; add « town: … »"),
    (2, "town: Roubaix", "town: write keys with values here, not a single value"),
    (2, "town: [Roubaix]", "town: write keys with values here, not a list"),
    (2, "town: {timezone: UTC, contact: a@b.fr}", "town: name is missing; add « name: … »"),
    (
        2,
        "town: {name: A, timezone: Europe/Pariss, contact: a@b.fr}",
        'town: timezone: "Europe/Pariss" is no time zone; did you mean "Europe/Paris"?',
    ),
    (
        2,
        "town: {name: A, timezone: ../etc, contact: a@b.fr}",
        '"../etc" is no time zone; write one',
    ),
    (2, "town: {name: A, timezone: UTC, contact: mairie}", '"mairie" is neither an e-mail nor a'),
    (
        2,
        "town: {name: A, timezone: UTC, contact: é@b.fr}",
        "is neither an e-mail nor a web address",
    ),
    (2, "town: {name: A, timezone: UTC, contact: 'http://'}", '"http://" names no site'),
    (
        2,
        "town: {name: A, timezone: UTC, contact: a@b.fr, address: veille.fr}",
        'town: address: "veille.fr" is no web address; begin it with https://',
    ),
    (
        2,
        "town: {name: A, timezone: UTC, contact: a@b.fr, address: 'https://veille.fr:8443/'}",
        '.fr:8443/" is more than the address of a site; write https://veille.fr:8443',
    ),
    (
        2,
        "town: {name: A, timezone: UTC, contact: a@b.fr, address: 'http://veille.fr/a?b'}",
        "is more than the address of a site; write http://veille.fr",
    ),
    (
        2,
        "town: {name: A, timezone: UTC, contact: a@b.fr, address: 'https://été.fr'}",
        "write https://xn--t-9fab.fr",
    ),
    (2, "town: {name: 59, timezone: UTC, contact: a@b.fr}", 'put it in quotes: "59"'),
    (
        2,
        'town: {name: "", timezone: UTC, contact: a@b.fr}',
        "town: name: is empty; write something",
    ),
    (2, 'town: {name: "a\\nb", timezone: UTC, contact: a@b.fr}', "name: must stand on one line"),
    (2, 'town: {name: "a\\eb", timezone: UTC, contact: a@b.fr}', "name: holds control characters"),
    (2, 'town: {name: "\\ud800", timezone: UTC, contact: a@b.fr}', "holds control characters"),
    (2, "town: {name: [A], timezone: UTC, contact: a@b.fr}", "must be a single value, not a list"),
    (4, "  - Conseil", "instance 1: write keys with values here, not a single value"),
    (4, "  - {name: Conseil citoyen}", "instance 1: slug is missing; add « slug: … »"),
    (
        4,
        "  - {slug: Conseil Citoyen, name: A}",
        '"Conseil Citoyen" is no slug; write small letters, digits and hyphens, at most 60, such',
    ),
    (4, "  - {slug: À l’Œuvre, name: A}", 'such as "a-l-oeuvre"'),
    (4, "  - {slug: no, name: A}", 'YAML may read "no" as something else than a text'),
    (4, "  - {slug: 2020, name: A}", 'put it in quotes: "2020"'),
    (4, "  - {slug: a, name: 2020-01-01}", 'put it in quotes: "2020-01-01"'),
    (4, "  - {slug: a, name: A, alias: [B]}", 'unknown key "alias"; did you mean "aliases"?'),
    (4, "  - {slug: a, name: A, aliases: B}", "aliases must be a list: [one, two]"),
    (4, "  - {slug: a, name: A, aliases: [B, [C]]}", "aliases must be a single value, not a list"),
    (4, "  - {slug: a, name: A, aliases: [B, 3]}", 'aliases: YAML may read "3" as something else'),
    (4, "  - {slug: a, name: A, aliases: [B, B]}", 'aliases holds "B" twice; delete one'),
    (4, "  - {slug: a, name: A, since: 2015}", '"2015" is no date; write year, month and day'),
    (4, "  - {slug: a, name: A, since: 25/06/2015}", '"25/06/2015" is no date'),
    (4, "  - {slug: a, name: A, until: 2015-02-30}", '"2015-02-30" is not in the calendar'),
    (
        4,
        "  - {slug: a, name: A, since: 2015-06-25, until: 2015-06-25}",
        "until (2015-06-25) must come after since (2015-06-25)",
    ),
    (4, "  - {slug: a, name: A, became: [a]}", "became names the instance itself; delete it"),
    (
        4,
        "  - {slug: pic, name: A, became: [pik]}",
        'became: unknown instance "pik"; did you mean "pic"',
    ),
    (6, "  - {slug: hommelet, name: A}", 'quartier "hommelet": sector is missing'),
    (6, "  - {slug: a, name: A, sector: Nord}", 'sector: "Nord" is no slug'),
    (6, "  - {slug: a, name: A, sector: nord, inferred: oui}", '"oui" is neither true nor false'),
    (8, "  - {slug: a, name: A}", 'tab "a": the tab would be empty; add one of kinds, instances'),
    (8, "  - {slug: a, name: A, kinds: [blogs]}", 'unknown kind "blogs"; did you mean "blog"?'),
    (8, "  - {slug: a, name: A, instances: [conseil-citoyens]}", 'did you mean "conseil-citoyen"?'),
    (8, "  - {slug: a, name: A, quartiers: [homelet]}", 'did you mean "hommelet"?'),
    (8, "  - {slug: a, name: A, sources: [cq-homelet]}", 'did you mean "cq-hommelet"?'),
    (8, "  - {slug: a, name: A, sources: [xyz]}", 'source "xyz"; choose among blog, cq-hommelet'),
    (
        9,
        "defaults: {every: 1h, lang: fr}",
        'defaults: unknown key "lang"; did you mean "language"?',
    ),
    (9, "defaults: {display: fulll}", '"fulll" is no display; did you mean "full"?'),
    (9, "defaults: {language: no}", 'put it in quotes: "no"'),
    (9, "sorces: []", 'unknown key "sorces"; did you mean "sources"?'),
    (13, "    name: [Blog, Blog]", "name must be a single value, not a list"),
    (14, "    url: www.example.org", "begin it with https:// or http://"),
    (14, "    url: ftp://example.org/", "begin it with https:// or http://"),
    (14, "    url: javascript:alert(1)", "begin it with https:// or http://"),
    (14, "    url: https:///page", '"https:///page" names no site'),
    (14, "    url: https://user:pass@example.org/", "must not hold a user name or password"),
    (14, "    url: https://example.org/a b", "holds spaces or is too long"),
    (14, "    url: https://example.org:port/", "is no web address (Port could not be cast"),
    (14, "    url: https://[::1/", "is no web address (Invalid IPv6 URL)"),
    (14, "    url: https://a..example.org/", "is no web address"),
    (15, "    kind: bloge", 'source "blog": kind: unknown kind "bloge"; did you mean "blog"?'),
    (15, "    genre: blog", 'unknown key "genre"; choose among arcgis, article, '),
]

UNDER_A_SOURCE = [
    ("    every: 60", 'every: "60" is no duration; write 15m, 1h or 2d (here "60m" perhaps)'),
    ("    every: 1 heure", '"1 heure" is no duration; write 15m, 1h or 2d'),
    ("    every: 14m", '"14m" is out of bounds; write between 15m and 31d'),
    ("    every: 32d", '"32d" is out of bounds'),
    ("    language: French", '"French" is no language tag'),
    ("    display: titel", '"titel" is no display; did you mean "title"?'),
    ("    paused: yes", '"yes" is neither true nor false'),
    ("    note: 2020", 'put it in quotes: "2020"'),
    ("    instance: pic", 'unknown instance "pic"; choose among conseil-citoyen'),
    ("    quartiers: hommelet", "quartiers must be a list"),
    ("    quartiers: [hommelett]", 'unknown quartier "hommelett"; did you mean "hommelet"?'),
    ("    feed: /feed/", 'feed: "/feed/" is no web address'),
    ("    feed_unverified: true", "feed_unverified without feed; add the feed or delete it"),
    ("    kind: blog", 'key "kind" again; it stands on line 15'),
    ("    recipe: article", "recipe: write keys with values here"),
    ("    article: .corps", "article: write keys with values here"),
    ("    article: {}", "article: it says nothing; add one of text, title, date, author"),
    ("    recipe: {link: a}", 'source "blog": recipe: items is missing'),
    ("    recipe: {items: li}", "recipe: link is missing"),
    ("    recipe: {items: li, link: a, lnk: a}", 'unknown key "lnk"; did you mean "link"?'),
    ("    recipe: {items: li, link: 'a['}", "recipe: link: « a[ » is no CSS selector"),
    ("    recipe: {items: 'li[', link: a}", "recipe: items: « li[ » is no CSS selector"),
    ("    recipe: {items: li@class, link: a}", '"li@class" names an attribute'),
    ("    recipe: {items: li, link: a, next: 'a{'}", "recipe: next: « a{ » is no CSS selector"),
    ("    recipe: {items: li, link: a, date: ''}", "recipe: date: a selector is empty"),
    ("    recipe: {items: li, link: 'a:contains(x)'}", "cannot be used: The pseudo class"),
    (f"    recipe: {{items: li, link: {'a ' * 151}b}}", "a selector of more than 300 characters"),
    ("    scraper: conseil_jeune", 'no scrapers/conseil_jeune.py; did you mean "conseil_jeunes"?'),
    ("    scraper: Conseil-Jeunes.py", "is no scraper name; write the file's name without .py"),
    ("    scraper: ../../etc/passwd", '"../../etc/passwd" is no scraper name'),
    ("    scraper: _common", '"_common" is no scraper name'),
]


@pytest.mark.parametrize(("number", "line", "message"), IN_PLACE)
def test_a_fault_in_a_line(complain: Complain, number: int, line: str, message: str) -> None:
    told = complain(with_line(number, line))
    expected = {"# version": 2, "# town": 1}.get(line, number)  # where the mapping begins
    assert [text for at, text in told if at == expected and message in text], told


@pytest.mark.parametrize(("line", "message"), UNDER_A_SOURCE)
def test_a_fault_under_a_source(complain: Complain, line: str, message: str) -> None:
    told = complain(with_key(line))
    assert [at for at, _ in told] == [16], told
    assert message in told[0][1]


def test_feed_recipe_and_scraper_exclude_one_another(complain: Complain) -> None:
    ways = "    feed: https://a.fr/\n    scraper: conseil_jeunes\n    recipe: {items: li, link: a}"
    assert complain(with_key(ways)) == [
        (18, 'source "blog": feed and recipe and scraper exclude one another; keep one')
    ]


@pytest.mark.parametrize(
    ("number", "again"),
    [
        (4, "  - {slug: conseil-citoyen, name: B}"),
        (6, "  - {slug: hommelet, name: B, sector: est}"),
        (8, "  - {slug: blogs, name: B, kinds: [blog]}"),
        (11, "  - {slug: cq-hommelet, name: B, url: 'https://b.fr/', kind: blog}"),
    ],
)
def test_a_slug_that_stands_twice(complain: Complain, number: int, again: str) -> None:
    text = with_line(number, LINES[number - 1] + "\n" + again)
    ((line, message),) = complain(text)
    assert line == number + 1
    assert message.endswith(f"the slug stands already on line {number}; choose another")


def test_one_slug_may_name_an_instance_a_quartier_and_a_source(tmp_path: Path) -> None:
    path = tmp_path / "sources.yaml"
    path.write_text(GOOD.replace("slug: hommelet", "slug: blog"), encoding="utf-8")
    assert load_sources(path).quartiers[0].slug == "blog"


def test_without_a_scrapers_folder_no_scraper_exists(tmp_path: Path) -> None:
    path = tmp_path / "sources.yaml"
    path.write_text(with_key("    scraper: conseil_jeunes"), encoding="utf-8")
    with pytest.raises(TownError, match=r":16: .*there is no scrapers/conseil_jeunes\.py"):
        load_sources(path, scrapers=tmp_path / "scrapers")


def test_all_faults_are_told_at_once_in_the_order_of_the_file(complain: Complain) -> None:
    text = (
        GOOD.replace("Europe/Paris", "Europe/Lille")
        .replace("name: Conseil citoyen", "nam: Conseil citoyen")
        .replace("sector: nord", "sector: Nord")
        .replace("every: 1h", "every: 1")
        .replace("https://example.org/blog", "example.org")
        .replace("kind: blog\n", "kind: blog\n    quartiers: [pile]\n")
    )
    assert [line for line, _ in complain(text)] == [2, 4, 4, 6, 9, 14, 16]


def test_a_complaint_reads_as_one_line(tmp_path: Path) -> None:
    path = tmp_path / "sources.yaml"
    path.write_text(with_line(15, "    kind: blgo"), encoding="utf-8")
    with pytest.raises(TownError) as caught:
        load_sources(path)
    assert str(caught.value) == (
        f'{path}:15: source "blog": kind: unknown kind "blgo"; did you mean "blog"?'
    )


def test_reading_stops_when_complaints_become_too_many(complain: Complain) -> None:
    told = complain(GOOD + "".join(f"  - {{slug: S{n}}}\n" for n in range(500)))
    assert len(told) == 201
    assert told[-1] == (None, "stopped after 200 complaints; correct these first")


def test_their_text_is_harmless_in_a_message(complain: Complain) -> None:
    ((_, message),) = complain(with_key('    instance: "\\e[31m' + "x" * 500 + '"'))
    assert "\x1b" not in message
    assert len(message) < 200
