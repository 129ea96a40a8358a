"""Why a document was not read, or not whole: sentences that citizens read."""

from aggregator.readers.documents.lines import Ending, Heard, Kind

SCANNED = "Document numérisé sans texte."
EMPTY = "Le document ne contient aucun texte."
FOREIGN = "Le fichier n’est ni un PDF, ni un ODT, ni un DOCX."


def why_not_whole(heard: Heard) -> str:
    """Return why a reading ended before the last page; empty where it did not."""
    match heard.ending:
        case Ending.DONE:
            return ""
        case Ending.LOCKED:
            return "Le document demande un mot de passe."
        case Ending.TIME:
            cause = "La lecture prenait trop de temps"
        case Ending.FOREIGN:
            return FOREIGN
        case Ending.PAGES:
            read = f"seules les {_number(len(heard.pages))} premières ont été lues"
            return f"Le document a {_number(heard.page_count)}\u00a0pages\u00a0: {read}."
        case Ending.DAMAGED | Ending.CRASH:
            cause = "Le fichier est abîmé"
        case Ending.CHARACTERS | Ending.SIZE | Ending.MEMORY:
            cause = "Le document est trop gros"
    return f"{cause}\u00a0: {_what_was_read(heard)}."


def pages_without_text(heard: Heard) -> str:
    """Tell how many pages have no text to read; empty where all may have."""
    kinds = [page.kind for page in heard.pages]
    pictures, broken = kinds.count(Kind.PICTURE), kinds.count(Kind.BROKEN)
    is_bare = heard.ending is Ending.DONE and not any(page.text for page in heard.pages)
    if is_bare and not pictures and not broken:
        return EMPTY
    said = []
    if pictures:
        said.append(f"{_pages(pictures, len(kinds))} sans texte ({_many('image', pictures)})")
    if broken:
        said.append(f"{_pages(broken, len(kinds))} {_many('illisible', broken)}")
    return f"{', '.join(said)}." if said else ""


def recognised(count: int, scanned: int) -> str:
    """Tell that a program has read pictures of pages, and how many of them."""
    which = "" if count == scanned else f" sur {_number(count)} des {_number(scanned)}\u00a0pages"
    return f"Document numérisé\u00a0: texte reconnu par un programme{which}, qui a pu se tromper."


def _what_was_read(heard: Heard) -> str:
    count = len(heard.pages)
    if not any(page.text for page in heard.pages):
        return "rien n’a pu en être lu"
    if heard.media != "pdf":
        return "seul le début a été lu"
    if count == 1:
        return "seule la première page a été lue"
    return f"seules les {_number(count)}\u00a0premières pages ont été lues"


def _pages(some: int, count: int) -> str:
    return f"{_number(some)}\u00a0{_many('page', some)} sur {_number(count)}"


def _many(word: str, count: int) -> str:
    return f"{word}s" if count > 1 else word


def _number(count: int) -> str:
    return f"{count:,}".replace(",", "\u202f")
