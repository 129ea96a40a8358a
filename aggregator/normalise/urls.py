"""Addresses: absolute, and written one way, so that one page has one address."""

import re
from collections.abc import Mapping
from urllib.parse import urljoin, urlsplit

from aggregator.normalise.plain import without_unseen

URL_CHARACTERS = 4_000

# Parameters that say how a reader came, never which page it is. Lower-case names.
TRACKING: Mapping[str, str] = {
    "fbclid": "Facebook click",
    "fb_action_ids": "Facebook share",
    "fb_action_types": "Facebook share",
    "fb_source": "Facebook share",
    "igsh": "Instagram share",
    "igshid": "Instagram share",
    "gclid": "Google Ads click",
    "gclsrc": "Google Ads click",
    "dclid": "Google display click",
    "gbraid": "Google Ads click",
    "wbraid": "Google Ads click",
    "_ga": "Google Analytics visitor",
    "_gl": "Google Analytics visitor",
    "msclkid": "Microsoft Ads click",
    "twclid": "Twitter click",
    "yclid": "Yandex click",
    "mc_cid": "Mailchimp campaign",
    "mc_eid": "Mailchimp reader: a person",
    "mkt_tok": "Marketo reader: a person",
    "_hsenc": "HubSpot reader: a person",
    "_hsmi": "HubSpot campaign",
    "vero_id": "Vero reader: a person",
    "xtor": "AT Internet campaign, common on French press and institutions",
    "xtref": "AT Internet referrer",
    "ref_src": "Twitter embed",
    "replytocom": "WordPress: the same page with its comment form opened",
    "doing_wp_cron": "WordPress background task",
    "var_mode": "SPIP: asks for a recalculation of the page",
    "phpsessid": "PHP session: changes at each visit",
    "jsessionid": "Java session: changes at each visit",
}
TRACKING_PREFIXES: Mapping[str, str] = {
    "utm_": "Google Analytics campaign, copied by everyone",
    "pk_": "Piwik campaign",
    "piwik_": "Piwik campaign",
    "mtm_": "Matomo campaign",
    "matomo_": "Matomo campaign",
    "at_": "Piano Analytics (AT Internet) campaign",
    "wt_": "Webtrends or etracker campaign",
    "wt.": "Webtrends campaign",
    "hsa_": "HubSpot Ads",
}
# WordPress share buttons: ?share=facebook&nb=1, ?shared=email&msg=fail. Those names may mean
# something elsewhere, so they go only together with a share target.
_SHARE_TARGETS = re.compile(
    r"^shared?=(?:jetpack-)?(?:bluesky|email|facebook|linkedin|mastodon|pinterest|pocket|print|"
    r"reddit|skype|telegram|threads|tumblr|twitter|whatsapp|x)$"
)
_SHARE_NAMES = {"share", "shared", "nb", "msg"}

# Absolute addresses whose letters need no second look, as nearly all are; a group a part.
_PLAIN = re.compile(
    r"(https?://[a-z0-9](?:[a-z0-9.-]{0,250}[a-z0-9])?/(?!.*/\.)(?!\.)[A-Za-z0-9_~,./-]*)"
    r"(?:\?([A-Za-z0-9_~.=&-]+))?"
)
_TRIPLET = re.compile(r"%([0-9a-fA-F]{2})")
_STRAY_PERCENT = re.compile(r"%(?![0-9a-fA-F]{2})")
_UNRESERVED = re.compile(r"[A-Za-z0-9._~-]")
_SESSION = re.compile(r";jsessionid=[^/?#;]*", re.IGNORECASE)
_HOST = re.compile(r"^(?:[a-z0-9_](?:[a-z0-9_.-]*[a-z0-9_])?|\[[0-9a-f:.]+\])$")
_DEFAULT_PORTS = {"http": 80, "https": 443}


def absolute(link: str, *, base: str) -> str | None:
    """Resolve a link as found against its base; None when the two make no address."""
    # Links that were escaped twice keep `&amp;` between their parameters.
    link = without_unseen(link).strip().replace("&amp;", "&")
    if not link or len(link) > URL_CHARACTERS:
        return None
    if _PLAIN.fullmatch(link):
        return link
    try:
        return urljoin(base, link)
    except ValueError:  # an unfinished [IPv6] host
        return None


def canonical(url: str, *, fragment: bool = False) -> str | None:
    """Write an absolute address in its one form; None unless it is a usable http(s) one.

    Host in lower case and ASCII, default port, user and password out, dot segments resolved,
    percent-encoding even (RFC 3986 §6.2.2), tracking parameters out, the others in their order.
    The fragment goes out too, except `#!`, which some sites use as their path.

    Args:
        url: Absolute address.
        fragment: Keep the fragment, for anchored items on one page.
    """
    return plain_address(url) or _rewritten(url, fragment=fragment)


def plain_address(url: str) -> str | None:
    """Return `canonical(url)` of an absolute address that is written plainly; None of others.

    `absolute` returns such an address as it is.
    """
    plain = _PLAIN.fullmatch(url)
    if plain is None:
        return None
    page, query = plain.groups()
    if query and (query := _significant(query)):
        return f"{page}?{query}"
    return page


def _rewritten(url: str, *, fragment: bool) -> str | None:
    # Takes 10 ms, and few crawls need it.
    from w3lib.url import safe_url_string  # noqa: PLC0415 - start-up

    try:
        parts = urlsplit(safe_url_string(url.strip()))
        port = parts.port
    except ValueError:  # port out of range, unfinished [IPv6] host, impossible IDNA label
        return None
    host = (parts.hostname or "").rstrip(".")
    if ":" in host:
        host = f"[{host}]"
    if parts.scheme not in _DEFAULT_PORTS or not _HOST.match(host):
        return None
    written = f"{parts.scheme}://{host}"
    if port not in (None, _DEFAULT_PORTS[parts.scheme]):
        written += f":{port}"
    written += _without_dots(_SESSION.sub("", _even(parts.path)))
    if query := _significant(_even(parts.query)):
        written += f"?{query}"
    anchor = _even(parts.fragment)
    if anchor and (anchor.startswith("!") or (fragment and not _is_tracking(anchor))):
        written += f"#{anchor}"
    return written


def _even(part: str) -> str:
    """Decode what needs no encoding, write the rest in upper case, encode a stray percent."""
    return _TRIPLET.sub(_triplet, _STRAY_PERCENT.sub("%25", part))


def _triplet(match: re.Match[str]) -> str:
    character = chr(int(match[1], 16))
    return character if _UNRESERVED.match(character) else match[0].upper()


def _without_dots(path: str) -> str:
    """Resolve `.` and `..` (RFC 3986 §5.2.4)."""
    kept: list[str] = []
    segments = path.split("/")[1:] or [""]
    for segment in segments:
        if segment == "..":
            del kept[-1:]
        elif segment != ".":
            kept.append(segment)
    if segments[-1] in {".", ".."}:
        kept.append("")
    return "/" + "/".join(kept)


def _significant(query: str) -> str:
    pieces = query.split("&")
    shared = any(_SHARE_TARGETS.match(piece.lower()) for piece in pieces)
    return "&".join(
        piece
        for piece in pieces
        if piece
        and not _is_tracking(piece)
        and not (shared and piece.partition("=")[0].lower() in _SHARE_NAMES)
    )


def _is_tracking(piece: str) -> bool:
    name = piece.partition("=")[0].lower()
    return name in TRACKING or name.startswith(tuple(TRACKING_PREFIXES))
