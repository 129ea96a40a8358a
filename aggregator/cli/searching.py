"""search."""

import json

import click

from aggregator.cli.place import Place, in_place
from aggregator.search import Query, to_json
from aggregator.search import search as find
from aggregator.store import reading


@click.command()
@click.argument("words", nargs=-1, required=True)
@click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")
@in_place
def search(place: Place, words: tuple[str, ...], as_json: bool) -> None:
    """Search the posts, newest first, as the portal does."""
    with reading(place.database) as connection:
        results = find(connection, Query(text=" ".join(words)))
    if as_json:
        click.echo(json.dumps(to_json(results), ensure_ascii=False))
        return
    for note in results.notes:
        meant = f"; did you mean {note.nearest}?" if note.nearest else ""
        click.echo(f"{note.typed}: no such {note.kind}, searched as plain words{meant}", err=True)
    if results.corrected:
        click.echo(f"nothing found for {results.query.text!r}", err=True)
    for hit in results.hits:
        day = hit.published[:10] if hit.event is None else hit.event.begins
        gone = ", withdrawn" if hit.withdrawn else ""
        click.echo(f"{day}  {hit.title}  [{hit.source_name}{gone}]\n            {hit.url}")
    more = "" if results.total.exact else "more than "
    spelt = f" for {results.corrected.text!r}" if results.corrected else ""
    click.echo(f"{more}{results.total.value} found{spelt}", err=True)
    if results.suggestion and not results.corrected:
        click.echo(f"try {results.suggestion.text!r}", err=True)
