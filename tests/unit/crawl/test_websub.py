"""WebSub over real sockets: hub → portal → Unix socket → crawler."""

import asyncio
import contextlib
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from unittest.mock import Mock

import httpx
import pytest
from unit.crawl.hub import Hub

from aggregator.crawl.hubs import LARGEST_BODY, is_public, lease_of
from aggregator.crawl.receiving import Reception, listen_on_port, listen_on_socket, serving
from aggregator.crawl.websub import Subscriber
from aggregator.fetch import Web
from aggregator.model import (
    Appointment,
    Habits,
    Health,
    Hints,
    Outcome,
    SaveCount,
    Source,
    SourceResult,
    State,
    Town,
)
from aggregator.portal.callbacks import Callbacks
from aggregator.store import Store, Subscription

NOW = datetime(2026, 11, 22, 8, 0, tzinfo=UTC)
TOPIC = "https://blog.example/feed"
pytestmark = pytest.mark.usefixtures("loopback_allowed")


@pytest.fixture
def hub() -> Iterator[Hub]:
    one = Hub()
    yield one
    one.close()


class Scene:
    """A subscriber that hubs can reach, and its clock."""

    def __init__(self, database: Path, web: Web, port: int) -> None:
        self.now = NOW
        self.database = database
        self.verdicts: Counter[str] = Counter()
        self.address = f"http://127.0.0.1:{port}"
        self.subscriber = Subscriber(
            database, web, self.address, count=lambda verdict: self.verdicts.update([verdict])
        )

    @property
    def held(self) -> Subscription | None:
        with Store.open(self.database) as store:
            return next(iter(store.subscriptions()), None)

    def is_due(self) -> bool:
        with Store.open(self.database) as store:
            return bool(store.due(now=self.now))

    def visited(self, *, new: int = 0, hints: Hints | None = None, elapsed_s: float = 0.0) -> None:
        """Record a visit as the crawl does; the next appointment is a day away."""
        result = SourceResult(
            source="blog",
            outcome=Outcome.SAVED if new or hints else Outcome.NOT_MODIFIED,
            count=SaveCount(new=new),
            fetched=self.now,
            elapsed_s=elapsed_s,
        )
        with Store.open(self.database) as store, store.transaction():
            store.record(
                result,
                health=Health(state=State.OK, reason="va bien"),
                appointment=Appointment(at=self.now + timedelta(days=1), reason="demain"),
                habits=Habits(hints=hints) if hints else None,
                memories={},
            )
        self.subscriber.checked(result)


def play(folder: Path, scenario: Callable[[Scene], Awaitable[None]]) -> Scene:
    """Run a scenario against a real server, with a real network client."""
    database = folder / "veille.db"
    source = Source(slug="blog", name="B", url="https://blog.example/", kind="blog", feed=TOPIC)
    town = Town(name="T", timezone="Europe/Paris", contact="a@example.org", sources=(source,))
    with Store.open(database) as store:
        store.sync_town(town, definitions={"blog": "1"}, now=NOW)

    async def go() -> Scene:
        async with Web(contact="a@example.org", gap_s=0.0) as web, opened(web) as scene:
            scene.visited()
            await scenario(scene)
        return scene

    @contextlib.asynccontextmanager
    async def opened(web: Web) -> AsyncIterator[Scene]:
        door, unix = listen_on_port(0), folder / "hubs.sock"
        scene = Scene(database, web, door.getsockname()[1])
        reception = Reception(Mock(), scene.subscriber, clock=lambda: scene.now)
        portal = Callbacks(nowhere, unix)
        assert portal._client is not None
        async with (
            portal._client,
            serving(reception, [listen_on_socket(unix)]),
            serving(portal, [door]),
        ):
            yield scene

    return asyncio.run(go())


async def nowhere(_scope: Any, _receive: Any, send: Any) -> None:
    await send({"type": "http.response.start", "status": 299, "headers": []})
    await send({"type": "http.response.body", "body": b"portail"})


async def subscribe(scene: Scene, hub: Hub) -> dict[str, str]:
    await scene.subscriber.consider("blog", hub.url, TOPIC, scene.now)
    await asyncio.to_thread(hub.settle)
    return hub.asked[-1]


# --- subscribing --------------------------------------------------------------------------------


@pytest.mark.parametrize("manner", ["verifies", "verifies before it answers"])
def test_a_hub_that_a_feed_names_is_asked_and_answered(
    tmp_path: Path, hub: Hub, manner: str
) -> None:
    hub.manner = manner

    async def scenario(scene: Scene) -> None:
        asked = await subscribe(scene, hub)
        assert set(asked) == {
            *("hub.callback", "hub.mode", "hub.topic", "hub.secret", "hub.lease_seconds")
        }
        assert asked["hub.callback"].startswith(f"{scene.address}/websub/")
        assert (asked["hub.mode"], asked["hub.topic"]) == ("subscribe", TOPIC)
        assert len(asked["hub.callback"].rpartition("/")[2]) == 43
        assert 40 <= len(asked["hub.secret"]) < 200
        assert hub.answers == [(200, "défi <b>")]
        assert scene.held is not None
        assert scene.held.state == "verified"
        assert scene.held.lease_until == NOW + timedelta(days=10)
        # What is known is not asked again.
        await subscribe(scene, hub)
        assert len(hub.asked) == 1

    play(tmp_path, scenario)


def test_a_verification_that_nobody_asked_for_is_refused(tmp_path: Path, hub: Hub) -> None:
    hub.manner = "keeps silent"

    async def scenario(scene: Scene) -> None:
        asked = await subscribe(scene, hub)
        wrong = [
            (asked | {"hub.callback": f"{scene.address}/websub/{'x' * 43}"}, {}),
            (asked, {"hub.topic": "https://other.example/"}),
            (asked, {"hub.mode": "unsubscribe"}),
            (asked, {"hub.challenge": ""}),
            (asked, {"hub.challenge": "x" * 2_001}),
        ]
        for form, changes in wrong:
            assert (await asyncio.to_thread(hub.verify, form, **changes))[0] == 404
        assert scene.held is not None
        assert scene.held.state == "asked"
        scene.now += timedelta(days=1, seconds=1)
        assert (await asyncio.to_thread(hub.verify, asked))[0] == 404

    scene = play(tmp_path, scenario)
    assert scene.verdicts == {"unknown": 2, "not asked": 4}


def test_a_hub_whose_verification_got_lost_may_ask_again_for_a_while(
    tmp_path: Path, hub: Hub
) -> None:
    async def scenario(scene: Scene) -> None:
        asked = await subscribe(scene, hub)
        scene.now += timedelta(minutes=9)
        assert await asyncio.to_thread(hub.verify, asked) == (200, "défi <b>")
        scene.now += timedelta(minutes=2)
        assert (await asyncio.to_thread(hub.verify, asked))[0] == 404

    play(tmp_path, scenario)


@pytest.mark.parametrize("manner", ["denies", "refuses"])
def test_a_hub_that_does_not_want_us_is_left_alone_for_a_week(
    tmp_path: Path, hub: Hub, manner: str
) -> None:
    hub.manner = manner

    async def scenario(scene: Scene) -> None:
        asked = await subscribe(scene, hub)
        assert scene.held is not None
        assert (scene.held.state, scene.held.lease_until) == ("refused", None)
        assert await asyncio.to_thread(hub.tell, asked) == 410
        for days, times in ((6, 1), (2, 2)):
            scene.now += timedelta(days=days)
            await scene.subscriber.renew(scene.now, listed={"blog"})
            await asyncio.to_thread(hub.settle)
            assert len(hub.asked) == times

    play(tmp_path, scenario)


def test_a_hub_in_trouble_is_asked_again_later(tmp_path: Path, hub: Hub) -> None:
    hub.manner = "breaks"

    async def scenario(scene: Scene) -> None:
        await subscribe(scene, hub)
        assert scene.held is not None
        assert scene.held.state == "asked"
        await asyncio.to_thread(hub.close)
        scene.now += timedelta(days=8)
        await scene.subscriber.renew(scene.now, listed={"blog"})
        assert scene.held.asked == scene.now
        assert scene.held.state == "asked"

    play(tmp_path, scenario)


def test_a_hub_inside_our_network_is_never_asked(
    tmp_path: Path, hub: Hub, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("AGGREGATOR_ALLOW_NETWORKS")

    async def scenario(scene: Scene) -> None:
        await scene.subscriber.consider("blog", hub.url, TOPIC, scene.now)
        assert scene.held is not None
        assert scene.held.state == "refused"

    play(tmp_path, scenario)
    assert hub.asked == []


def test_a_lease_is_renewed_at_three_quarters_under_the_same_token(
    tmp_path: Path, hub: Hub
) -> None:
    async def scenario(scene: Scene) -> None:
        first = await subscribe(scene, hub)
        scene.now += timedelta(days=7, hours=11)
        await scene.subscriber.renew(scene.now, listed={"blog"})
        assert len(hub.asked) == 1
        scene.now += timedelta(hours=2)
        # The hub says nothing at first: the lease goes on, and it is asked again before the end.
        hub.manner = "keeps silent"
        await scene.subscriber.renew(scene.now, listed={"blog"})
        assert len(hub.asked) == 2
        assert await asyncio.to_thread(hub.tell, first) == 202
        assert scene.verdicts["accepted"] == 1
        hub.manner = "verifies"
        scene.now += timedelta(days=2)
        await scene.subscriber.renew(scene.now, listed={"blog"})
        await asyncio.to_thread(hub.settle)
        assert hub.asked[-1] == first
        assert scene.held is not None
        assert scene.held.state == "verified"
        assert scene.held.lease_until == scene.now + timedelta(days=10)

    play(tmp_path, scenario)


def test_what_left_the_list_is_dropped(tmp_path: Path, hub: Hub) -> None:
    async def scenario(scene: Scene) -> None:
        asked = await subscribe(scene, hub)
        await scene.subscriber.renew(scene.now, listed=set())
        assert scene.held is None
        assert await asyncio.to_thread(hub.tell, asked) == 410

    play(tmp_path, scenario)


def test_what_feeds_say_is_followed(tmp_path: Path, hub: Hub) -> None:
    async def scenario(scene: Scene) -> None:
        scene.visited(hints=Hints(hub=hub.url, topic=TOPIC))
        await scene.subscriber.tend(scene.now)
        await asyncio.to_thread(hub.settle)
        assert scene.held is not None
        assert scene.held.state == "verified"
        # Another topic at each visit has us ask once a day at most.
        for number in range(3):
            scene.now += timedelta(hours=10)
            scene.visited(hints=Hints(hub=hub.url, topic=f"{TOPIC}?{number}"))
            await scene.subscriber.tend(scene.now)
            await asyncio.to_thread(hub.settle)
        assert [asked["hub.topic"] for asked in hub.asked] == [TOPIC, f"{TOPIC}?2"]
        assert hub.asked[0]["hub.callback"] != hub.asked[1]["hub.callback"]
        scene.visited(hints=Hints(ttl_s=60))
        await scene.subscriber.tend(scene.now)
        assert scene.held is None

    play(tmp_path, scenario)


def test_what_was_agreed_outlives_a_restart(tmp_path: Path, hub: Hub) -> None:
    async def scenario(scene: Scene) -> None:
        asked = await subscribe(scene, hub)
        scene.subscriber._book = type(scene.subscriber._book)(scene.database)
        assert await asyncio.to_thread(hub.tell, asked) == 410
        await scene.subscriber.load()
        assert await asyncio.to_thread(hub.tell, asked) == 202
        assert scene.is_due()

    play(tmp_path, scenario)


# --- being told ---------------------------------------------------------------------------------


@pytest.mark.parametrize("method", ["sha1", "sha256", "sha384", "sha512"])
def test_a_signed_message_wakes_its_source(tmp_path: Path, hub: Hub, method: str) -> None:
    async def scenario(scene: Scene) -> None:
        asked = await subscribe(scene, hub)
        assert not scene.is_due()
        assert await asyncio.to_thread(hub.tell, asked, method=method) == 202
        assert scene.is_due()

    assert play(tmp_path, scenario).verdicts["accepted"] == 1


@pytest.mark.parametrize(
    ("how", "verdict"),
    [
        ({"secret": "guessed"}, "forged"),
        ({"signature": "sha256=" + "0" * 64}, "forged"),
        ({"signature": "sha256="}, "forged"),
        ({"signature": "sha256=é"}, "forged"),
        ({"method": ""}, "unsigned"),
        ({"method": "md5"}, "unsigned"),
        ({"signature": "rubbish"}, "unsigned"),
    ],
)
def test_a_forged_message_is_ignored_and_counted(
    tmp_path: Path, hub: Hub, how: dict[str, str], verdict: str
) -> None:
    async def scenario(scene: Scene) -> None:
        asked = await subscribe(scene, hub)
        if not str(how.get("signature", "")).isascii():
            headers = [(b"X-Hub-Signature", how["signature"].encode())]
            answer = await asyncio.to_thread(
                httpx.post, asked["hub.callback"], content=b"x", headers=headers, trust_env=False
            )
            assert answer.status_code == 202
        else:
            assert await asyncio.to_thread(lambda: hub.tell(asked, **how)) == 202  # type: ignore[arg-type]
        assert not scene.is_due()

    assert play(tmp_path, scenario).verdicts[verdict] == 1


def test_a_message_is_bounded(tmp_path: Path, hub: Hub) -> None:
    async def scenario(scene: Scene) -> None:
        asked = await subscribe(scene, hub)
        large = b"x" * LARGEST_BODY
        assert await asyncio.to_thread(hub.tell, asked, large) == 202
        with contextlib.suppress(httpx.HTTPError):  # the rest of it is not waited for
            status = await asyncio.to_thread(hub.tell, asked, large + b"x")
            assert status in {413, 503}

    assert play(tmp_path, scenario).verdicts["too large"] == 1


def test_a_replay_wakes_nobody(tmp_path: Path, hub: Hub) -> None:
    async def scenario(scene: Scene) -> None:
        asked = await subscribe(scene, hub)
        await asyncio.to_thread(hub.tell, asked)
        scene.now += timedelta(minutes=5)
        scene.visited()
        assert await asyncio.to_thread(hub.tell, asked) == 202
        await scene.subscriber.tend(scene.now)
        assert not scene.is_due()

    assert play(tmp_path, scenario).verdicts["repeated"] == 1


def test_a_source_is_woken_once_a_minute_and_the_last_news_is_not_lost(
    tmp_path: Path, hub: Hub
) -> None:
    async def scenario(scene: Scene) -> None:
        asked = await subscribe(scene, hub)
        await asyncio.to_thread(hub.tell, asked, b"1")
        scene.now += timedelta(seconds=10)
        scene.visited()
        scene.now += timedelta(seconds=10)
        for body in (b"2", b"3"):
            assert await asyncio.to_thread(hub.tell, asked, body) == 202
        await scene.subscriber.tend(scene.now)
        assert not scene.is_due()
        scene.now += timedelta(seconds=40)
        await scene.subscriber.tend(scene.now)
        assert scene.is_due()
        scene.visited()
        scene.now += timedelta(minutes=5)
        await scene.subscriber.tend(scene.now)
        assert not scene.is_due()

    assert play(tmp_path, scenario).verdicts["accepted"] == 3


def test_news_told_during_a_visit_are_fetched_by_another(tmp_path: Path, hub: Hub) -> None:
    async def scenario(scene: Scene) -> None:
        asked = await subscribe(scene, hub)
        await asyncio.to_thread(hub.tell, asked)
        scene.now += timedelta(seconds=5)
        scene.visited(elapsed_s=20.0)  # it began before, and its appointment buries the wake
        assert not scene.is_due()
        scene.now += timedelta(minutes=1)
        await scene.subscriber.tend(scene.now)
        assert scene.is_due()

    play(tmp_path, scenario)


def test_a_lapsed_lease_counts_for_nothing(tmp_path: Path, hub: Hub) -> None:
    async def scenario(scene: Scene) -> None:
        asked = await subscribe(scene, hub)
        scene.now += timedelta(days=10)
        scene.visited()
        assert await asyncio.to_thread(hub.tell, asked) == 202
        assert not scene.is_due()

    assert play(tmp_path, scenario).verdicts["lapsed"] == 1


def test_a_hub_that_lets_news_pass_is_given_up(tmp_path: Path, hub: Hub) -> None:
    hints = Hints(hub=hub.url, topic=TOPIC)

    async def day(scene: Scene, asked: dict[str, str], *, told: bytes | None) -> str:
        scene.now += timedelta(days=1)
        if told:
            await asyncio.to_thread(hub.tell, asked, told)
        scene.now += timedelta(minutes=1)
        scene.visited(new=1, hints=hints)
        await scene.subscriber.tend(scene.now)
        assert scene.held is not None
        return scene.held.state

    async def scenario(scene: Scene) -> None:
        asked = await subscribe(scene, hub)
        # One may get lost.
        states = [await day(scene, asked, told=told) for told in (None, b"1", None, None)]
        assert states == ["verified", "verified", "verified", "refused"]

    play(tmp_path, scenario)


# --- the door -----------------------------------------------------------------------------------


def test_the_portal_forwards_hubs_alone(tmp_path: Path, hub: Hub) -> None:
    async def scenario(scene: Scene) -> None:
        token = (await subscribe(scene, hub))["hub.callback"].rpartition("/")[2]
        async with httpx.AsyncClient(base_url=scene.address, trust_env=False) as client:
            for path in ("/metrics", "/websub/", "/websub/../metrics", f"/websub/{token}x", "/"):
                assert (await client.get(path)).status_code == 299, path
            assert (await client.put(f"/websub/{token}")).status_code == 299
            answer = await client.get(f"/websub/{token}?hub.mode=subscribe&hub.challenge=<b>")
            assert (answer.status_code, answer.content) == (404, b"")
            assert answer.headers["content-type"].startswith("text/plain")
            assert answer.headers["x-content-type-options"] == "nosniff"

    play(tmp_path, scenario)


def test_a_crawler_that_is_away_has_hubs_come_back(tmp_path: Path) -> None:
    sent: list[dict[str, Any]] = []

    async def send(message: dict[str, Any]) -> None:
        sent.append(message)

    async def go() -> None:
        portal = Callbacks(nowhere, tmp_path / "nobody.sock")
        assert portal._client is not None
        async with portal._client:
            scope = {
                "type": "http",
                "method": "GET",
                "path": f"/websub/{'x' * 43}",
                "headers": [],
                "query_string": b"",
            }
            await portal(scope, None, send)

    asyncio.run(go())
    assert sent[0]["status"] == 503
    assert (b"retry-after", b"60") in sent[0]["headers"]


@pytest.mark.parametrize(
    ("address", "public"),
    [
        ("https://veille.example.org", True),
        ("http://veille.example.org:8080/veille", True),
        ("https://93.184.216.34", True),
        ("https://192.168.1.4", False),
        ("http://127.0.0.1:8001", False),
        ("http://[::1]", False),
        ("http://localhost:8001", False),
        ("http://portail", False),
        ("http://portail.local", False),
        ("ftp://veille.example.org", False),
        ("veille.example.org", False),
        ("http://[", False),
    ],
)
def test_only_a_public_address_is_given_to_hubs(
    address: str, public: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("AGGREGATOR_ALLOW_NETWORKS")
    assert is_public(address) is public


@pytest.mark.parametrize(
    ("said", "lease"),
    [
        (None, timedelta(days=10)),
        ("", timedelta(days=10)),
        ("-5", timedelta(days=10)),
        ("٣", timedelta(days=10)),
        ("9" * 400, timedelta(days=10)),
        ("86400", timedelta(days=1)),
        ("1", timedelta(hours=1)),
        ("999999999", timedelta(days=30)),
    ],
)
def test_a_lease_is_held_within_bounds(said: str | None, lease: timedelta) -> None:
    assert lease_of(said) == lease
