"""What we add to a post that its author did not write: who speaks, where, with which documents.

Takes a `Post`, gives a `Post`. Of a document it tells the kind and the numbers of délibérations; of
two texts of a post, which one is whole.
"""

from dataclasses import replace

from aggregator.enrich.attached import attached
from aggregator.enrich.documents import documents
from aggregator.enrich.kinds import document_kind
from aggregator.enrich.numbers import deliberation_numbers
from aggregator.enrich.wholeness import Choice, choose, lack
from aggregator.model import Post, Source

__all__ = ["Choice", "choose", "deliberation_numbers", "document_kind", "enrich", "lack"]


def enrich(post: Post, *, source: Source) -> Post:
    """Give a post whom and where its source speaks for, its documents, and what it lacks."""
    found = documents(post.html)
    enriched = replace(
        post,
        instance=source.instance,
        quartiers=source.quartiers,
        documents=found,
        attached=attached(post, found),
        lack=lack(post, source=source),
    )
    return post if enriched == post else enriched
