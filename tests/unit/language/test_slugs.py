import pytest

from aggregator.language import slugified


@pytest.mark.parametrize(
    ("name", "slug"),
    [
        ("Chœur d’Été, 2ᵉ", "choeur-d-ete-2"),
        ("  --L'Hommelet--  ", "l-hommelet"),
        ("Comité de quartier", "comite-de-quar"),
        ("Conseil citoye d’un", "conseil-citoye"),
        ("Conseils libre x", "conseils-libre"),
        ("平和", ""),
    ],
)
def test_a_name_becomes_a_slug(name: str, slug: str) -> None:
    assert slugified(name, longest=14) == slug
