"""SQL of the pages, and the values it gives."""
