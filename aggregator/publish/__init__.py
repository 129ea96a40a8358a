"""Posts in the formats of others; one function a format, each pure."""

from aggregator.publish.atom import AtomEntry, atom

__all__ = ["AtomEntry", "atom"]
