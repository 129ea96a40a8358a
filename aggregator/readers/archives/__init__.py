"""From a site's present to its past: the ways it may be read back, and each answer on the way.

Pure, as all readers: `archive_starts` says where to ask, whoever fetches it hands the answer to
`read_archive`, which says where to go on. Nothing here remembers what was asked before: the caller
asks no address twice, and ends a way that brings nothing new, since some sites answer any page
with the first one.
"""

from aggregator.readers.archives.addresses import may_be_post, site_of
from aggregator.readers.archives.reading import is_end, read_archive
from aggregator.readers.archives.starting import archive_starts

__all__ = ["archive_starts", "is_end", "may_be_post", "read_archive", "site_of"]
