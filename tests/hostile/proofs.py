"""What request logs must show."""

from itertools import pairwise

from hostile.table import Proof, Seen


def conditional(name: str) -> Proof:
    """All but the first request carry a header, and some were answered 304."""

    def prove(seen: Seen) -> None:
        assert all(name in asked.headers for asked in seen.asked[1:])
        assert any(asked.reply.status == 304 for asked in seen.asked)

    return prove


def asked_times(path: str, least: int, most: int) -> Proof:
    """A path was asked so often."""

    def prove(seen: Seen) -> None:
        assert least <= len(seen.of(path)) <= most, (path, len(seen.of(path)))

    return prove


def never(*paths: str) -> Proof:
    """Paths were never asked."""

    def prove(seen: Seen) -> None:
        assert not set(paths) & set(seen.paths())

    return prove


def gap_of(path: str, least_s: float) -> Proof:
    """Two requests for a path are never closer than so."""

    def prove(seen: Seen) -> None:
        begun = [asked.begun_s for asked in seen.of(path)]
        assert len(begun) >= 2
        assert all(later - earlier >= least_s for earlier, later in pairwise(begun)), [
            later - earlier for earlier, later in pairwise(begun) if later - earlier < least_s
        ]

    return prove


def both(*proofs: Proof) -> Proof:
    """All of several proofs."""

    def prove(seen: Seen) -> None:
        for proof in proofs:
            proof(seen)

    return prove


def said(words: str) -> Proof:
    """The French sentence of the source's health holds some words."""

    def prove(seen: Seen) -> None:
        assert any(words in reason for reason in seen.reasons.values()), seen.reasons

    return prove
