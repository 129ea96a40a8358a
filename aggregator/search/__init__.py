"""French queries in, posts and facets out; knows SQLite, and nothing of web pages."""
