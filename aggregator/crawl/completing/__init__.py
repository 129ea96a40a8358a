"""Completing what feeds tell: archives, posts' own pages, documents.

A map:

    turns.py      the daemon's job: who works when, and how much
    workers.py    all workers
    pages.py      the worker of posts' own pages
    opening.py    one page: its text, its date, or that it is gone
    budget.py     how many requests may be made
    hosts.py      several hosts side by side, and the pauses they ask for
    quiet.py      the hours in which the town sleeps
    archives.py   the worker of archives: which sources, side by side
    backfill.py   one source, read back step by step
    steps.py      one step: asked, read, and what became of it
    ways.py       when a way has led to its end, and what is tried then
    addresses.py  at which address an opened page stands
    known.py      which posts need no second look
    documents.py  the worker of documents
    reading_documents.py  one of them: fetched, read, and what became of it
    patience.py   work that takes minutes
    writing.py    the store, in a thread beside the event loop
    claims.py     one reader of an archive at a time
    rehearsal.py  what a backfill would do
"""

from aggregator.crawl.completing.budget import Budget
from aggregator.crawl.completing.turns import Completing, Worker

__all__ = ["Budget", "Completing", "Worker"]
