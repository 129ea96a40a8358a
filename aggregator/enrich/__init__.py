"""What we add to a post that its author did not write: who speaks, where, with which documents.

Takes a `Post`, gives a `Post`.
"""

from dataclasses import replace

from aggregator.enrich.documents import documents
from aggregator.model import Post, Source

__all__ = ["enrich"]


def enrich(post: Post, *, source: Source) -> Post:
    """Give a post the instance and the quartiers its source speaks for, and its documents."""
    found = documents(post.html)
    if (post.instance, post.quartiers, post.documents) == (
        source.instance,
        source.quartiers,
        found,
    ):
        return post
    return replace(post, instance=source.instance, quartiers=source.quartiers, documents=found)
