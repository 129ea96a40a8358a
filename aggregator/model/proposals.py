"""A recipe found by the program, for moderators to accept."""

from dataclasses import dataclass

from aggregator.model.entries import Entry, Extraction
from aggregator.model.town import Recipe


@dataclass(frozen=True, slots=True, kw_only=True)
class ProposedRecipe:
    """How a listing page may be read, and what that gives.

    Attributes:
        extraction: Exactly what the recipe reads on the page; its warnings say besides where only
            the beginning of a huge page was looked at.
        score: How much it looks like the page's main list; only to be compared with others of the
            same page.
    """

    recipe: Recipe
    extraction: Extraction
    score: float

    @property
    def entries(self) -> tuple[Entry, ...]:
        """The items it finds."""
        return self.extraction.entries
