"""Documents (PDF, ODT, DOCX): their text, page by page.

The door is `read_document`. What is read comes from strangers, so a process of its own reads it,
bound in time, memory and output; how much that is stands in limits.py.
"""

from aggregator.readers.documents.reading import read_document

__all__ = ["read_document"]
