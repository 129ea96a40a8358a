from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from aggregator.cli.curating import _day
from aggregator.crawl.trying import Trial
from aggregator.model import DateOrigin, Event, Post

PARIS = ZoneInfo("Europe/Paris")
SEEN = datetime(2026, 11, 22, 8, tzinfo=UTC)


@pytest.mark.parametrize(
    ("event", "day", "told"),
    [
        (None, "no date   ", None),
        (
            Event(starts=datetime(2026, 12, 2, 13, tzinfo=UTC)),
            "2026-12-02 14:00",
            "2026-12-02T14:00+01:00",
        ),
        (
            Event(starts=datetime(2026, 12, 1, 23, tzinfo=UTC), all_day=True),
            "2026-12-02",
            "2026-12-02",
        ),
    ],
)
def test_try_tells_when_an_event_takes_place(
    event: Event | None, day: str, told: str | None
) -> None:
    post = Post(
        source="essai",
        guid="1",
        url="https://a.example/",
        title="Permanence",
        published=SEEN,
        date_origin=DateOrigin.FIRST_SEEN,
        digest="",
        event=event,
    )
    trial = Trial(
        url="https://a.example/a.ics",
        feed=None,
        posts=(post,),
        rejections=(),
        warnings=(),
        proposal=None,
        zone=PARIS,
    )
    assert _day(post, PARIS) == day
    assert trial.to_json()["posts"][0]["event"] == told
