"""The database: rows, revisions, health, full-text index; its only writer.

A map:

    database.py   the open file: transactions, names
    opening.py    the file, its pragmas, and a sentence for whatever is wrong with it
    schema.py     migrations and views, found in db/
    towns.py      sources.yaml → instances, quartiers, sources and their standing
    tags.py       what posts are filed under, as columns and facet tokens
    themes.py     sources' own categories, brought together
    retagging.py  posts follow when their source is filed elsewhere
    identity.py   which stored row an item of a page is, by its guid
    recognising.py and by all else: the same post under another guid
    keys.py       what leads to posts that an item may be
    proof.py      whether two posts are one
    dates.py      when a new date replaces a stored one
    ids.py        row ids that follow dates; permanent public names
    planning.py   what saving a batch will write
    saving.py     posts: new, changed, unchanged
    recording.py  what became of a fetch: log, health, validators
    habits.py     the habits of a source, as JSON
    histories.py  which sources are due, and what is known of each
    agreements.py pauses of hosts, subscriptions at hubs, reservations of sites
    archives.py   how far each source is read back, and what is missing
    archives_sql.py its SQL; archive_model.py what it takes and answers with
    rolling.py    old fetches become sums by day
    backup.py     copies, made while a crawl writes
    rotation.py   which copies are kept
    verifying.py  a copy, restored and compared
    linking.py    which documents posts link to
    documents.py  what these say, and their words in the index
    index.py      the full-text index follows posts
    lexicon.py    the words of posts, in `terms`
    counting.py   how many posts hold each term
    rebuilding.py index, terms and facets made anew
    checking.py   whether they are what the posts make of them
    lock.py       one rebuild at a time
    likeness.py   which posts resemble each other
    topics.py     what is talked about
    naming.py     the names in a text
    known_pages.py what a page has added, against its feed
    events.py     when and where the events take place that posts announce
    records.py    civic data of the national formats
    filed.py      which row a guid is filed under
    pages.py      what posts' own pages add; posts taken back

`db/README.md` describes the tables and views.
"""

from aggregator.store.archive_model import (
    Archive,
    ArchiveAnswer,
    ArchiveStep,
    ArchiveWay,
    KnownPost,
)
from aggregator.store.model import (
    Due,
    DueDocument,
    HostPause,
    IndexCheck,
    IndexReport,
    ReadDocument,
    SourceHistory,
    SourceStatus,
    Subscription,
)
from aggregator.store.opening import open_readonly, prepare, reading
from aggregator.store.pages import DuePage, PageRead
from aggregator.store.store import Store

__all__ = [
    "Archive",
    "ArchiveAnswer",
    "ArchiveStep",
    "ArchiveWay",
    "Due",
    "DueDocument",
    "DuePage",
    "HostPause",
    "IndexCheck",
    "IndexReport",
    "KnownPost",
    "PageRead",
    "ReadDocument",
    "SourceHistory",
    "SourceStatus",
    "Store",
    "Subscription",
    "open_readonly",
    "prepare",
    "reading",
]
