"""How a French word is heard, so that misspelt ones are found: kartier sounds like quartier.

Rough on purpose: accents are gone already, and sounds that people mix up in writing are one.
"""

import re

_LONGEST_WORD = 40
# In their order. Capitals are sounds that no later rule takes for letters: A (an), E (eu), I (in),
# O (on), S (ch), U (ou), Y (ill); _ is an end that is heard as é or not at all.
_RULES = (
    # Consonants of several letters.
    ("ph", "f"),
    ("c+(?:eu|ue)il", "keuil"),
    ("ch(?=[lnr])|ck|c?qu?", "k"),
    ("s?ch|sh", "S"),
    ("h", ""),
    # Ends: plurals first.
    ("(?<=...)[sxz]$", ""),
    ("(?<=..[^e])[dpt]$|(?<=..n)[cg]$", ""),
    ("(?<=..)(?:er|et|ez|ai|ait|ee?)$", "_"),
    # c, g, s, t, x before what follows them.
    ("xc(?=[eiy])|cc(?=[eiy])|x", "ks"),
    ("sc(?=[eiy])|c(?=[eiy_])", "s"),
    ("gu(?=[eiy_])", "G"),
    ("g(?=[eiy_])e?(?=[ao])|g(?=[eiy_])", "j"),
    ("(?<!s)t(?=i(?:on|el|eu|aire))|z", "s"),
    ("c", "k"),
    ("G", "g"),
    ("w", "v"),
    # Vowels.
    ("(?<=[aeiou])ill|(?<=[aeu])il$|(?<=[aeou])y(?=[aeiou])", "Y"),
    (r"(.)\1+", r"\1"),
    ("eau|au", "o"),
    ("(?<=[iYy])en(?![aeiouy_]|s_)|(?:[ae]i|[iyu])n(?![aeiouy_])|(?:[ae]i|[iyu])m(?=[bp])", "I"),
    ("[ae]n(?![aeiouy_])|[ae]m(?=[bp])", "A"),
    ("on(?![aeiouy_])|om(?=[bp])", "O"),
    ("ou", "U"),
    ("oeu|eu", "E"),
    ("[ae][iy]|oe|ae", "e"),
    ("y", "i"),
    ("_", ""),
    (r"(.)\1+", r"\1"),
)
_COMPILED = tuple((re.compile(letters), heard) for letters, heard in _RULES)


def sound(word: str) -> str:
    """Return how a folded word is heard in French; never empty for a word.

    Words that sound the same are often spelt for one another, and few words share a sound.
    """
    heard = word[:_LONGEST_WORD]
    for letters, sounds in _COMPILED:
        heard = letters.sub(sounds, heard)
    return heard or word
