"""The page of one post: its text, title, date and author, the surroundings left out.

The door is `read_article`.
"""

from aggregator.readers.article.reading import read_article

__all__ = ["read_article"]
