"""When a post's new date replaces the stored one."""

from aggregator.model import DateOrigin

# How much a date says; less never replaces more.
_RANK = {
    DateOrigin.FIRST_SEEN: 0,
    DateOrigin.INFERRED: 1,
    DateOrigin.DAY_ONLY: 2,
    DateOrigin.STATED: 3,
}


def replaces(
    new: tuple[str, DateOrigin],
    old: tuple[str, DateOrigin],
    *,
    edited: bool,
    renamed: bool = False,
    first_seen: str,
    seen: str,
) -> bool:
    """Tell whether a date takes the place of the stored one.

    Dates are pairs of ISO 8601 text in UTC and origin. Five rules:

    - a vaguer date never replaces a better one; no date at all replaces nothing;
    - a better one always does;
    - an inferred one (« hier », a missing year) would drift from day to day: it is worked out
      again only when the post was edited;
    - one that moves past the moment we first saw the post, while nothing else changed, is the
      time at which the site built its feed, not the post's;
    - under another guid than the one the post was first met with, only a better date counts, and
      only one before we first saw the post: a site that moved may state the day of its move.

    Args:
        new: As the site has it now.
        old: As we have it.
        edited: Whether title or text changed.
        renamed: Whether the post was first met under another guid.
        first_seen: When we first saw the post.
        seen: Now.
    """
    if new == old:
        return False
    rank = _RANK[new[1]]
    if renamed:
        return rank > _RANK[old[1]] and new[0] <= first_seen
    if rank != _RANK[old[1]]:
        return rank > _RANK[old[1]]
    if new[1] in {DateOrigin.FIRST_SEEN, DateOrigin.INFERRED}:
        return edited and new[1] is DateOrigin.INFERRED
    return edited or not first_seen < new[0] <= seen
