"""The sample town's content: `web.yaml` names the sites, `sites/<site>.yaml` holds their posts.

The format, and the town itself, are described in demo/sites/README.md.
"""

import re
import zlib
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from aggregator.errors import UsageError

PARIS = ZoneInfo("Europe/Paris")
_TAG = re.compile(r"(<[^>]*>)")
_BLOCK = re.compile(r"<(ul|ol|h[2-6]|blockquote|table|p)\b")
# What French printers ask for, so that writers may type ordinary spaces and apostrophes.
_TYPOGRAPHY = (
    (re.compile(r"'"), "’"),
    (re.compile(r"« "), "«\u00a0"),
    (re.compile(r" (?=[»:])"), "\u00a0"),
    (re.compile(r" (?=[;!?])"), "\u202f"),
    (re.compile(r"(?<=\d) (?=\d{3}\b)"), "\u202f"),
    (re.compile(r"(?<=\d) (?=[€%])"), "\u00a0"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Comment:
    """A reader's comment under a post."""

    author: str
    published: datetime
    html: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SamplePost:
    """One post of a sample site; dates are in the town's own time zone."""

    slug: str
    number: int  # 1 is the oldest: the platforms that number their pages use it
    published: datetime
    title: str | None
    author: str | None
    categories: tuple[str, ...]
    html: str
    comments: tuple[Comment, ...] = ()
    url: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SampleSite:
    """One host of the sample web, and how it behaves."""

    name: str  # <name>.localhost
    title: str
    platform: str = ""  # a key of platforms.PLATFORMS; empty where `fails` or `moved_to`
    tagline: str = ""
    colour: str = "#345"
    etag: bool = False
    last_modified: datetime | None = None
    disallow: tuple[str, ...] = ()
    fails: bool = False  # answers 500
    moved_to: str | None = None  # answers 301 to this site
    home: str = ""  # http://<name>.localhost:<port>
    posts: tuple[SamplePost, ...] = field(default=())  # newest first


def load_sites(folder: Path, *, port: int) -> dict[str, SampleSite]:
    """Read the town's sites, by name; a site that has no file of posts has no posts.

    Raises:
        UsageError: A file is missing or not of the form that demo/sites/README.md describes.
    """
    sites: dict[str, SampleSite] = {}
    for name, described in _read_yaml(folder / "web.yaml").items():
        path = folder / "sites" / f"{name}.yaml"
        try:
            sites[name] = _site(name, described, path, port=port)
        except (KeyError, TypeError, ValueError) as error:
            raise UsageError(f"{path}: not of the form of the sample town ({error!r})") from error
    return sites


def _read_yaml(path: Path) -> Any:
    try:
        return YAML(typ="safe").load(path)
    except (OSError, YAMLError) as error:
        raise UsageError(f"{path}: cannot be read: {error}") from error


def _site(name: str, described: dict[str, Any], path: Path, *, port: int) -> SampleSite:
    described = dict(described)
    dated = described.pop("last_modified", False) and path.is_file()
    rough = described.pop("rough", False)
    site = SampleSite(
        name=name,
        home=f"http://{name}.localhost:{port}",
        last_modified=datetime.fromtimestamp(path.stat().st_mtime, UTC) if dated else None,
        disallow=tuple(described.pop("disallow", ())),
        **described,
    )
    raw = _read_yaml(path) or () if path.is_file() else ()
    oldest_first = sorted(raw, key=lambda post: _moment(post["date"], post["slug"]))
    posts = [_post(post, number, rough=rough) for number, post in enumerate(oldest_first, start=1)]
    return replace(site, posts=tuple(reversed(posts)))


def _post(raw: dict[str, Any], number: int, *, rough: bool) -> SamplePost:
    set_type = str if rough else typeset
    title = raw.get("title")
    return SamplePost(
        slug=raw["slug"],
        number=number,
        published=_moment(raw["date"], raw["slug"]),
        title=None if title is None else set_type(str(title)),
        author=raw.get("author"),
        categories=tuple(raw.get("categories", ())),
        html=_paragraphs(set_type(raw["body"])),
        comments=tuple(
            Comment(
                author=comment["author"],
                published=_moment(comment["date"], comment["author"]),
                html=_paragraphs(set_type(comment["body"])),
            )
            for comment in raw.get("comments", ())
        ),
    )


def _moment(value: object, salt: str) -> datetime:
    """Read a date; a bare day gets a plausible hour, the same at every start."""
    text = str(value)
    moment = datetime.fromisoformat(text).replace(tzinfo=PARIS)
    if len(text) > len("2024-03-12"):
        return moment
    return moment + timedelta(hours=8, minutes=zlib.crc32(salt.encode()) % (12 * 60))


def typeset(text: str) -> str:
    """Put French no-break spaces and apostrophes into a text, leaving its tags alone."""
    pieces = _TAG.split(text)
    for index in range(0, len(pieces), 2):
        for pattern, proper in _TYPOGRAPHY:
            pieces[index] = pattern.sub(proper, pieces[index])
    return "".join(pieces)


def _paragraphs(body: str) -> str:
    """Wrap what blank lines separate in `<p>`, unless it is a block already."""
    # Not `split()`, which takes no-break spaces for spaces.
    blocks = [re.sub(r"[ \n]+", " ", block) for block in re.split(r"\n *\n\s*", body.strip())]
    return "\n".join(block if _BLOCK.match(block) else f"<p>{block}</p>" for block in blocks)
