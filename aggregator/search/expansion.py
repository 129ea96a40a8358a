"""Terms → what answers them: the other forms of a word, and the names that mean the same."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice, pairwise, product

from aggregator.language import STOP_WORDS
from aggregator.search.names import Name, Names, says_something
from aggregator.search.terms import Parsed, Term
from aggregator.search.vocabulary import Vocabulary

# Of all beginnings of words in a query (`quart*`), the most frequent, looked up one by one: the
# index itself takes 10 to 100 ms to bring together all that begin so, each time it is asked.
MAX_ENDINGS = 100
# Words of one root: they begin with the same letters, of a long one all but an ending.
_LONGEST_ROOT = 5
_ENDING = 3
_MAX_KIN = 30
_PHRASE_COST = 16  # words side by side: their places are compared, not only their posts
_NAME_FORMS = 3  # of each word of a name
_MAX_WAYS = 8  # to write a name
_MAX_KEYS = 8  # to read a name: words may have several lemmas
# Words that name more places than this (« association ») tell none of them.
_MAX_TOKENS = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Wording:
    """One way of saying it, folded: words side by side, or near each other."""

    words: tuple[str, ...]
    is_near: bool = False  # in any order, few words between


@dataclass(frozen=True, slots=True, kw_only=True)
class Concept:
    """One thing searched: every part in any wording, or any wording of `same`.

    Attributes:
        parts: What was typed, word by word, each in all its forms.
        same: Synonyms.
        tokens: Of themes that are called so, and, beside other words, of instances, quartiers
            and sources that have it in their name (`xq3`): their posts need not say it again.
        posts: About how many hold what was typed.
        cost: How many places of words the index reads for it, at most.
    """

    parts: tuple[tuple[Wording, ...], ...]
    same: tuple[Wording, ...] = ()
    tokens: tuple[str, ...] = ()
    posts: int = 0
    cost: int = 0

    @property
    def typed(self) -> Iterator[Wording]:
        """The wordings of all parts."""
        return (wording for part in self.parts for wording in part)


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """All of `required` must be found, of each one of the concepts; none of `excluded`."""

    required: tuple[tuple[Concept, ...], ...] = ()
    excluded: tuple[Wording, ...] = ()
    cost: int = 0  # how many places of words the index reads, at most

    @property
    def wordings(self) -> int:
        """In how many ways it may be said."""
        return sum(len([*concept.typed, *concept.same]) for concept in self.concepts)

    @property
    def concepts(self) -> list[Concept]:
        """Everything looked for."""
        return [concept for group in self.required for concept in group]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Stretch:
    """Terms in a row that are a name of something, or a single term."""

    terms: tuple[Term, ...]
    same: tuple[Name, ...] = ()
    joined: tuple[str, ...] = ()  # its words written as one, where posts do
    is_name: bool = False


def expand(parsed: Parsed, names: Names, vocabulary: Vocabulary) -> Wanted:
    """Return what answers a query.

    Args:
        parsed: The query.
        names: The town's.
        vocabulary: Of the posts.
    """
    beginnings = sum(term.is_prefix for term in (*parsed.terms, *parsed.excluded))
    expansion = _Expansion(names, vocabulary, beginnings)
    vocabulary.learn(word for term in (*parsed.terms, *parsed.excluded) for word in term.words)
    vocabulary.learn(_joined(parsed))
    groups = list(expansion.stretches(parsed.required))
    vocabulary.learn(
        word for group in groups for stretch in group for name in stretch.same for word in name
    )
    is_alone = len(groups) == 1
    required = tuple(
        tuple(expansion.concept(stretch, is_alone=is_alone) for stretch in group)
        for group in groups
    )
    excluded = tuple(wording for term in parsed.excluded for wording in expansion.wordings(term))
    cost = sum(concept.cost for group in required for concept in group)
    cost += sum(map(expansion.cost, excluded))
    return Wanted(required=required, excluded=excluded, cost=cost)


def widen(wanted: Wanted, vocabulary: Vocabulary) -> Wanted:
    """Let words that begin alike answer too: « budget » and « budgétaire »."""
    return replace(
        wanted,
        required=tuple(
            tuple(replace(concept, same=_kin(concept, vocabulary)) for concept in group)
            for group in wanted.required
        ),
    )


def _kin(concept: Concept, vocabulary: Vocabulary) -> tuple[Wording, ...]:
    typed = {wording.words for wording in concept.typed}
    alike = [
        Wording(words=(word,))
        for part in concept.parts
        for (first, *others) in [part[0].words]
        if not others and len(first) > _LONGEST_ROOT
        for word in vocabulary.endings(_root(first, vocabulary), _MAX_KIN)
        if (word,) not in typed
    ]
    return tuple(dict.fromkeys((*concept.same, *alike)))


def _root(word: str, vocabulary: Vocabulary) -> str:
    stem = vocabulary.lemmas(word)[0]
    return stem[: max(_LONGEST_ROOT, len(stem) - _ENDING)]


def _holds_any(wording: Wording, parts: Sequence[Mapping[Wording, int]]) -> bool:
    """Tell whether a synonym says what was typed, and more: « quartier de l’Alma »."""
    return len(parts) == 1 and any(
        set(typed.words) <= set(wording.words) for typed in parts[0] if typed != wording
    )


def _joined(parsed: Parsed) -> Iterator[str]:
    """Return what the words of a query would be without the blank or hyphen between two."""
    for term in parsed.terms:
        if len(term.words) > 1:
            yield "".join(term.words)
    for (one, *_), (other, *_) in pairwise(parsed.required):
        yield "".join((*one.words, *other.words))


@dataclass(frozen=True, slots=True)
class _Expansion:
    names: Names
    vocabulary: Vocabulary
    beginnings: int  # how many terms are beginnings of words

    def stretches(self, required: Sequence[tuple[Term, ...]]) -> Iterator[tuple[_Stretch, ...]]:
        """Bring together the terms that are a name known to have synonyms; the longest wins."""
        at = 0
        while at < len(required):
            stretch = self._name_at(required[at:]) or self._pair(required[at : at + 2])
            if stretch is None:
                yield tuple(
                    self._name_at([(term,)]) or _Stretch(terms=(term,)) for term in required[at]
                )
                at += 1
            else:
                yield (stretch,)
                at += len(stretch.terms)

    def _name_at(self, required: Sequence[tuple[Term, ...]]) -> _Stretch | None:
        run: list[Term] = []
        best = None
        for group in required[: self.names.longest]:
            if len(group) != 1 or group[0].is_exact or group[0].is_prefix:
                break
            run.append(group[0])
            if (same := self._same(run)) is not None:
                best = _Stretch(terms=tuple(run), same=tuple(same), is_name=True)
        return best

    def _pair(self, required: Sequence[tuple[Term, ...]]) -> _Stretch | None:
        """Bring two words together that posts write as one: « skate park »."""
        terms = [group[0] for group in required if len(group) == 1]
        if len(terms) != 2 or any(term.is_exact or term.is_prefix for term in terms):
            return None
        joined = "".join(word for term in terms for word in term.words)
        return _Stretch(terms=tuple(terms), joined=(joined,)) if self._knows(joined) else None

    def _knows(self, joined: str) -> bool:
        self.vocabulary.learn((joined,))
        return self.vocabulary.knows(joined)

    def _same(self, terms: Sequence[Term]) -> dict[Name, None] | None:
        """Return the synonyms of a name, in whatever form it was typed; None for no name."""
        known = [key for key in self._keys(terms) if key in self.names.same]
        if not known:
            return None
        return dict.fromkeys(name for key in known for name in self.names.same[key])

    def _keys(self, terms: Sequence[Term]) -> Iterator[Name]:
        stems = [
            self.vocabulary.lemmas(word, term.written if len(term.words) == 1 else "")
            for term in terms
            for word in term.words
            if word not in STOP_WORDS or len(terms) == len(term.words) == 1
        ]
        return islice(product(*stems), _MAX_KEYS)

    def concept(self, stretch: _Stretch, *, is_alone: bool) -> Concept:
        """Return what answers one stretch of the query."""
        parts = [self._forms(term) for term in stretch.terms]
        if stretch.is_name and sum(len(term.words) for term in stretch.terms) > 1:
            parts = [self._near(stretch.terms, min(sum(part.values()) for part in parts))]
        same = [wording for name in stretch.same for wording in self._name(name)]
        same += [Wording(words=(word,)) for word in stretch.joined]
        same = [wording for wording in same if not _holds_any(wording, parts)]
        return Concept(
            parts=tuple(tuple(part) for part in parts),
            same=tuple(same),
            cost=sum(map(self.cost, (*(wording for part in parts for wording in part), *same))),
            tokens=(
                *self._themes(stretch.terms),
                *(() if is_alone else self._names(stretch.terms)),
            ),
            posts=min(sum(part.values()) for part in parts) or sum(map(self._least, same)),
        )

    def _near(self, terms: Sequence[Term], posts: int) -> dict[Wording, int]:
        """Return the wordings of a name as typed: its words belong together."""
        words = [word for term in terms for word in term.words if word not in STOP_WORDS]
        return {Wording(words=way, is_near=len(way) > 1): posts for way in self._ways(words)}

    def _least(self, wording: Wording) -> int:
        self.vocabulary.learn(wording.words)
        return min(map(self.vocabulary.posts, wording.words))

    def cost(self, wording: Wording) -> int:
        """Return how many places of words the index reads for it, at most."""
        self.vocabulary.learn(wording.words)
        places = sum(map(self.vocabulary.posts, wording.words))
        return places if len(wording.words) == 1 else places * _PHRASE_COST

    def _themes(self, terms: Sequence[Term]) -> list[str]:
        """Return the tokens of the themes called so: their posts are about it, said or not."""
        if any(term.is_exact or term.is_prefix for term in terms):
            return []
        words = [word for term in terms for word in term.words]
        return self.vocabulary.themes("-".join(way) for way in self._ways(words))

    def _names(self, terms: Sequence[Term]) -> tuple[str, ...]:
        """Return the tokens of what has these words in its name."""
        if any(term.is_exact or term.is_prefix for term in terms):
            return ()
        named = [self.names.named(key) for key in self._keys(terms)]
        found = tuple(dict.fromkeys(token for tokens in named for token in tokens))
        return found if len(found) <= _MAX_TOKENS else ()

    def wordings(self, term: Term) -> list[Wording]:
        """Return the wordings of one term."""
        return list(self._forms(term))

    def _forms(self, term: Term) -> Mapping[Wording, int]:
        """Return the wordings of one term, and in how many posts each is."""
        if term.is_exact:
            return {Wording(words=term.words): 1}
        if term.is_prefix:
            *before, last = term.words
            most = MAX_ENDINGS // self.beginnings // (_PHRASE_COST if before else 1)
            endings = {last: 0, **self.vocabulary.endings(last, most)}
            return {Wording(words=(*before, word)): posts for word, posts in endings.items()}
        if len(term.words) == 1:
            forms = self.vocabulary.forms(term.words[0], term.written)
            return {Wording(words=(form,)): posts for form, posts in forms.items()}
        ways = {Wording(words=way): 1 for way in self._ways(term.words)}
        joined = "".join(term.words)
        return ways | ({Wording(words=(joined,)): 1} if self._knows(joined) else {})

    def _name(self, name: Name) -> Iterator[Wording]:
        """Return the wordings of a synonym, of which every word is in some post."""
        counted = tuple(filter(says_something, name)) or name
        if len(counted) == 1:
            forms = self.vocabulary.forms(counted[0])
            yield from (Wording(words=(form,)) for form, posts in forms.items() if posts)
        elif all(word.isdigit() or self.vocabulary.knows(word) for word in counted):
            yield from (Wording(words=way, is_near=True) for way in self._ways(counted))

    def _ways(self, words: Sequence[str]) -> list[tuple[str, ...]]:
        """Return the usual ways to write words side by side: their most usual forms."""
        forms = [
            [word] if word in STOP_WORDS else list(islice(self.vocabulary.forms(word), _NAME_FORMS))
            for word in words
        ]
        return list(islice(product(*forms), _MAX_WAYS))
