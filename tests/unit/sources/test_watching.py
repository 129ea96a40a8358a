from pathlib import Path

from aggregator.sources import WatchedTown

LIST = """version: 1
town: {name: Essai, timezone: Europe/Paris, contact: essai@example.org}
sources:
  - {slug: bon, name: Bon, url: "https://bon.example/", kind: blog}
"""
NEW = "  - {slug: neuf, name: Neuf, url: 'https://neuf.example/', kind: blog, scraper: neuf}\n"


def test_a_list_is_read_again_when_the_scraper_it_waits_for_is_there(tmp_path: Path) -> None:
    path, scrapers = tmp_path / "sources.yaml", tmp_path / "scrapers"
    scrapers.mkdir()
    path.write_text(LIST, "utf-8")
    watched = WatchedTown(path, scrapers=scrapers)
    said: list[object] = []

    path.write_text(LIST + NEW, "utf-8")
    slugs = [[s.slug for s in watched.current(complain=said.append).sources] for _ in range(2)]
    assert slugs == [["bon"], ["bon"]]
    assert ["scrapers/neuf.py" in str(error) for error in said] == [True]

    (scrapers / "neuf.py").write_text("", "utf-8")
    assert len(watched.current(complain=said.append).sources) == 2
    assert not watched.is_stale


def test_synonyms_are_read_again_when_their_file_comes_changes_and_goes(tmp_path: Path) -> None:
    path, synonyms = tmp_path / "sources.yaml", tmp_path / "synonyms.yaml"
    path.write_text(LIST, "utf-8")
    watched = WatchedTown(path)
    said: list[object] = []
    common = watched.current(complain=said.append).synonyms

    synonyms.write_text("- [crue, inondation]\n", "utf-8")
    assert watched.is_stale
    assert watched.current(complain=said.append).synonyms == (*common, ("crue", "inondation"))

    synonyms.write_text("- [crue]\n", "utf-8")
    for _ in range(2):
        kept = watched.current(complain=said.append).synonyms
        assert kept == (*common, ("crue", "inondation"))
    assert ["synonyms.yaml:1: group 1: has fewer" in str(error) for error in said] == [True]

    synonyms.unlink()
    assert watched.current(complain=said.append).synonyms == common
    assert len(said) == 1
    assert not watched.is_stale
