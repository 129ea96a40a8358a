"""Style sheet, script and icon: in memory, at addresses that change when their bytes do."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

FOLDER = Path(__file__).parent / "static"
_TYPES = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Asset:
    """One static file."""

    body: bytes
    content_type: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Assets:
    """All static files by the last part of their address."""

    by_name: Mapping[str, Asset]
    style: str  # addresses
    script: str
    icon: str

    @classmethod
    def load(cls) -> "Assets":
        """Read the folder."""
        names, found = {}, {}
        for path in sorted(FOLDER.iterdir()):
            body = path.read_bytes()
            digest = hashlib.sha256(body).hexdigest()[:10]
            names[path.name] = f"{path.stem}.{digest}{path.suffix}"
            found[names[path.name]] = Asset(body=body, content_type=_TYPES[path.suffix])
        return cls(
            by_name=found,
            style=f"/statique/{names['portail.css']}",
            script=f"/statique/{names['suggestions.js']}",
            icon=f"/statique/{names['icone.svg']}",
        )
