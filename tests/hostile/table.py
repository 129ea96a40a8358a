"""What a behaviour is, and the table all of them are written in."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from urllib.parse import urlsplit

from hostile.server import Asked, Reply

from aggregator.model import Recipe, Source, State

HOSTS = "hostile.localhost"

Answer = Callable[[Asked], Reply | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What a month left of a behaviour.

    Attributes:
        asked: What its host was asked, in order; robots.txt left out.
        robots: How often, and when, its robots.txt was asked.
        states: Of its sources, by slug.
        reasons: What is said of them, in French.
        errors: The kinds of error of its fetches, in the order of their first appearance.
        proposed: The feed that is proposed to moderators.
        titles: Of the posts that were kept of it.
    """

    asked: Sequence[Asked]
    robots: Sequence[Asked]
    states: dict[str, State]
    reasons: dict[str, str]
    errors: tuple[str, ...]
    proposed: str | None
    titles: tuple[str, ...]

    def paths(self) -> list[str]:
        """Return what was asked, in order."""
        return [asked.path for asked in self.asked]

    def of(self, path: str) -> list[Asked]:
        """Return the requests for one path."""
        return [asked for asked in self.asked if asked.path == path]


Proof = Callable[[Seen], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Behaviour:
    """One host, and what it does.

    Attributes:
        name: The host is `<name>.hostile.localhost`.
        does: What it does, for people.
        origin: The RFC that speaks of it, or the project that met it.
        state: Of its source after 30 days; of all its sources.
        answer: Gives what it answers; None stands for 404.
        robots: What its robots.txt answers; without, there is none.
        path: What its source lists.
        kind: How the source is read.
        url: The source's address where it is not `http://<host>/`; `{port}` stands for the port,
            `{secure[...]}` for one of TLS, by its certificate.
        every: The rhythm a moderator states; none, the source's own.
        forbidden: Paths that its robots.txt closes to us, once it does.
        proof: Looks at the request log.
        sources: How many sources the host has; each is asked for `path` with its number.
        error: The kind of error that its last failure must be.
        posts: Whether something must have been kept of it; none, it does not matter.
        paused: Whether a moderator paused its source.
    """

    name: str
    does: str
    origin: str
    state: State
    answer: Answer
    robots: Answer | None = None
    path: str = "/feed.xml"
    kind: str = "feed"
    url: str | None = None
    every: timedelta | None = timedelta(hours=8)
    forbidden: tuple[str, ...] = ()
    proof: Proof | None = None
    sources: int = 1
    error: str | None = None
    posts: bool | None = None
    paused: bool = False

    @property
    def host(self) -> str:
        """The name of its host."""
        if self.url is None:
            return f"{self.name}.{HOSTS}"
        return urlsplit(self.url.replace(":{", "/{")).netloc

    def listed(self, port: int, secure: Mapping[str, int]) -> list[Source]:
        """Return its sources, as the moderators' list has them."""
        return [self._source(number, port, secure) for number in range(self.sources)]

    def _source(self, number: int, port: int, secure: Mapping[str, int]) -> Source:
        slug = self.name if not number else f"{self.name}-{number + 1}"
        path = self.path if not number else f"{self.path}?{number + 1}"
        address = (self.url or f"http://{self.host}:{{port}}{path}").format(
            port=port, secure=secure
        )
        return Source(
            slug=slug,
            name=slug,
            url=address if self.kind != "feed" else f"http://{self.host}:{port}/",
            kind="blog",
            feed=address if self.kind == "feed" else None,
            recipe=RECIPE if self.kind == "recipe" else None,
            every=self.every,
            paused=self.paused,
        )


RECIPE = Recipe(items="article", link="h2 a", title="h2 a", date="time@datetime", summary="p")


class Table:
    """Gathers behaviours: `@table.row(...)` above what the host answers."""

    def __init__(self) -> None:
        self.rows: list[Behaviour] = []

    def row(self, name: str, **rest: object) -> Callable[[Answer], Answer]:
        """Return a decorator that adds a behaviour; see `Behaviour` for the words."""

        def add(answer: Answer) -> Answer:
            self.rows.append(Behaviour(name=name, answer=answer, **rest))  # type: ignore[arg-type]  # named above
            return answer

        return add
