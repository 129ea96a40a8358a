"""The citizens' pages: a Datasette plugin that serves nothing but its own French pages.

One file a concern: `server` builds and serves, `plugin` holds the hooks, `routes` the addresses,
`views` and `listings` one function a page, `queries` the SQL behind them, `site` what all pages
share, `refusals` what is said where there is none, `guard` what no request gets past; `gateway`
leads `/donnees/` to the analysts' process.
"""
