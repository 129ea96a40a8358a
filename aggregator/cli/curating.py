"""check, try."""

import asyncio
import json
import sys
from dataclasses import replace
from datetime import tzinfo

import click

from aggregator.cli.place import Place, in_place
from aggregator.crawl.trying import Listing, Trial, try_source
from aggregator.crawl.trying_pages import TriedPage
from aggregator.errors import Complaint, SourceError, TownError, UsageError
from aggregator.model import DateOrigin, Post
from aggregator.readers import load_scrapers
from aggregator.sources import add_source, load_sources, with_slug

_BOTH = "\nThe page itself holds lists too; a feed is surer, unless it lacks what they have:"


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")
@in_place
def check(place: Place, as_json: bool) -> None:
    """Read the sources list and say everything that is wrong in it; writes nothing."""
    complaints = tuple(
        Complaint(path=str(place.town.scrapers / file), line=None, message=message)
        for file, message in load_scrapers(place.town.scrapers).broken().items()
    )
    count = 0
    try:
        count = len(load_sources(place.town.sources, scrapers=place.town.scrapers).sources)
    except TownError as error:
        complaints = (*error.complaints, *complaints)
    if as_json:
        found = [{"path": c.path, "line": c.line, "message": c.message} for c in complaints]
        click.echo(json.dumps({"ok": not found, "sources": count, "complaints": found}))
    elif not complaints:
        noun = "source" if count == 1 else "sources"
        click.echo(f"{place.town.sources}: {count} {noun}, nothing wrong")
    for complaint in complaints:
        click.echo(str(complaint), err=True)
    if complaints:
        sys.exit(2)


@click.command(name="try")
@click.argument("target", metavar="URL|SLUG")
@click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")
@click.option("--add", metavar="SLUG", help="Add what is proposed to sources.yaml, so named.")
@in_place
def try_(place: Place, target: str, as_json: bool, add: str | None) -> None:
    """Show what would be read from a source or an address; writes nothing without --add.

    Of an address, its feed is looked for first; without one, the list in the page, with a recipe.
    """
    try:
        trial = asyncio.run(
            try_source(place.town, target, told=lambda text: click.echo(text, err=True))
        )
    except SourceError as error:
        if as_json:
            click.echo(json.dumps({"target": target, "error": str(error)}, ensure_ascii=False))
        click.echo(f"{target}: {error}", err=True)
        sys.exit(1)
    if add is not None and trial.proposal is not None:
        trial = replace(trial, proposal=with_slug(trial.proposal, add))
    if as_json:
        click.echo(json.dumps(trial.to_json(), ensure_ascii=False))
    else:
        _print(trial)
    if add is not None:
        _add(place, trial, add)


def _add(place: Place, trial: Trial, slug: str) -> None:
    if trial.proposal is None:
        raise UsageError("it is on the list already: there is nothing to add")
    path = place.town.sources
    source = add_source(path, trial.proposal, slug=slug, scrapers=place.town.scrapers)
    click.echo(
        f"added to {path}:{source.line}; see whether its kind is right ({source.kind}), then:"
        f" aggregator crawl {slug}",
        err=True,
    )


def _day(post: Post, zone: tzinfo) -> str:
    if post.event is not None:
        return post.event.seen_in(zone).begins
    if post.date_origin is DateOrigin.FIRST_SEEN:
        return "no date   "
    return f"{post.published.date()}{'?' if post.date_origin is DateOrigin.INFERRED else ''}"


def _print(trial: Trial) -> None:
    from_page = trial.feed is None and bool(trial.listings)
    if from_page:
        click.echo(f"To follow it, add to sources.yaml:\n\n{trial.proposal}\n")
    for warning in trial.warnings:
        click.echo(f"note: {warning}", err=True)
    for post in trial.posts:
        click.echo(f"{_day(post, trial.zone)}  {post.title}\n            {post.url}")
        if post.author or post.excerpt:
            click.echo(f"            {' – '.join(filter(None, (post.author, post.excerpt[:60])))}")
    for rejection in trial.rejections:
        where = "" if rejection.line is None else f"line {rejection.line}: "
        click.echo(f"refused: {where}{rejection.reason}: {rejection.entry}", err=True)
    click.echo(f"{len(trial.posts)} posts would be read from {trial.url}", err=True)
    if trial.page is not None:
        _print_page(trial.page)
    if trial.proposal and not from_page:
        click.echo(f"\nTo follow it, add to sources.yaml:\n\n{trial.proposal}")
    others = trial.listings[1:] if from_page else trial.listings
    if others:
        click.echo("\nOther lists in the page:" if from_page else _BOTH)
    for listing in others:
        _print_other(listing)


def _print_page(page: TriedPage) -> None:
    taken = "would be kept" if page.state == "better" else "would not be kept"
    click.echo(f"\nThe page of one post, {page.url}\n  its text {taken}: {page.reason}")
    if page.text:
        click.echo(f"  {page.characters} characters: « {page.text} »")


def _print_other(listing: Listing) -> None:
    first = listing.posts[0]
    noun = "post" if len(listing.posts) == 1 else "posts"
    click.echo(f"\n# {len(listing.posts)} {noun}, the first « {first.title} »\n{listing.proposal}")
