"""The habits of a source, as the JSON of one column.

Moments are seconds since 1970: there are 40 of them, written at every fetch.
"""

import json
from datetime import UTC, datetime

from aggregator.model import Habits, Hints

_JSON = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"))


def to_json(habits: Habits) -> str:
    """Write them; what is empty is left out."""
    hints = habits.hints
    values = {
        "times": [int(moment.timestamp()) for moment in habits.times],
        "lengths": habits.lengths,
        "titles": habits.titles,
        "ahead": habits.ahead,
        "items": habits.items,
        "visits": habits.visits,
        "fruitful": habits.fruitful,
        "ttl_s": hints.ttl_s,
        "skip_hours": sorted(hints.skip_hours),
        "skip_days": sorted(hints.skip_days),
        "hub": hints.hub,
        "topic": hints.topic,
    }
    return _JSON.encode({name: value for name, value in values.items() if value})


def from_json(text: str) -> Habits:
    """Read what `to_json` wrote."""
    values = json.loads(text)
    return Habits(
        times=tuple([datetime.fromtimestamp(moment, UTC) for moment in values.get("times", ())]),
        lengths=tuple(values.get("lengths", ())),
        titles=tuple(values.get("titles", ())),
        ahead=tuple(values.get("ahead", ())),
        items=values.get("items", 0),
        visits=values.get("visits", 0),
        fruitful=values.get("fruitful", 0),
        hints=Hints(
            ttl_s=values.get("ttl_s"),
            skip_hours=frozenset(values.get("skip_hours", ())),
            skip_days=frozenset(values.get("skip_days", ())),
            hub=values.get("hub"),
            topic=values.get("topic"),
        ),
    )
