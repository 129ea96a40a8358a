"""A month in the hostile town, in virtual time: every state as expected, and nobody was rude to."""

import ssl
from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import timedelta
from email.utils import parsedate_to_datetime
from itertools import pairwise

import pytest
import trustme
from hostile.server import Asked
from hostile.table import Behaviour
from hostile.town import BEHAVIOURS, Month, live, resolver
from virtual_time import run_virtually

from aggregator.fetch import address, web

DAYS = 30
GAP_S = 2.0
# A wait that a site asks for is kept, but for a day at most (fetch/failures.py).
LONGEST_WAIT = timedelta(days=1)


@pytest.fixture(scope="module")
def month(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Month]:
    """The month; the crawler is restarted in the middle of it."""
    authority = trustme.CA()
    trusted = ssl.create_default_context()
    authority.configure_trust(trusted)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("AGGREGATOR_ALLOW_NETWORKS", "127.0.0.1/32")
        patch.setattr(address, "resolve", resolver())
        patch.setattr(web, "trusted_authorities", lambda: trusted)
        folder = tmp_path_factory.mktemp("hostile")
        yield run_virtually(live(folder / "veille.db", authority=authority, days=DAYS, restarts=1))


def by_host(asked: Sequence[Asked]) -> dict[str, list[Asked]]:
    hosts: dict[str, list[Asked]] = defaultdict(list)
    for one in asked:
        hosts[one.host].append(one)
    return hosts


def test_the_table_is_long_enough_and_each_row_has_its_origin() -> None:
    names = [row.name for row in BEHAVIOURS]
    assert len(names) == len(set(names)) >= 60
    assert all(row.does and row.origin for row in BEHAVIOURS)


@pytest.mark.parametrize("row", BEHAVIOURS, ids=lambda row: row.name)
def test_each_behaviour_ends_as_expected(month: Month, row: Behaviour) -> None:
    seen = month.seen[row.name]
    assert set(seen.states.values()) == {row.state}, (seen.states, seen.reasons, seen.errors[-3:])
    if row.error is not None:
        assert seen.errors, seen.reasons
        assert seen.errors[0] == row.error, seen.errors[:3]
    if row.posts is not None:
        assert bool(seen.titles) is row.posts, seen.titles
    if row.proof is not None:
        row.proof(seen)


def known_validators(asked: Asked) -> dict[str, bytes]:
    """Return the conditional headers that the next request for the same address owes."""
    names = {"if-none-match": b"etag", "if-modified-since": b"last-modified"}
    found = {name: asked.reply.header(header) for name, header in names.items()}
    return {name: value for name, value in found.items() if value is not None}


def test_no_request_is_unconditional_where_a_validator_was_known(month: Month) -> None:
    known: dict[tuple[str, str], dict[str, bytes]] = {}
    rude, owed = [], 0
    for asked in month.asked:
        place = asked.host, asked.path
        owes = known.get(place, {})
        owed += bool(owes)
        if any(asked.headers.get(name) != value for name, value in owes.items()):
            rude.append((place, asked.now, owes, asked.headers))
        reply = asked.reply
        if reply.usable and reply.status == 200:
            known[place] = known_validators(asked)
        elif reply.status == 304:
            known[place] = owes | known_validators(asked)
    assert owed > 1000
    assert not rude, (len(rude), {place for place, *_ in rude}, rude[:3])


def asked_wait(asked: Asked) -> timedelta:
    """Return how long a host wants to be left alone after an answer."""
    text = asked.reply.header(b"retry-after")
    if asked.reply.status not in {429, 503} or text is None:
        return timedelta()
    if text.isdigit():
        return min(timedelta(seconds=int(text[:9])), LONGEST_WAIT)
    try:
        moment = parsedate_to_datetime(text.decode())
    except ValueError:
        return timedelta()
    return min(moment - asked.now, LONGEST_WAIT)


def test_no_host_is_asked_while_it_wants_to_be_left_alone(month: Month) -> None:
    pleas = 0
    for requests in by_host(month.asked).values():
        until = requests[0].now - LONGEST_WAIT
        for asked in requests:
            assert asked.now >= until, (asked.host, asked.path, asked.now, until)
            until = max(until, asked.now + asked_wait(asked))
            pleas += asked_wait(asked) > timedelta()
    assert pleas > 30


def test_nothing_that_robots_txt_closes_is_asked_for(month: Month) -> None:
    for row in BEHAVIOURS:
        assert not set(row.forbidden) & set(month.seen[row.name].paths()), row.name


def test_every_host_has_its_gaps(month: Month) -> None:
    for host, requests in by_host(month.asked).items():
        for earlier, later in pairwise(requests):
            assert earlier.ended_s is not None
            gap_s = later.begun_s - earlier.ended_s
            assert gap_s >= GAP_S - 1e-6, (host, earlier.path, later.path, gap_s)


def test_nothing_private_was_ever_connected_to(month: Month) -> None:
    assert month.strangers == 0
    assert {host for host, *_ in month.connected} == {"127.0.0.1"}


def test_everyone_is_told_who_asks(month: Month) -> None:
    agents = {asked.headers["user-agent"] for asked in month.asked}
    assert len(agents) == 1
    assert b"veille@example.org" in agents.pop()
    assert not any("cookie" in asked.headers for asked in month.asked)
