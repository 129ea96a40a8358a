from collections.abc import Sequence

from aggregator.portal.facets import LONG, SHORT, Facet, Line, facets
from aggregator.search import FACETS, FacetValue, Query


def value(name: str, count: int = 1, **more: object) -> FacetValue:
    fields = {"value": name, "label": name.title(), "count": count, "selected": False, **more}
    return FacetValue(**fields)  # type: ignore[arg-type]


def shown(query: Query = Query(), **lines: Sequence[FacetValue]) -> dict[str, Facet]:  # noqa: B008 - frozen
    found = {facet: tuple(lines.get(facet, ())) for facet in FACETS}
    return {facet.name: facet for facet in facets(found, query)}


def labels(lines: Sequence[Line]) -> list[str]:
    return [line.label for line in lines]


def test_a_facet_without_values_or_choice_is_not_shown() -> None:
    assert list(shown(langue=[value("fr")], genre=[value("blog")])) == ["genre"]
    assert list(shown(langue=[value("fr", selected=True)])) == ["langue"]
    assert list(shown(langue=[value("fr"), value("nl")])) == ["langue"]


def test_a_line_adds_its_value_and_a_selected_one_takes_it_back() -> None:
    query = Query(text="velo", kinds=("blog",), page=2)
    lines = [value("presse", 1234), value("blog", selected=True)]
    (group,) = shown(query, genre=lines)["genre"].groups
    presse, blog = group.lines
    assert (presse.href, presse.count) == (
        "/recherche?q=velo&genre=blog&genre=presse", "1\u202f234",
    )  # fmt: skip
    assert (blog.href, blog.is_selected) == ("/recherche?q=velo", True)


def test_quartiers_stand_by_sector_and_months_by_year() -> None:
    found = shown(
        quartier=[
            value("pile", group="est"), value("alma", group="nord"), value("sartel", group="est")
        ],
        mois=[value("2016-02"), value("2016-01"), value("2015-12")],
    )  # fmt: skip
    assert [(one.title, labels(one.lines)) for one in found["quartier"].groups] == [
        ("Secteur est", ["Pile", "Sartel"]),
        ("Secteur nord", ["Alma"]),
    ]
    assert [(one.title, labels(one.lines)) for one in found["mois"].groups] == [
        ("2016", ["Février", "Janvier"]),
        ("2015", ["Décembre"]),
    ]


def test_a_single_group_needs_no_heading() -> None:
    (group,) = shown(mois=[value("2016-02"), value("2016-01")])["mois"].groups
    assert group.title == ""


def test_long_facets_are_folded_and_cut_but_show_what_is_selected() -> None:
    lines = [value(f"s{number}", 500 - number) for number in range(LONG + 10)]
    lines.append(value("last", selected=True))
    facet = shown(source=lines)["source"]
    (group,) = facet.groups
    assert labels(group.lines) == [*(f"S{number}" for number in range(SHORT)), "Last"]
    assert len(facet.more) == LONG - SHORT
    assert facet.left_out


def test_many_lines_or_a_long_query_leave_fewer_lines_to_each_facet() -> None:
    lines = [value(f"s{number}") for number in range(LONG)]
    assert len(shown(source=lines)["source"].more) == LONG - SHORT
    full = shown(Query(text="a" * 40), **dict.fromkeys(FACETS[:5], lines))
    assert SHORT < len(full["theme"].more) + SHORT < LONG
    assert not shown(Query(text="é" * 200), source=lines, theme=lines)["source"].more[SHORT:]


def test_bars_are_hundredths_of_the_longest() -> None:
    lines = [value("2016", 40), value("2015", 10), value("2014", 0, exact=False)]
    facet = shown(annee=lines)["annee"]
    assert [line.bar for line in facet.groups[0].lines] == ["100.0", "25.0", "0.0"]
    assert not facet.is_exact
