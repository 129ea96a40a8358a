"""The citizens' pages: a Datasette plugin that serves nothing but its own French pages.

One file a concern: `server` builds and serves, `plugin` holds the hooks, `routes` the addresses,
`views` one function a page, `queries` the SQL behind them, `answers` what every answer carries,
`guard` what no request gets past.
"""
