"""A visit to a platform: what it is asked, one question after the other, and what it answers."""

import asyncio
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import partial

from aggregator.crawl.reading import normalise_all, reading
from aggregator.crawl.visiting import Past, Visit, is_lasting
from aggregator.errors import FetchError, NothingFound, ReadError
from aggregator.fetch import Web, fetch
from aggregator.model import Ask, DateOrigin, Extraction, Memory, NotModified, Page, Source
from aggregator.readers.platforms import first_ask, read_answer

MAX_ASKS = 30
MAX_ENTRIES = 20_000
# Of the time a whole visit has (passing.py): what was read so far is kept, not thrown away.
ASKING_S = 80.0
# The first answer may be what it was, and a later one not; or what it means changes with time.
# Then all are asked again once a day.
FIRST_TRUSTED = timedelta(days=1)


async def visit_platform(
    source: Source,
    *,
    web: Web,
    past: Past,
    timezone: str,
    seen: datetime,
    turn: asyncio.Lock,
) -> Visit:
    """Ask a platform by its own interface, and read its answers.

    Args:
        source: Has a `service`.
        web: The network.
        past: What earlier visits left.
        timezone: Where times without a zone are.
        seen: The moment of this visit.
        turn: Held by whatever is heavy in a crawl (reading.py).

    Raises:
        SourceError: Its first answer cannot be fetched or read.
    """
    if source.service is not None and source.service.name == "mailbox":
        from aggregator.crawl.mailing import visit_mailbox  # noqa: PLC0415 - seldom needed

        return await visit_mailbox(source, past=past, timezone=timezone, seen=seen, turn=turn)
    first = first_ask(source, now=seen)
    remembered = past.memories.get(memory_key(first)) or Memory()
    memory = remembered if _is_trusted(remembered, seen) else Memory()
    answer = await _fetch(first, web=web, memory=memory)
    if isinstance(answer, NotModified):
        same = replace(answer, moved_to=None)
        return Visit(answer=same, memories={memory_key(first): answer.memory})
    questions = _Questions(source=source, web=web, turn=turn)
    await questions.read(answer, first)
    await questions.go_on()
    found = Visit(
        # Where a platform's interface is redirected to is none of the list's addresses.
        answer=replace(answer, moved_to=None),
        extractions=tuple(questions.read_so_far),
        memories=questions.memories(first, answer.memory, seen),
    )
    work = partial(_normalised, found, source=source, timezone=timezone, seen=seen)
    return await reading(answer.url, work, turn=turn)


def memory_key(ask: Ask) -> str:
    """Return what the memory of a question is kept under: two may go to one address."""
    if ask.body is None:
        return ask.url
    return f"{ask.url}#{hashlib.sha256(ask.body).hexdigest()[:16]}"


def _is_trusted(memory: Memory, seen: datetime) -> bool:
    read = memory.read_whole
    return read is None or timedelta(0) <= seen - read < FIRST_TRUSTED


async def _fetch(ask: Ask, *, web: Web, memory: Memory) -> Page | NotModified:
    # A moderator named the interface, which is there for programs: as with a listed feed.
    return await fetch(
        ask.url,
        web=web,
        memory=memory,
        obey_robots=ask.is_page,
        body=ask.body,
        headers=ask.headers,
    )


@dataclass(slots=True, kw_only=True)
class _Questions:
    """The questions of one visit, and what their answers held."""

    source: Source
    web: Web
    turn: asyncio.Lock
    read_so_far: list[tuple[Page, Extraction]] = field(default_factory=list)
    asked: set[str] = field(default_factory=set)
    next_ask: Ask | None = None
    must_come_again: bool = False

    async def read(self, page: Page, ask: Ask) -> None:
        """Read one answer."""
        work = partial(read_answer, page, self.source, ask=ask)
        extraction = await reading(page.url, work, turn=self.turn)
        self.read_so_far.append((page, extraction))
        self.asked.add(memory_key(ask))
        self.next_ask = extraction.next_ask

    async def go_on(self) -> None:
        """Ask for what follows, within the limits of a visit."""
        loop = asyncio.get_running_loop()
        end = loop.time() + ASKING_S
        while (ask := self.next_ask) is not None and memory_key(ask) not in self.asked:
            if (
                len(self.read_so_far) >= MAX_ASKS
                or self._entries() >= MAX_ENTRIES
                or loop.time() > end
            ):
                self._warn(self._cut_short())
                return
            try:
                await self._ask(ask)
            except (FetchError, ReadError) as error:
                self._warn(f"what follows could not be read: {error}")
                self.must_come_again = not is_lasting(error)
                return

    async def _ask(self, ask: Ask) -> None:
        answer = await _fetch(ask, web=self.web, memory=Memory())
        if isinstance(answer, NotModified):
            raise NothingFound(
                f"{ask.url} answered « not modified » to a first request", url=ask.url
            )
        await self.read(answer, ask)

    def memories(self, first: Ask, memory: Memory, seen: datetime) -> Mapping[str, Memory]:
        """Return what to remember: nothing where all is to be asked again."""
        if self.must_come_again:
            return {memory_key(first): Memory()}
        ages = any(extraction.ages for _, extraction in self.read_so_far)
        whole = seen if ages or len(self.read_so_far) > 1 or self.next_ask is not None else None
        return {memory_key(first): replace(memory, read_whole=whole)}

    def _entries(self) -> int:
        return sum(len(extraction.entries) for _, extraction in self.read_so_far)

    def _cut_short(self) -> str:
        total = self.read_so_far[-1][1].total
        of_all = "" if total is None else f" of {total}"
        return f"only the first {self._entries()}{of_all} are read, in {len(self.asked)} requests"

    def _warn(self, text: str) -> None:
        page, extraction = self.read_so_far[-1]
        warned = replace(extraction, warnings=(*extraction.warnings, text))
        self.read_so_far[-1] = (page, warned)


def _normalised(found: Visit, *, source: Source, timezone: str, seen: datetime) -> Visit:
    posts, rejections = normalise_all(
        found.extractions, source=source, timezone=timezone, seen=seen
    )
    # A row that came up while we asked stands on two pages.
    posts = tuple({post.guid: post for post in reversed(posts)}.values())[::-1]
    # What a source already held when we met it, without a date, is of any age: only the first part
    # of a big visit knows that it is the first (ledger.py).
    posts = tuple(sorted(posts, key=lambda post: post.date_origin is not DateOrigin.FIRST_SEEN))
    refused = [one for _, extraction in found.extractions for one in extraction.rejections]
    return replace(found, posts=posts, rejections=(*refused, *rejections))
