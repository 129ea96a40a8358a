"""Whatever is saved in whatever order, the index holds exactly the posts."""

import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from aggregator.model import DateOrigin, Display, Instance, Post, Quartier, Source, Town
from aggregator.store import Store

START = datetime(2026, 1, 1, tzinfo=UTC)
WORDS = ["budget", "école", "cœur", "vélo", "place", "L’été"]
FOLDED = {"budget": "budget", "école": "ecole", "cœur": "coeur", "vélo": "velo", "place": "place"}

TEXTS = st.lists(st.sampled_from(WORDS), min_size=1, max_size=4).map(" ".join)
POSTS = st.builds(
    lambda guid, url, title, text, origin, day, quartiers, instance: Post(
        source="blog",
        guid=guid,
        url=f"https://x.example/{url}",
        title=title,
        text=text,
        excerpt=text[:5],
        published=START + timedelta(days=day),
        date_origin=origin,
        quartiers=tuple(sorted(quartiers)),
        instance=instance,
        digest=f"{title}/{text}",
    ),
    st.sampled_from("abcd"),
    st.sampled_from("xyz"),
    TEXTS,
    TEXTS,
    st.sampled_from(DateOrigin),
    st.integers(-400, 400),
    st.sets(st.sampled_from(["q1", "q2"])),
    st.sampled_from([None, "i1", "i2"]),
)


def make_town(
    instance: str | None, quartiers: tuple[str, ...], listed: bool, display: Display
) -> Town:
    source = Source(
        slug="blog",
        name="B",
        url="https://b/",
        kind="blog",
        instance=instance,
        quartiers=quartiers,
        display=display,
    )
    return Town(
        name="R",
        timezone="Europe/Paris",
        contact="c",
        instances=(Instance(slug="i1", name="1"), Instance(slug="i2", name="2")),
        quartiers=tuple(Quartier(slug=q, name=q, sector="n") for q in ("q1", "q2")),
        sources=(source,) if listed else (),
    )


class Saving(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.folder = tempfile.TemporaryDirectory()
        self.store = Store.open(Path(self.folder.name) / "v.db")
        self.store._connection.execute("PRAGMA synchronous = OFF")
        self.now = START
        self.sync("i1", ("q1",), True, Display.FULL)

    @rule(posts=st.lists(POSTS, max_size=6), hours=st.integers(0, 30))
    def save(self, posts: list[Post], hours: int) -> None:
        self.now += timedelta(hours=hours)
        with self.store.transaction():
            count = self.store.save("blog", posts, seen=self.now).count
        assert count.new + count.changed + count.unchanged <= len(posts)
        before = self.store._connection.total_changes
        with self.store.transaction():
            again = self.store.save("blog", posts, seen=self.now).count
        assert (again.new, again.changed) == (0, 0)
        assert self.store._connection.total_changes == before

    def sync(
        self, instance: str | None, quartiers: tuple[str, ...], listed: bool, display: Display
    ) -> None:
        town = make_town(instance, quartiers, listed, display)
        self.store.sync_town(town, definitions={}, now=self.now)

    @rule(
        instance=st.sampled_from([None, "i1", "i2"]),
        quartiers=st.sampled_from([(), ("q1",), ("q1", "q2")]),
        listed=st.booleans(),
        display=st.sampled_from(Display),
    )
    def change_the_list(
        self, instance: str | None, quartiers: tuple[str, ...], listed: bool, display: Display
    ) -> None:
        self.sync(instance, quartiers, listed, display)

    @rule()
    def reindex(self) -> None:
        self.store.reindex()

    @invariant()
    def index_is_posts(self) -> None:
        connection = self.store._connection
        assert self.store.check_index().sound
        for word, folded in FOLDED.items():
            matched = connection.execute(
                "SELECT rowid FROM posts_fts WHERE posts_fts MATCH ? ORDER BY rowid", (folded,)
            ).fetchall()
            like = connection.execute(
                "SELECT id FROM posts WHERE title || ' ' || text LIKE ? ORDER BY id",
                (f"%{word}%",),
            ).fetchall()
            assert matched == like

    @rule()
    def count_terms(self) -> None:
        self.store.count_terms()
        for term, posts in self.store._connection.execute("SELECT term, posts FROM terms"):
            matched = self.store._connection.execute(
                "SELECT count(*) FROM posts_fts WHERE posts_fts MATCH ?",
                (f"{{title text documents}}: {term}",),
            )
            assert matched.fetchone() == (posts,)
            assert posts > 0

    @invariant()
    def twins_agree(self) -> None:
        connection = self.store._connection
        rows = connection.execute(
            "SELECT p.id, p.fac, f.instance_id, f.source_id, f.kind_id, f.year, p.year, f.month,"
            " (SELECT group_concat('xq' || quartier_id || ' ', '') FROM"
            "  (SELECT * FROM post_quartiers WHERE post_id = p.id ORDER BY quartier_id))"
            " FROM posts AS p LEFT JOIN post_facets AS f USING (id)"
        ).fetchall()
        for _, fac, instance, source, kind, narrow_year, year, month, quartiers in rows:
            tokens = f"xi{instance} " if instance else ""
            assert fac == f"{tokens}{quartiers or ''}xs{source} xk{kind} xy{year} xm{month} xlfr"
            assert narrow_year == year
        counts = "SELECT (SELECT count(*) FROM posts), (SELECT count(*) FROM post_facets)"
        posts, facets = connection.execute(counts).fetchone()
        assert posts == facets

    @invariant()
    def views_show_what_they_may(self) -> None:
        differences = self.store._connection.execute(
            "SELECT 1 FROM publications AS v JOIN posts AS p USING (uid)"
            " JOIN sources AS s ON s.id = p.source_id"
            " WHERE v.text <> CASE s.display WHEN 'full' THEN p.text ELSE '' END"
            " OR v.excerpt <> CASE s.display WHEN 'title' THEN '' ELSE p.excerpt END"
            " UNION ALL SELECT 1 FROM post_versions AS p"
            " LEFT JOIN shown_versions AS v USING (id), sources AS s"
            " WHERE coalesce(v.text, '') <> CASE s.display WHEN 'full' THEN p.text ELSE '' END"
        )
        assert differences.fetchall() == []

    @invariant()
    def ids_follow_dates(self) -> None:
        dates = [
            published
            for (published,) in self.store._connection.execute(
                "SELECT CASE WHEN year = 0 THEN '' ELSE published END FROM posts ORDER BY id"
            )
        ]
        assert dates == sorted(dates)

    def teardown(self) -> None:
        assert self.store._connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        assert not self.store._connection.execute("PRAGMA foreign_key_check").fetchall()
        self.store.close()
        self.folder.cleanup()


def test_random_saves_leave_a_sound_store() -> None:
    run_state_machine_as_test(Saving, settings=settings(max_examples=30, stateful_step_count=12))
