"""Entries of what a Decidim holds."""

import html
from urllib.parse import urljoin

from aggregator.model import Entry
from aggregator.readers.markup import html_of
from aggregator.readers.platforms import answers
from aggregator.readers.platforms.answers import Fields
from aggregator.readers.platforms.decidim.asking import KINDS, Waiting
from aggregator.readers.platforms.graphql import listed

_SPACE = "\u00a0"
_MOST_ATTACHMENTS = 50
_STATES = {
    "accepted": "acceptée",
    "rejected": "rejetée",
    "evaluating": "en cours d’évaluation",
    "withdrawn": "retirée",
}


def entry_of_space(one: Fields, path: str, *, site: str, language: str) -> Entry:
    """Return a process or an assembly as an entry."""
    number, slug = answers.text(one, "id"), answers.text(one, "slug")
    short = _html(_text(one, "shortDescription", language))
    return Entry(
        link=urljoin(site, f"/{path}/{slug}"),
        guid=f"{path}/{number}",
        title=html_of(_text(one, "title", language)) or None,
        html=short + _html(_text(one, "description", language)),
        summary=short,
        published=answers.text(one, "publishedAt") or None,
        base_url=site,
    )


def entry_of_node(node: Fields, component: Waiting, *, site: str, language: str) -> Entry:
    """Return a meeting, a piece of news, a proposal or a debate as an entry.

    Who proposes is left out: a citizen's name is for the platform's own page.
    """
    number, held = answers.text(node, "id"), KINDS[component.kind].holds
    return Entry(
        link=urljoin(site, f"{component.path}/{held}/{number}"),
        guid=f"{held}/{number}",
        title=html_of(_text(node, "title", language)) or None,
        html=_body(node, language),
        published=answers.text(node, "publishedAt", "createdAt") or None,
        updated=answers.text(node, "updatedAt") or None,
        base_url=site,
        starts=answers.text(node, "startTime") or None,
        ends=answers.text(node, "endTime") or None,
        place=html_of(_place(node, language)) or None,
    )


def _body(node: Fields, language: str) -> str:
    state = _STATES.get(answers.text(node, "state"))
    place = _place(node, language)
    parts = [
        _html(_text(node, "body", language) or _text(node, "description", language)),
        f"<p>Lieu{_SPACE}: {html_of(place)}</p>" if place else "",
        f"<p>État{_SPACE}: {state}</p>" if state else "",
        _labelled("Réponse", _text(node, "answer", language)),
        _labelled("Compte rendu", _text(node, "closingReport", language)),
        *_attachments(node),
    ]
    return "".join(parts)


def _labelled(label: str, text: str) -> str:
    return f"<p>{label}{_SPACE}:</p>{_html(text)}" if text else ""


def _attachments(node: Fields) -> list[str]:
    held = listed(node, "attachments")[:_MOST_ATTACHMENTS]
    urls = [answers.text(one, "url") for one in held]
    return [f'<p><a href="{html.escape(url)}">{html_of(_name(url))}</a></p>' for url in urls if url]


def _name(url: str) -> str:
    return url.partition("?")[0].rstrip("/").rpartition("/")[2] or url


def _place(node: Fields, language: str) -> str:
    named = (_text(node, "location", language), answers.text(node, "address"))
    return ", ".join(dict.fromkeys(part for part in named if part))


def _text(holder: Fields, key: str, language: str) -> str:
    """Return a text in a language, or in the first that has it."""
    held = sorted(
        listed(answers.part(holder, key), "translations"),
        key=lambda one: answers.text(one, "locale")[:2] != language[:2],
    )
    texts = (answers.text(one, "text") for one in held)
    return next(filter(None, texts), "")


def _html(text: str) -> str:
    return text if "</" in text or "<br" in text else html_of(text)
