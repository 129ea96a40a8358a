"""Commands: words only, no logic."""
