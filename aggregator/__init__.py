"""Civic watch: gathers a town's citizen sites and blogs, and makes them searchable.

The map of the program is `docs/architecture.md`; the words it uses are in `aggregator.model`.
"""

from aggregator.model import Entry, Page

__all__ = ["Entry", "Page", "__version__"]

__version__ = "0.1.0"
