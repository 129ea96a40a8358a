"""Untrusted entries become posts that can be kept and shown: dates, html, text, urls, titles."""

from aggregator.normalise.post import normalise

__all__ = ["normalise"]
