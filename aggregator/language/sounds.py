"""How a French word is heard, so that misspelt ones are found: kartier sounds like quartier."""

import re

_DOUBLE = re.compile(r"(.)\1+")


def sound(word: str) -> str:
    """Return a folded word as it is heard in French."""
    heard = word.replace("ph", "f").replace("qu", "k").replace("eau", "o").replace("au", "o")
    return _DOUBLE.sub(r"\1", heard.replace("h", ""))
