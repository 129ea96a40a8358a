"""The write side: what is due, one pass over it, health, rhythm, and the schedule.

The whole path of one source, as `visit` and `crawl` walk it::

    store.due        which sources are due now, and what earlier visits left
      | fetch        one request at a time per host; conditional, bounded, guarded
      | read         feed, recipe or scraper: bytes -> entries; of a feed, only those not known
      | normalise    entry -> post, or a rejection
      | enrich       instance, quartiers
      | learn        what the source has accustomed us to (habits)
      | judge        how it is, and why (health)
      | appoint      when it is visited next, and why (rhythm)
      | store.save   posts, validators, health and log of many sources in one transaction (ledger)
      | relate       which posts resemble each other, what is talked about (afterwards)

A SourceError becomes that source's result and the others go on; so does a fault of ours that a
page brings out while it is read or saved. A StoreError ends the crawl.

The daemon and its schedule are imported by their modules: a crawl by hand needs neither.
"""

from aggregator.crawl.passing import crawl
from aggregator.crawl.relating import relate
from aggregator.crawl.report import line, summary, to_json
from aggregator.crawl.visiting import Past, Visit, visit

__all__ = ["Past", "Visit", "crawl", "line", "relate", "summary", "to_json", "visit"]
