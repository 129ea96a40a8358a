"""The moderators' list: sources.yaml, read and checked as a whole.

`load_sources` is the door. The file is text from people: everything wrong in it is reported at
once, with the line, what is wrong and what to write.
"""

from aggregator.sources.adding import add_source, with_slug
from aggregator.sources.loader import load_sources
from aggregator.sources.watching import WatchedTown

__all__ = ["WatchedTown", "add_source", "load_sources", "with_slug"]
