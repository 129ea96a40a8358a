"""What we add to a post that its author did not write: who speaks, and where.

Takes a `Post`, gives a `Post`.
"""

from dataclasses import replace

from aggregator.model import Post, Source


def enrich(post: Post, *, source: Source) -> Post:
    """Give a post the instance and the quartiers its source speaks for."""
    if (post.instance, post.quartiers) == (source.instance, source.quartiers):
        return post
    return replace(post, instance=source.instance, quartiers=source.quartiers)
