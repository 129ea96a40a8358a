"""Which addresses of a site may be those of posts."""

import re
from collections.abc import Iterable
from os.path import commonprefix
from urllib.parse import unquote, urlsplit

from aggregator.model import Source

# Lists, forms and pages that every site has; what is left may be a post.
_NO_POST = re.compile(
    r"(?:^|/)(?:tags?|categor(?:y|ies?)|author|auteurs?|mots?(?:-cles?)?|label|feed|rss|search"
    r"|recherche|login|connexion|inscription|users?|compte|panier|cart|comments?|taxonomy"
    r"|wp-(?:content|admin|json|includes|login\.php))(?:/|$)"
    r"|(?:^|/)(?:contacts?|contactez-nous|nous-contacter|mentions-legales|plan-du-site|cookies"
    r"|accessibilite|politique-de-confidentialite|donnees-personnelles|qui-sommes-nous|a-propos"
    r"|about|cgu|credits|newsletter|sitemap|accueil|rubriques?|themes?|actualites|blog)"
    r"(?:\.\w{2,5}|/)?$"
    r"|/page/\d|/p/[^/]+\.html$|(?:^|/)archives?(?:/\d+)*/?$|^/\d{4}(?:/\d{1,2}){0,2}/?$",
    re.IGNORECASE,
)
_NO_POST_QUERY = re.compile(
    r"(?:^|[&;])(?:(?:rubrique|mot|auteur|groupe)\d|page=(?!article\b)|(?:debut_\w+|paged|cat|tag"
    r"|author|feed|s|m|replytocom|recherche|share|print|format|start|offset|limitstart|sort|order"
    r"|filter\w*)=)",
    re.IGNORECASE,
)
_HOME = re.compile(r"(?:^|/)(?:index\.\w{2,5})?$")
_FILE = re.compile(
    r"\.(?:pdf|docx?|odt|xlsx?|ods|pptx?|odp|zip|jpe?g|png|gif|webp|svg|mp[34]|ics|xml|rss|json"
    r"|css|js|txt|epub)$",
    re.IGNORECASE,
)


def site_of(url: str) -> str:
    """Return the host and port, the same with and without `www.`; empty where there is none."""
    try:
        return urlsplit(url).netloc.lower().removeprefix("www.")
    except ValueError:
        return ""


def scope_of(source: Source | None) -> str:
    """Return the path below which the posts of a source lie, as far as its address says."""
    if source is None:
        return "/"
    path = urlsplit(source.url).path
    folder, _, last = path.rpartition("/")
    return f"{folder}/" if not last or "." in last else f"{path}/"


def common_folder(urls: Iterable[str], *, site: str) -> str | None:
    """Return the folder that all posts of a feed lie in, if it has three of this site.

    Years and months are no folder: what was published this month has them in common.
    """
    paths = [urlsplit(url).path for url in urls if site_of(url) == site]
    folder = commonprefix(paths).rpartition("/")[0] + "/"  # noqa: RUF071 - cut at a slash after
    folder = re.sub(r"(?:/\d+)+/\Z", "/", folder)
    return folder if len(paths) >= 3 and len(folder) > 1 else None


def may_be_post(url: str, *, site: str, scope: str = "/") -> bool:
    """Tell whether an address may be a post's: of this site, in this scope, no list, no file."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    path = unquote(parts.path)
    if parts.scheme not in {"http", "https"} or site_of(url) != site or len(url) > 2_000:
        return False
    if len(path) < len(scope) or not path.startswith(scope):
        return False
    if not parts.query and (path == scope or _HOME.search(path.removesuffix("/"))):
        return False
    return not (_NO_POST.search(path) or _NO_POST_QUERY.search(parts.query) or _FILE.search(path))
