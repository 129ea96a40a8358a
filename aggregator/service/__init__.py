"""Runs the three processes of the program, and stops them together.

Crawler, portal and analysts' Datasette are processes of their own: parsing beside the portal in
one process made its pages ten times slower, and citizens must not feel an analyst's query.
"""

from aggregator.service.supervisor import Child, supervise

__all__ = ["Child", "supervise"]
