"""What is said of a source, judged by its own past.

Sentences are French: citizens and moderators read them.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

from aggregator.crawl.habits import RECENT, dates_its_posts
from aggregator.language.french_dates import each, french_day
from aggregator.model import Habits, Health, Move, Outcome, Source, SourceResult, State

SILENT_AFTER = timedelta(days=365)
SETTLED_AFTER = timedelta(days=3)
SETTLED_FETCHES = 3
_LATE_AFTER = timedelta(days=7)
_LATE_SPAN = timedelta(days=1)
_LATE_TIMES = 8  # known ones: with fewer, a long gap is no surprise
_SHRUNK = 5  # times shorter than before
_LONG = 200  # characters: shorter texts vary by as much
_AHEAD = 3  # of the last five
_BACK = frozenset({State.FAILING, State.GONE, State.DRIFTED, State.EMPTY})

# What each failure means for a moderator (the keys are error classes, FeedMoved among them).
EXPLANATIONS = {
    "HostUnreachable": "le site ne répond pas",
    "BadCertificate": "le certificat de sécurité du site n’est pas valable",
    "CertificateExpired": "le certificat de sécurité du site a expiré",
    "RobotsDisallowed": "le site demande aux robots de ne pas lire cette page",
    "PageTooLarge": "la page est trop lourde",
    "TooManyRedirects": "le site renvoie sans fin d’une adresse à l’autre",
    "ForbiddenAddress": "l’adresse n’est pas publique",
    "ReadError": "la page est venue, mais sa lecture a échoué",
    "NotAFeed": "l’adresse du flux ne donne plus un flux",
    "FeedMoved": "l’adresse du flux donne maintenant une page\u202f; un autre flux y est annoncé",
    "NothingFound": "aucune publication trouvée\u00a0: la page a sans doute changé de forme",
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
    source: Source,
    habits: Habits,
    post_count: int,
    newest_post: datetime | None,
    move: Move | None,
    past: State,
    timezone: str,
) -> Health:
    """Say how a source is after a fetch.

    Args:
        result: What the fetch brought.
        source: Whose fetch it was.
        habits: Its habits, this fetch included.
        post_count: How many posts we have of it, this fetch included.
        newest_post: The date of its newest dated post.
        move: The permanent redirect that was met, and for how long.
        past: How it was before.
        timezone: Where days are counted.
    """
    if result.outcome is Outcome.FAILED:
        return _failed(result, post_count)
    now, zone = result.fetched, ZoneInfo(timezone)
    if move is not None and is_settled(move, now=now):
        return Health(
            state=State.MOVED,
            reason=f"a déménagé à l’adresse {move.to}, à reporter dans la liste des sources",
        )
    if not dates_its_posts(source):
        newest_post = None
    found = (
        _drifted(source, habits)
        or _empty(result, habits, post_count)
        or _quiet(habits, newest_post, now, zone)
    )
    if found is not None:
        return found
    # A list without dates: they stand on the posts' own pages, which are opened after the visit.
    if newest_post is None and dates_its_posts(source) and past in {State.NEW, *_BACK}:
        return Health(state=State.OK, reason="répond" if past is State.NEW else "répond de nouveau")
    well = _well(newest_post, now, zone) if dates_its_posts(source) else _read(source)
    return Health(
        state=State.OK, reason=f"répond de nouveau\u202f; {well}" if past in _BACK else well
    )


def is_settled(move: Move, *, now: datetime) -> bool:
    """Tell whether a permanent redirect is one: seen on several fetches, over days.

    RFC 9110 §15.4.2 takes 301 at its word; captive portals and broken servers send it for an hour.
    """
    return move.fetches >= SETTLED_FETCHES and now - move.since >= SETTLED_AFTER


def _failed(result: SourceResult, post_count: int) -> Health:
    reason = EXPLANATIONS.get(result.error_kind or "", "la lecture a échoué")
    state = State.FAILING
    if result.status is not None and result.status >= 400:
        said = "le site est lui-même en panne" if result.status >= 500 else "le site refuse la page"
        reason = f"{STATUSES.get(result.status, said)} (réponse {result.status})"
        state = State.GONE if result.status == 410 else State.FAILING
    elif result.error_kind == "NothingFound" and post_count:
        state = State.DRIFTED
        reason = f"{reason} (nous en gardons {post_count} d’avant)"
    if result.proposed_feed is not None:
        reason += f"\u00a0: {result.proposed_feed}"
    return Health(state=state, reason=reason)


def _drifted(source: Source, habits: Habits) -> Health | None:
    """Compare the last posts with those before: a page rebuilt shows in what is read from it.

    A platform has a form of its own, and its reader says when that has changed; the posts of a
    weekly event are all alike.
    """
    if source.service is not None:
        return None
    drifts = [
        _shrunk(habits.lengths[:-RECENT], habits.lengths[-RECENT:]),
        _same_titles(habits.titles[:-RECENT], habits.titles[-RECENT:]),
    ]
    if source.kind != "agenda":  # announces what is to come
        drifts.append(_runs_ahead(habits.ahead[:-RECENT], habits.ahead[-RECENT:]))
    reasons = [reason for reason in drifts if reason is not None]
    if not reasons:
        return None
    return Health(state=State.DRIFTED, reason=" et ".join(reasons) + ", sa page a pu changer")


def _shrunk(before: Sequence[int], last: Sequence[int]) -> str | None:
    if len(before) < RECENT:
        return None
    usual, now = (sorted(lengths)[len(lengths) // 2] for lengths in (before, last))
    if usual < _LONG or now * _SHRUNK >= usual:
        return None
    return f"ses derniers textes ont environ {now} caractères au lieu de {usual}"


def _same_titles(before: Sequence[str], last: Sequence[str]) -> str | None:
    differed = len(set(before)) > len(before) / 2
    if len(before) < RECENT or not differed or len(set(last)) > 1:
        return None
    return f"ses {len(last)} dernières publications portent toutes le même titre"


def _runs_ahead(before: Sequence[bool], last: Sequence[bool]) -> str | None:
    if len(before) < RECENT or sum(last) < _AHEAD or sum(before) * RECENT > len(before):
        return None
    return f"{sum(last)} de ses {len(last)} dernières publications sont datées du futur"


def _empty(result: SourceResult, habits: Habits, post_count: int) -> Health | None:
    if post_count == 0:
        reason = "répond, mais n’a encore rien publié"
        if habits.items or result.rejections:
            reason = "répond, mais rien de ce qu’il publie n’a pu être gardé"
        return Health(state=State.EMPTY, reason=reason)
    # Posts without a habit are older than habits, and nothing is known of the page.
    if habits.items == 0 and (habits.titles or result.outcome is Outcome.SAVED):
        kept = "la publication" if post_count == 1 else f"les {post_count} publications"
        return Health(
            state=State.EMPTY,
            reason=f"répond, mais ne contient plus rien\u202f; nous gardons {kept} d’avant",
        )
    return None


def _quiet(
    habits: Habits, newest_post: datetime | None, now: datetime, zone: ZoneInfo
) -> Health | None:
    last = habits.times[-1] if habits.times else None
    newest = newest_post or last
    if newest is None:
        return None
    if now - newest > SILENT_AFTER:
        since = _day(newest, zone)
        return Health(state=State.SILENT, reason=f"répond, mais n’a rien publié depuis le {since}")
    return None if last is None else _late(habits.times, now, zone)


def _late(known: Sequence[datetime], now: datetime, zone: ZoneInfo) -> Health | None:
    times = sorted(set(known))  # many at once are one
    # Posts of one day are how a site began, no rhythm.
    if len(times) < _LATE_TIMES or times[-1] - times[0] < _LATE_SPAN:
        return None
    longest = max(after - before for before, after in pairwise(times))
    if now - times[-1] <= max(2 * longest, _LATE_AFTER):
        return None
    since = _day(times[-1], zone)
    usual = each((times[-1] - times[0]) / (len(times) - 1))
    return Health(
        state=State.LATE,
        reason=f"n’a rien publié depuis le {since}, alors qu’il publie d’habitude {usual}",
    )


def _well(newest_post: datetime | None, now: datetime, zone: ZoneInfo) -> str:
    if newest_post is None:
        return "répond\u202f; ses publications ne portent pas de date"
    day = _day(newest_post, zone)
    return (
        f"annonce des dates jusqu’au {day}"
        if newest_post > now
        else f"dernière publication le {day}"
    )


def _read(source: Source) -> str:
    return "ses rendez-vous sont lus" if source.kind == "agenda" else "ses données sont lues"


def _day(moment: datetime, zone: ZoneInfo) -> str:
    return french_day(moment.astimezone(zone).date())
