"""The words of the program: the values that pass from room to room.

All are frozen, and built by keyword. Every `datetime` is aware and in UTC. The same words, on
screen and in the sources list, are explained in docs/architecture.md.
"""

from aggregator.model.archives import ArchiveAsk, ArchivedPage, ArchiveReading
from aggregator.model.articles import ArticlePage, DateBy
from aggregator.model.documents import DOCUMENT_KINDS, DocumentState, DocumentText
from aggregator.model.entries import Entry, Extraction, FeedCandidate, Hints
from aggregator.model.order import EPOCH, SLOTS, first_id, moment_of
from aggregator.model.pages import PRODUCT, Ask, Memory, NotModified, Page, Said
from aggregator.model.posts import DOCUMENTS, Attached, DateOrigin, Event, Post, Rejection
from aggregator.model.proposals import ProposedRecipe
from aggregator.model.records import MOST_REFUSED, Attendance, Deliberation, Record, Subsidy
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
from aggregator.model.services import SERVICES, Option, Service
from aggregator.model.town import (
    KINDS,
    Article,
    Display,
    Instance,
    Quartier,
    Recipe,
    Source,
    Tab,
    Town,
)

__all__ = [
    "DOCUMENTS",
    "DOCUMENT_KINDS",
    "EPOCH",
    "KINDS",
    "MOST_REFUSED",
    "PRODUCT",
    "SERVICES",
    "SLOTS",
    "Appointment",
    "ArchiveAsk",
    "ArchiveReading",
    "ArchivedPage",
    "Article",
    "ArticlePage",
    "Ask",
    "Attached",
    "Attendance",
    "DateBy",
    "DateOrigin",
    "Deliberation",
    "Display",
    "DocumentState",
    "DocumentText",
    "Entry",
    "Event",
    "Extraction",
    "FeedCandidate",
    "Habits",
    "Health",
    "Hints",
    "Instance",
    "Memory",
    "Move",
    "NotModified",
    "Option",
    "Outcome",
    "Page",
    "Post",
    "ProposedRecipe",
    "Quartier",
    "Recipe",
    "Record",
    "Rejection",
    "Said",
    "SaveCount",
    "Saved",
    "Service",
    "Source",
    "SourceResult",
    "State",
    "Subsidy",
    "Tab",
    "Town",
    "first_id",
    "moment_of",
]
