"""A listing page without a feed: which blocks repeat, and the recipe that reads them.

Rules only, and none of a site's own. Blocks that a short selector finds three times or more are
weighed by what their items offer (a heading, a day, a document, a text; links that differ, titles
that vary) and by where they stand; menus, footers and pagers weigh next to nothing. What is
proposed has been read again by `read_recipe`: its entries are exactly those a crawl would get.
"""

from aggregator.readers.listing.proposing import propose_recipes

__all__ = ["propose_recipes"]
