"""The sample town: an invented French town's web, served on loopback for `aggregator demo`."""

from aggregator.sample.server import PORT, SampleTown

__all__ = ["PORT", "SampleTown"]
