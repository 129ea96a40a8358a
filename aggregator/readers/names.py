"""The names under which feedparser knows the elements of a feed: « dc_creator », « title ».

feedparser goes by the prefix its own table gives a namespace, and by the document's prefix where
it knows none. So a name is certain only where the prefixes of a document mean what they say
(`are_plain`). The tables are compared with feedparser's own in a test.
"""

import re
from functools import lru_cache

XML = "{http://www.w3.org/XML/1998/namespace}"
RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
ATOM = "http://www.w3.org/2005/Atom"

# Namespaces of whose elements feedparser makes something, in lower case; "" are the feeds' own.
_NAMESPACES = {
    "": "",
    "http://backend.userland.com/rss": "",
    "http://blogs.law.harvard.edu/tech/rss": "",
    "http://purl.org/rss/1.0/": "",
    "http://my.netscape.com/rdf/simple/0.9/": "",
    "http://example.com/newformat#": "",
    "http://example.com/necho": "",
    "http://purl.org/echo/": "",
    "uri/of/echo/namespace#": "",
    "http://purl.org/pie/": "",
    "http://purl.org/atom/ns#": "",
    ATOM.lower(): "",
    "http://purl.org/rss/1.0/modules/rss091#": "",
    "http://webns.net/mvcb/": "admin",
    "http://creativecommons.org/ns#license": "cc",
    "http://web.resource.org/cc/": "cc",
    "http://cyber.law.harvard.edu/rss/creativecommonsrssmodule.html": "creativecommons",
    "http://backend.userland.com/creativecommonsrssmodule": "creativecommons",
    "http://purl.org/rss/1.0/modules/content/": "content",
    "http://purl.org/dc/elements/1.1/": "dc",
    "http://purl.org/dc/terms/": "dcterms",
    "http://rssnamespace.org/feedburner/ext/1.0": "feedburner",
    "http://www.georss.org/georss": "georss",
    "http://www.opengis.net/gml": "gml",
    "http://www.itunes.com/dtds/podcast-1.0.dtd": "itunes",
    "http://example.com/dtds/podcast-1.0.dtd": "itunes",
    "http://search.yahoo.com/mrss": "media",
    "http://search.yahoo.com/mrss/": "media",
    "http://podlove.org/simple-chapters": "psc",
    RDF.lower(): "rdf",
    "http://www.w3.org/1999/xhtml": "xhtml",
    "http://www.w3.org/xml/1998/namespace": "xml",
}
# Prefixes that make a known element of an unknown one, or a known key of its name.
_TAKEN = {*_NAMESPACES.values(), "title", "summary", "author", "content", "subtitle"} - {""}
_DECLARED = re.compile(rb"xmlns:([^\s=\"'<>]+)\s*=\s*(?:\"([^\"]*)\"|'([^']*)')")
_SANE = re.compile(r"[a-z][a-z0-9_-]*\Z")

# What feedparser makes something of, or a key by which it is read; plain.py knows what of some.
MEANT = {
    *("abstract", "author", "authors", "body", "category", "channel", "cloud", "content"),
    *("contributor", "contributors", "copyright", "created", "date", "description", "email"),
    *("enclosure", "enclosures", "entries", "entry", "expirationdate", "feed", "fullitem"),
    *("generator", "guid", "guidislink", "height", "homepage", "href", "id", "image", "info"),
    *("issued", "item", "items", "keywords", "language", "lastbuilddate", "license", "link"),
    *("links", "managingeditor", "modified", "name", "newlocation", "pubdate", "published"),
    *("rights", "rss", "source", "subtitle", "summary", "tagline", "tags", "textinput"),
    *("title", "updated", "uri", "url", "webmaster", "where", "width", "svg", "math", "div"),
    *("admin_errorreportsto", "admin_generatoragent", "cc_license", "content_encoded"),
    *("creativecommons_license", "dc_author", "dc_contributor", "dc_creator", "dc_date"),
    *("dc_description", "dc_language", "dc_publisher", "dc_rights", "dc_subject", "dc_title"),
    *("dcterms_created", "dcterms_issued", "dcterms_modified", "dcterms_valid"),
    *("feedburner_browserfriendly", "feedburner_origlink", "georss_where"),
    *("gml_exterior", "gml_linearring", "gml_linestring", "gml_point", "gml_polygon"),
    *("gml_pos", "gml_poslist", "itunes_author", "itunes_category", "itunes_email"),
    *("itunes_name", "itunes_owner", "itunes_subtitle", "itunes_summary"),
    *("media_category", "media_description", "media_title", "psc_chapter", "psc_chapters"),
    *("xhtml_body", "xhtml_div", "xhtml_svg", "rdf_rdf"),
}
# Known to feedparser, but nothing of an entry.
HARMLESS = {
    *("georss_box", "georss_georssgeom", "georss_line", "georss_point", "georss_polygon"),
    *("itunes_block", "itunes_explicit", "itunes_image", "itunes_keywords", "itunes_link"),
    *("media_content", "media_credit", "media_group", "media_keywords", "media_license"),
    *("media_player", "media_rating", "media_restriction", "media_thumbnail"),
    *("georssgeom", "geom"),
}

INERT = "*"  # of a namespace that feedparser knows nothing of


@lru_cache(maxsize=4096)
def name_of(tag: str) -> str | None:
    """Return feedparser's name of an element; INERT, or None where it is not certain.

    An inert element has a prefix: without one feedparser takes it for an element of the feed.
    """
    uri, _, local = tag.rpartition("}")
    local = local.lower()
    if not _SANE.match(local):
        return None
    uri = uri[1:].lower()
    prefix = "" if "backend.userland.com/rss" in uri else _NAMESPACES.get(uri)
    if prefix is None:
        return INERT
    if prefix == "":
        # « dc_creator » without any namespace is read as dc:creator.
        first, _, rest = local.partition("_")
        is_odd = bool(rest) and (first in _TAKEN or local.endswith("_detail"))
        return None if is_odd else local
    return f"{prefix}_{local}"


def are_plain(encoded: bytes) -> bool:
    """Tell whether every prefix of a document has one meaning, and the one its name promises."""
    meanings: dict[bytes, bytes] = {}
    position = encoded.find(b"xmlns:")
    while position >= 0:
        found = _DECLARED.match(encoded, position)
        if found is not None:
            prefix, uri = found[1], found[2] or found[3] or b""
            if meanings.setdefault(prefix, uri) != uri:
                return False
        elif encoded[position + 6 : position + 7].isalpha():
            return False
        position = encoded.find(b"xmlns:", position + 6)
    return all(_is_plain(prefix.decode().lower(), uri.decode()) for prefix, uri in meanings.items())


def _is_plain(prefix: str, uri: str) -> bool:
    if not uri or "&" in uri or any(character.isspace() for character in uri):
        return False
    return prefix not in _TAKEN or _NAMESPACES.get(uri.lower()) == prefix
