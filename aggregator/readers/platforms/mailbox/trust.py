"""Whether a mail is a newsletter of the sender that a source names, and meant for all.

Anybody may write to a mailbox in any name, and not all that a town hall writes is for the public.
"""

import re
from email.message import Message

# What the operator's own server found out (RFC 8601); it puts its header on top of all others.
_RESULTS = "Authentication-Results"
_LISTS = ("List-Id", "List-Unsubscribe", "List-Post")
_CONFIRM = re.compile(
    r"confirm\w{0,12}\b.{0,60}\b(?:inscription|abonnement|adresse|e-?mail|subscription)"
    r"|\b(?:inscription|abonnement)\b.{0,60}confirm"
    r"|mot de passe|password|code de (?:connexion|vérification)",
    re.IGNORECASE,
)
_CHARS = 4_000


def is_from(address: str, sender: str) -> bool:
    """Tell whether an address is the sender's: it, or one of the domain or below it."""
    address = address.lower()
    domain = address.rpartition("@")[2]
    return sender in (address, domain) or domain.endswith(f".{sender}")


def doubt(mail: Message, subject: str, *, is_exact: bool) -> str | None:
    """Return why a sender's mail is not to be published; None: it is.

    Args:
        mail: With its headers.
        subject: Of the mail.
        is_exact: The source names the very address, not a domain.
    """
    if _is_disproven(mail):
        return f"its sender is not proven ({_RESULTS})"
    # Of a whole domain, somebody may write to us alone.
    if not (is_exact or any(name in mail for name in _LISTS)):
        return "no newsletter: it has neither List-Id nor List-Unsubscribe"
    if _CONFIRM.search(subject):
        return "not for the public: it is about a subscription or an access"
    return None


def _is_disproven(mail: Message) -> bool:
    found = str((mail.get_all(_RESULTS) or [""])[0])[:_CHARS].lower()
    if "dmarc=fail" in found:
        return True
    return "dkim=fail" in found and "dkim=pass" not in found and "dmarc=pass" not in found
