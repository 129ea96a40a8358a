"""The words by which the surroundings of an article are known.

Names of elements are those of WordPress, SPIP, Blogger, Overblog, Drupal, Joomla and TYPO3 themes,
of consent managers (tarteaucitron, Axeptio, Didomi …) and of share bars; parts of names, between
« - » and « _ » or capital letters.
"""

import re

_MENUS = """
    nav navbar navigation menu menus submenu breadcrumb breadcrumbs ariane filariane megamenu
    pagination pager pagenavi prevnext skip evitement toolbar outils imprimer print search
    recherche langues login masthead sitename colophon mentions
"""
_SHARE_BARS = """
    share sharing sharer shares sharebar sharedaddy partage partages partager social socials
    socialmedia reseaux addtoany a2a addthis ssba juiz jiathis sharethis heateor shariff sociaux
"""
_ADVERTISING = """
    promo promoted sponsor sponsored ad ads advert advertisement pub publicite banner banniere
    newsletter outbrain taboola
"""
_COMMENTS = """
    comment comments commentaire commentaires commentlist disqus respond replies pingback
    trackback trackbacks forum forums
"""
_COOKIES = """
    cookie cookies cookiebar cookieconsent rgpd gdpr consent consentement tarteaucitron axeptio
    didomi cmplz borlabs moove iubenda onetrust cnil
"""
_OTHER_POSTS = """
    sidebar widget widgets related relatedposts similaires yarpp crp recommended footer
    recommendations
"""
_BUTTONS = """
    imprimer print pdf mail email e courriel envoyer facebook twitter x tweet tweeter linkedin
    whatsapp pinterest instagram mastodon bluesky telegram google plus partager partage share
    sur par cet cette article page la le les lien copier a un ami recommander suivre j aime like
    commenter repost 0 1 2 3 cliquez pour ouvre dans une nouvelle fenetre more to with this on
"""

# What is called so holds few words but links: with more, it is a part of the text that is called
# after its own heading (« partage »).
TOOLS = frozenset([*_MENUS.split(), *_SHARE_BARS.split(), *_ADVERTISING.split()])
# What is called so may hold many words, but other people's.
ELSEWHERE = frozenset([*_COMMENTS.split(), *_COOKIES.split(), *_OTHER_POSTS.split()])
TOOL_NAMES = re.compile(
    r"(?:fil|file)[-_]?d?[-_]?ariane|post[-_]nav|nav[-_](?:links|below|above)|lire[-_]aussi"
    r"|voir[-_]aussi|a[-_]lire|jp[-_]post|sur[-_]le[-_]meme|meme[-_]rubrique|read[-_]more"
    r"|post[-_]footer|article[-_]footer|back[-_]to[-_]top|author[-_](?:box|bio)|tag[-_]?cloud"
    r"|ob[-_](?:tags|repost|footer|header|comments|topbar|menu|slideshow)|blog[-_]pager"
    r"|post[-_]share|liens[-_](?:article|utiles)|screen[-_]reader|visually[-_]hidden|sr[-_]only"
    r"|more[-_]stories|cat[-_]links|tags[-_]links|entry[-_](?:meta|utility)|post[-_](?:meta|tags)",
    re.IGNORECASE,
)

# Lines whose names say nothing.
BUTTONS = frozenset(_BUTTONS.split())  # « Imprimer Mail Facebook »
SURE_BUTTONS = frozenset(
    ("partager", "partage", "imprimer", "facebook", "twitter", "share", "tweet")
)
OTHER_POSTS = re.compile(
    r"\A\W*(?:(?:a |à )?(?:lire|voir|d[ée]couvrir) (?:aussi|[ée]galement)"
    r"|(?:articles?|billets?|posts?) (?:similaires?|li[ée]s|connexes)"
    r"|(?:sur|dans) (?:le|la) m[êe]me (?:sujet|th[èe]me|rubrique|cat[ée]gorie)"
    r"|vous (?:aimerez|devriez|pourriez) (?:aussi )?(?:aimer)?|related posts?"
    r"|partager (?:cet article|la publication|sur)|laisser un commentaire)\b",
    re.IGNORECASE,
)
DATELINE = re.compile(
    r"\A\W*(?:(?:publi|post|r[ée]dig|[ée]crit|mis en ligne|mise [àa] jour|mis [àa] jour)[ée]?e?s?"
    r"\b.{0,10}\b(?:le|par|dans)\b|posted (?:on|in|by))",
    re.IGNORECASE,
)
