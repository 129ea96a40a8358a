"""The four lists of the file, one function an item: instance, quartier, tab, source."""

from dataclasses import dataclass
from datetime import timedelta

from aggregator.model import (
    KINDS,
    SERVICES,
    Article,
    Display,
    Instance,
    Option,
    Quartier,
    Recipe,
    Service,
    Source,
    Tab,
)
from aggregator.sources import values
from aggregator.sources.complaints import Complaints, proposal
from aggregator.sources.fields import Fields, one_of

INSTANCE_KEYS = ("slug", "name", "aliases", "since", "until", "became", "note")
QUARTIER_KEYS = ("slug", "name", "sector", "aliases", "places", "inferred", "note")
TAB_KEYS = ("slug", "name", "kinds", "instances", "quartiers", "sources")
SOURCE_KEYS = (
    *("slug", "name", "url", "kind", "instance", "quartiers"),
    *("feed", "feed_unverified", "recipe", "scraper", "article"),
    *SERVICES,
    *("every", "language", "display", "paused", "note"),
)
RECIPE_KEYS = ("items", "link", "title", "date", "summary", "author", "next")
ARTICLE_KEYS = ("text", "title", "date", "author")
READER_KEYS = ("feed", "recipe", "scraper", *SERVICES)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What each item needs to know of the whole file."""

    complaints: Complaints
    instances: frozenset[str]  # slugs
    quartiers: frozenset[str]
    sources: frozenset[str]
    scrapers: frozenset[str] | None  # names of the files there are; None: not looked for
    every: timedelta | None
    language: str
    display: Display


def instance(fields: Fields, reading: Reading) -> Instance:
    """Read one civic body."""
    since, until = fields.read("since", values.day), fields.read("until", values.day)
    if since and until and since >= until:
        fields.complain(f"until ({until}) must come after since ({since})", fields.line_of("until"))
    slug = fields.slug()
    became = fields.known("became", reading.instances, what="instance")
    if slug in became:
        fields.complain("became names the instance itself; delete it", fields.line_of("became"))
    return Instance(
        slug=slug,
        name=fields.name(),
        aliases=fields.names("aliases"),
        since=since,
        until=until,
        became=became,
        note=fields.note(),
    )


def quartier(fields: Fields, _: Reading) -> Quartier:
    """Read one area of the town."""
    return Quartier(
        slug=fields.slug(),
        name=fields.name(),
        sector=fields.slug("sector"),
        aliases=fields.names("aliases"),
        places=fields.names("places"),
        inferred=fields.flag("inferred"),
        note=fields.note(),
    )


def tab(fields: Fields, reading: Reading) -> Tab:
    """Read one tab of the home page."""
    choosers = ("kinds", "instances", "quartiers", "sources")
    if fields.readable and not any(map(fields.has, choosers)):
        fields.complain(f"the tab would be empty; add one of {', '.join(choosers)}")
    return Tab(
        slug=fields.slug(),
        name=fields.name(),
        kinds=fields.known("kinds", KINDS, what="kind"),
        instances=fields.known("instances", reading.instances, what="instance"),
        quartiers=fields.known("quartiers", reading.quartiers, what="quartier"),
        sources=fields.known("sources", reading.sources, what="source"),
    )


def source(fields: Fields, reading: Reading) -> Source:
    """Read one source."""
    kind = fields.read("kind", one_of(KINDS, what="kind"), required=True, text=True) or ""
    _check_reader(fields)
    return Source(
        slug=fields.slug(),
        name=fields.name(),
        url=fields.read("url", values.url, required=True) or "",
        kind=kind,
        instance=fields.read("instance", one_of(reading.instances, what="instance"), text=True),
        quartiers=fields.known("quartiers", reading.quartiers, what="quartier"),
        feed=fields.read("feed", values.url),
        feed_unverified=fields.flag("feed_unverified"),
        recipe=_recipe(fields),
        scraper=_scraper(fields, reading),
        service=_service(fields),
        article=_article(fields),
        every=fields.read("every", values.duration) or reading.every,
        language=fields.read("language", values.language, text=True) or reading.language,
        display=_display(fields, kind, reading),
        paused=fields.flag("paused"),
        note=fields.note(),
        line=fields.line,
    )


def _check_reader(fields: Fields) -> None:
    ways = [key for key in READER_KEYS if fields.has(key)]
    if len(ways) > 1:
        fields.complain(
            f"{' and '.join(ways)} exclude one another; keep one", fields.line_of(ways[1])
        )
    if fields.has("feed_unverified") and not fields.has("feed"):
        line = fields.line_of("feed_unverified")
        fields.complain("feed_unverified without feed; add the feed or delete it", line)
    service = next(filter(fields.has, SERVICES), None)
    if service is not None and fields.has("article"):
        line = fields.line_of("article")
        fields.complain(f"article is of no use beside {service}; delete it", line)


def _display(fields: Fields, kind: str, reading: Reading) -> Display:
    stated = fields.read("display", values.display)
    if stated is not None:
        return stated
    # A press publisher's text beyond the title needs a licence (CPI L.218-2, L.211-3-1): the
    # default of a town cannot grant it, only a line that says so for one source.
    return Display.TITLE if kind == "presse" else reading.display


def _recipe(fields: Fields) -> Recipe | None:
    if not fields.has("recipe"):
        return None
    recipe = fields.part("recipe", RECIPE_KEYS)
    return Recipe(
        items=recipe.read("items", values.element, required=True) or "",
        link=recipe.read("link", values.selector, required=True) or "",
        title=recipe.read("title", values.selector),
        date=recipe.read("date", values.selector),
        summary=recipe.read("summary", values.selector),
        author=recipe.read("author", values.selector),
        next=recipe.read("next", values.selector),
    )


def _article(fields: Fields) -> Article | None:
    if not fields.has("article"):
        return None
    article = fields.part("article", ARTICLE_KEYS)
    if article.readable and not any(map(article.has, ARTICLE_KEYS)):
        article.complain(f"it says nothing; add one of {', '.join(ARTICLE_KEYS)}")
    return Article(
        text=article.read("text", values.element),
        title=article.read("title", values.selector),
        date=article.read("date", values.selector),
        author=article.read("author", values.selector),
    )


def _service(fields: Fields) -> Service | None:
    name = next((name for name in SERVICES if fields.stands(name)), None)
    # Without a value it would be forgotten, and a feed looked for instead.
    if name is None or fields.node(name, required=True, example=_example(name)) is None:
        return None
    options = SERVICES[name]
    part = fields.part(name, [option.name for option in options])
    found = [(option.name, _option(part, option)) for option in options]
    return Service(
        name=name, options=tuple((name, value) for name, value in found if value is not None)
    )


def _option(fields: Fields, option: Option) -> str | None:
    return fields.read(
        option.name,
        values.option(option),
        required=option.required,
        text=option.means == "line",
        example=option.example,
    )


def _example(service: str) -> str:
    """Return what may stand under the key of a platform: what is required, or comes first."""
    options = SERVICES[service]
    shown = [option for option in options if option.required] or options[:1]
    return f"{{{', '.join(f'{option.name}: {option.example}' for option in shown)}}}"


def _scraper(fields: Fields, reading: Reading) -> str | None:
    name = fields.read("scraper", values.module, text=True)
    if name is not None and reading.scrapers is not None and name not in reading.scrapers:
        fields.complain(
            f"scraper: there is no scrapers/{name}.py{proposal(name, reading.scrapers)}",
            fields.line_of("scraper"),
        )
    return name
