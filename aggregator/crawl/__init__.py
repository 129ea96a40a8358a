"""The write side: what is due, one pass over it, health, and the schedule.

The whole path of one source, as `visit` and `crawl` walk it::

    store.due        which sources are due now
      | fetch        one request at a time per host; conditional, bounded, guarded
      | read         feed, recipe or scraper: bytes -> entries
      | normalise    entry -> post, or a rejection
      | enrich       instance, quartiers
      | store.save   posts, validators, health and log in one transaction

A SourceError becomes that source's result and the others go on; so does a fault of ours that a
page brings out while it is read. A StoreError ends the crawl.
"""

from aggregator.crawl.passing import crawl
from aggregator.crawl.report import summary, to_json
from aggregator.crawl.scheduling import keep_crawling
from aggregator.crawl.visiting import Visit, visit

__all__ = ["Visit", "crawl", "keep_crawling", "summary", "to_json", "visit"]
