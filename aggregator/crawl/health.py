"""What is said of a source, and when it is visited again.

Sentences are French: citizens and moderators read them.
"""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from aggregator.language.french_dates import french_day
from aggregator.model import Health, Outcome, Source, SourceResult, State

SILENT_AFTER = timedelta(days=365)
LONGEST_PAUSE = timedelta(days=1)  # a failing source is tried at least once a day, for ever

# What each failure means for a moderator (the keys are error classes, FeedMoved among them).
EXPLANATIONS = {
    "HostUnreachable": "le site ne répond pas",
    "RobotsDisallowed": "le site demande aux robots de ne pas lire cette page",
    "PageTooLarge": "la page est trop lourde",
    "TooManyRedirects": "le site renvoie sans fin d’une adresse à l’autre",
    "ForbiddenAddress": "l’adresse n’est pas publique",
    "NotAFeed": "l’adresse du flux ne donne plus un flux",
    "FeedMoved": "l’adresse du flux donne maintenant une page ; un autre flux y est annoncé",
    "NothingFound": "aucune publication trouvée : la page a sans doute changé de forme",
    "ScraperFailed": "le collecteur ne sait plus lire la page",
}
STATUSES = {
    401: "la page demande un mot de passe",
    403: "le site nous refuse la page",
    404: "l’adresse n’existe plus",
    410: "la page a été supprimée pour de bon",
    429: "le site demande d’espacer les relevés",
    451: "la page est bloquée pour une raison légale",
}


def judge(
    result: SourceResult,
    *,
    post_count: int,
    newest_post: datetime | None,
    timezone: str,
) -> Health:
    """Say how a source is after a fetch.

    Args:
        result: What the fetch brought.
        post_count: How many posts we have of it, this fetch included.
        newest_post: The date of its newest dated post.
        timezone: Where days are counted.
    """
    if result.outcome is Outcome.FAILED:
        return Health(state=State.FAILING, reason=_failure(result))
    if result.moved_to is not None:
        where = result.moved_to
        return Health(
            state=State.MOVED,
            reason=f"a déménagé à l’adresse {where}, à reporter dans la liste des sources",
        )
    if post_count == 0:
        return Health(state=State.OK, reason="répond, mais n’a encore rien publié")
    if newest_post is None:
        return Health(state=State.OK, reason="répond ; ses publications ne portent pas de date")
    return _by_its_newest(newest_post, result.fetched, ZoneInfo(timezone))


def _by_its_newest(post: datetime, now: datetime, zone: ZoneInfo) -> Health:
    day = french_day(post.astimezone(zone).date())
    if post > now:
        return Health(state=State.OK, reason=f"annonce des dates jusqu’au {day}")
    if now - post > SILENT_AFTER:
        return Health(state=State.SILENT, reason=f"répond, mais n’a rien publié depuis le {day}")
    return Health(state=State.OK, reason=f"dernière publication le {day}")


def _failure(result: SourceResult) -> str:
    explanation = EXPLANATIONS.get(result.error_kind or "", "la lecture a échoué")
    if result.status is not None and result.status >= 400:
        said = "le site est lui-même en panne" if result.status >= 500 else "le site refuse la page"
        explanation = f"{STATUSES.get(result.status, said)} (réponse {result.status})"
    if result.proposed_feed is not None:
        explanation += f" : {result.proposed_feed}"
    return explanation


def next_fetch(
    source: Source, *, now: datetime, failures: int, retry_after_s: int | None = None
) -> datetime:
    """Say when a source is due again: its own rhythm, doubled at each failure up to a day.

    Args:
        source: The source; `every` is its rhythm.
        now: The moment of this fetch.
        failures: How many fetches in a row have failed, this one included.
        retry_after_s: What the site itself asked for (RFC 9110 §10.2.3).
    """
    rhythm = source.every or timedelta(hours=1)
    pause = rhythm
    if failures:
        # 2**10 hours are weeks already: larger exponents only overflow.
        pause = max(rhythm, min(rhythm * 2 ** min(failures, 10), LONGEST_PAUSE))
    if retry_after_s is not None:
        pause = max(pause, timedelta(seconds=retry_after_s))
    return now + pause
