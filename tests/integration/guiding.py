"""The examples of the moderators' guide, as towns of their own."""

import re
from pathlib import Path

from conftest import REPOSITORY

from aggregator.model import Town
from aggregator.sources import load_sources


def guide_example(name: str, path: Path, root: str) -> Town:
    """Return the guide's example of a platform as a town of its own, on loopback."""
    guide = (REPOSITORY / "docs" / "moderateurs.md").read_text(encoding="utf-8")
    (chapter,) = re.findall(rf"^#### {name}\n(.*?)^##", guide, re.MULTILINE | re.DOTALL)
    (example,) = re.findall(r"^```yaml\n(.*?)^```$", chapter, re.MULTILINE | re.DOTALL)
    head = "version: 1\ntown: {name: E, timezone: Europe/Paris, contact: e@example.org}\nsources:\n"
    path.write_text(head + re.sub(r"https://[\w.-]+", root, example), encoding="utf-8")
    town = load_sources(path)
    (one,) = town.sources
    assert one.service is not None
    assert one.service.name == name
    return town
