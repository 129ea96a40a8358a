"""The words of the program: the values that pass from room to room.

All are frozen, and built by keyword. Every `datetime` is aware and in UTC. The same words, on
screen and in the sources list, are explained in docs/architecture.md.
"""

from aggregator.model.entries import Entry, Extraction, FeedCandidate, Hints
from aggregator.model.order import EPOCH, SLOTS, first_id, moment_of
from aggregator.model.pages import PRODUCT, Memory, NotModified, Page, Said
from aggregator.model.posts import DOCUMENTS, DateOrigin, Post, Rejection
from aggregator.model.results import (
    Appointment,
    Habits,
    Health,
    Move,
    Outcome,
    SaveCount,
    Saved,
    SourceResult,
    State,
)
from aggregator.model.town import KINDS, Display, Instance, Quartier, Recipe, Source, Tab, Town

__all__ = [
    "DOCUMENTS",
    "EPOCH",
    "KINDS",
    "PRODUCT",
    "SLOTS",
    "Appointment",
    "DateOrigin",
    "Display",
    "Entry",
    "Extraction",
    "FeedCandidate",
    "Habits",
    "Health",
    "Hints",
    "Instance",
    "Memory",
    "Move",
    "NotModified",
    "Outcome",
    "Page",
    "Post",
    "Quartier",
    "Recipe",
    "Rejection",
    "Said",
    "SaveCount",
    "Saved",
    "Source",
    "SourceResult",
    "State",
    "Tab",
    "Town",
    "first_id",
    "moment_of",
]
