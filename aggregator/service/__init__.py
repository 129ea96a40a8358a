"""Runs the three processes of the program, and stops them together.

Crawler, portal and analysts' Datasette are processes of their own: parsing beside the portal in
one process made its pages ten times slower (read-side.md §4), and an analyst's query must not be
felt by citizens (§5).
"""

from aggregator.service.supervisor import Child, supervise

__all__ = ["Child", "supervise"]
