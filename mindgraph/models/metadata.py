"""What the catalogue itself says of two products at once: a baseline without weights.

A product's card is read once into `Facts`, each thing under the key it is compared by; a rule per
relation then states what both cards say. Nothing is guessed: where the catalogue says nothing,
so does the model.
"""

from __future__ import annotations

import json
import re
from collections.abc import AsyncIterable, AsyncIterator, Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain, groupby, islice
from typing import Any

from mindgraph.errors import UsageError
from mindgraph.models import Job, ModelInfo, Part, Reply
from mindgraph.models import catalogue_words as lexicon
from mindgraph.relations import RELATIONS
from mindgraph.text import NEGATIONS, clean, content_lemmas, lemma, merge_key, words

REVISION = "1"
"""Goes up when a rule or a word list changes: it is part of every request key."""

MOST = 60
"""Purposes and abilities read from one card, so that no text makes a pair slow."""

LONGEST = 8
"""Words in a purpose."""

_TOKEN = re.compile(r"\d+(?:[.,]\d+)+|[^\W_]+(?:[-'][^\W_]+)*|[^\w\s]")
_ENDS = frozenset('.!?;:•|()[]{}–—*…-"')
_MARKS = str.maketrans({"’": "'", "™": None, "®": None, "©": None})

Said = Mapping[str, str]
"""What a card says: the key that two cards are compared by, and the wording."""


@dataclass(frozen=True)
class Purpose:
    """One thing a product is for; a verbal one begins with its verb, another ends with its noun."""

    words: tuple[str, ...]
    lemmas: tuple[str, ...]
    verbal: bool

    @property
    def head(self) -> str:
        """The lemma that two purposes must share to be one."""
        return self.lemmas[0 if self.verbal else -1]


@dataclass(frozen=True)
class Facts:
    """What one card says, ready to be compared with another."""

    paths: tuple[tuple[str, ...], ...]
    collections: Said
    head: str
    title: Said
    topics: frozenset[str]
    brand: Said
    materials: Said
    purposes: tuple[Purpose, ...]
    abilities: Said
    qualities: Said
    values: Mapping[str, Said]
    colors: Said
    parts: Said


class MetadataModel:
    """States what both products' catalogue entries say; a baseline, never a vision-language model.

    It has no weights and downloads nothing; pictures reach it only as the names of their main
    colours. `per_relation` is the most statements in one reply, the most specific first.
    """

    def __init__(self, per_relation: int = 3) -> None:
        if per_relation < 1:
            raise UsageError(f"per_relation is {per_relation}; use 1 or more")
        self._most = per_relation
        self.info = ModelInfo("metadata", "metadata", f"{REVISION} per_relation={per_relation}")

    async def run(self, jobs: AsyncIterable[Job]) -> AsyncIterator[Reply]:
        """One reply per suffix, in the jobs' order; a prefix that is no two cards is an error."""
        async for job in jobs:
            for suffix, key in zip(job.suffixes, job.keys, strict=True):
                yield self._reply(job.prefix, suffix, key)

    def _reply(self, prefix: tuple[Part, ...], suffix: str, key: str) -> Reply:
        try:
            pair = _two_cards(prefix)
            lines = [f"{_phrase(suffix)} {tail}" for tail in _tails(suffix, *pair)[: self._most]]
        except ValueError as error:
            return Reply(key, "", "error", str(error))
        return Reply(key, "\n".join(lines), "stop" if lines else "nothing")


def _phrase(relation: str) -> str:
    if relation not in RELATIONS:
        raise ValueError(f"the suffix {relation[:40]!r} is no relation; use a name of relations.py")
    return RELATIONS[relation].phrase


def _tails(relation: str, a: Facts, b: Facts) -> list[str]:
    rule = _RULES.get(relation)
    return rule(a, b) if rule else []


def _two_cards(prefix: tuple[Part, ...]) -> tuple[Facts, Facts]:
    if len(prefix) != 2 or any(part.kind != "text" for part in prefix):
        raise ValueError("the prefix is not two product cards; send two text parts of JSON")
    return _facts(prefix[0].value), _facts(prefix[1].value)


# Reading a card.


@lru_cache(maxsize=4096)
def _facts(card: str) -> Facts:
    fields = _fields(card)
    title, attributes = fields["title"], fields["attributes"]
    lines = _lines(title) + _lines(fields["description"])
    core, paths = _core(title), _paths(fields["categories"])
    plain = frozenset(lemma(word) for line in lines for word in line if word.islower())
    return Facts(
        paths=paths,
        collections=_collections(fields["categories"]),
        head=_head(core, fields["brand"], plain),
        title=_named(core, fields["brand"]),
        topics=_topics([title, *chain(*paths)], lines),
        brand=_said([fields["brand"]]),
        materials=_materials(attributes, title, lines),
        purposes=tuple(islice(chain(_title_purposes(core), _purposes(lines)), MOST)),
        abilities=dict(islice(_abilities(lines), MOST)),
        qualities=_qualities(lines),
        values=_values(attributes),
        colors=_colors(fields["colors"], attributes),
        parts=_parts(_lines(title.partition(" with ")[2]) + _lines(fields["description"])),
    )


_SHAPES: dict[str, Any] = {
    "title": "",
    "description": "",
    "brand": "",
    "categories": [],
    "colors": [],
    "attributes": {},
}


def _fields(card: str) -> dict[str, Any]:
    try:
        given = json.loads(card)
    except (ValueError, RecursionError):
        raise ValueError("a product card is not JSON; write one JSON object per product") from None
    if not isinstance(given, dict):
        raise ValueError("a product card is not a JSON object; write one per product")
    return {name: _field(name, given.get(name), empty) for name, empty in _SHAPES.items()}


def _field(name: str, given: Any, empty: Any) -> Any:
    if given is None:
        return empty
    if isinstance(empty, str) and isinstance(given, str):
        return clean(given)
    if isinstance(empty, list) and _is_texts(given):
        return [clean(text) for text in given]
    if isinstance(empty, dict) and isinstance(given, dict) and all(map(_is_texts, given.values())):
        return {clean(key): [clean(text) for text in texts] for key, texts in given.items()}
    raise ValueError(f"the field {name!r} of a product card has a wrong type; see its format")


def _is_texts(given: Any) -> bool:
    return isinstance(given, list) and all(isinstance(text, str) for text in given)


def _lines(text: str) -> list[list[str]]:
    """The sentences of a text as lists of tokens; a dash, a bracket or a colon ends one too."""
    lines: list[list[str]] = [[]]
    for token in _TOKEN.findall(text.translate(_MARKS)):
        if token in _ENDS:
            lines.append([])
        else:
            lines[-1].append(token)
    return [line for line in lines if line]


def _lowered(text: str) -> str:
    """Lower case, but for acronyms and trade names: `Full HD Screens` is `full HD screens`."""
    if text.isupper():
        return text.lower()
    return " ".join(word if _is_name(word) else word.lower() for word in text.split(" "))


def _is_name(word: str) -> bool:
    return (
        "™" in word or "®" in word or any(part[1:] != part[1:].lower() for part in word.split("-"))
    )


def _lemmas(text: str) -> Iterator[str]:
    return content_lemmas(words(text))


def _said(texts: Iterable[str]) -> Said:
    """Texts by merge key; of two wordings the shorter stands, so that order does not matter."""
    said: dict[str, str] = {}
    for text in texts:
        if text:
            key = merge_key(text)
            said[key] = min(said.get(key, text), text, key=_shortness)
    return said


def _shortness(text: str) -> tuple[int, str]:
    return len(text), text


# Categories and titles.


def _levels(path: str) -> list[str]:
    return [level for level in (clean(part) for part in path.split(" > ")) if level]


def _paths(categories: list[str]) -> tuple[tuple[str, ...], ...]:
    """Category paths up to the first level that only serves selling, such as "Sale"."""
    paths: list[tuple[str, ...]] = []
    for path in categories:
        levels = _levels(path)
        sold = (n for n, level in enumerate(levels) if level.casefold() in lexicon.MERCHANDISING)
        paths.append(tuple(levels[: next(sold, len(levels))]))
    return tuple(path for path in paths if path)


def _collections(categories: list[str]) -> Said:
    said = []
    for path in categories:
        levels = _levels(path)
        said += [name for above, name in zip(levels, levels[1:]) if above == "Collections"]
    return _said(re.sub(r"\s+collection$", "", name, flags=re.IGNORECASE) for name in said)


def _core(title: str) -> list[str]:
    """The title's words before its first comma, dash, bracket, number or "for".

    Before a number that is no measure, or before "of", stands a name rather than a noun
    ("Forerunner 15", "Wizard of Oz"): then the last word is left empty.
    """
    tokens = _TOKEN.findall(title.translate(_MARKS))
    start = next((n for n, token in enumerate(tokens) if token[0].isalpha()), len(tokens))
    end = next((n for n in range(start, len(tokens)) if _ends_core(tokens[n])), len(tokens))
    after = [token.casefold() for token in tokens[end : end + 2]] + [""]
    named = after[0] == "of" or (after[0] not in lexicon.TITLE_ENDS | {""} and after[1] not in lexicon.UNITS)
    return tokens[start:end] + [""] * named


def _ends_core(token: str) -> bool:
    return token.casefold() in lexicon.TITLE_ENDS or any(sign.isdigit() for sign in token)


def _head(core: list[str], brand: str, plain: frozenset[str]) -> str:
    """The noun that names the product's type, as its lemma; empty where the title shows none."""
    while core and core[-1].casefold() in lexicon.COLORS | lexicon.SIZES:
        core = core[:-1]
    last = core[-1].casefold() if core else ""
    head = lemma(last)
    if len(last) < 3 or not last.isalpha() or last in lexicon.ADJECTIVES or head in set(words(brand)):
        return ""
    if head in lexicon.NO_HEADS | lexicon.LIGHT | lexicon.PEOPLE | lexicon.PREPOSITIONS or not (
        head in plain or (core[1:] and _is_word(last))
    ):
        return ""
    return head


def _is_word(word: str) -> bool:
    import simplemma

    return bool(simplemma.is_known(word, lang="en"))


def _named(core: list[str], brand: str) -> Said:
    """The words of a title's core that are not the brand, in order."""
    left_out = set(_lemmas(brand))
    keyed = ((merge_key(word), word) for word in core if word[:1].isalpha())
    return {key: word for key, word in keyed if key not in left_out}


def _topics(names: list[str], lines: list[list[str]]) -> frozenset[str]:
    """What a title or a category names as a topic, and what any sentence does."""
    named = {form for name in names for word in words(name) for form in (word, lemma(word))}
    told = {word.lower() for line in lines for word in line}
    told |= {word.removesuffix("s") for word in told}
    return frozenset(lexicon.SPOKEN.get(word, word) for word in named & lexicon.TOPICS | told & lexicon.ACTIVITIES)


# Materials, qualities, parts: words of a list, where they are said of the product itself.


def _materials(attributes: Mapping[str, list[str]], title: str, lines: list[list[str]]) -> Said:
    """The materials that the attributes name; where there are none, those the text is sure of."""
    stated = [
        _lowered(value)
        for name, values in attributes.items()
        if _attribute(name) in lexicon.MATERIAL_NAMES
        for value in values
        if _is_value(value)
    ]
    if stated:
        return _said([*stated, *filter(None, map(_plainer, stated))])
    return _said(material for line in lines for material in _made_of(line))


def _plainer(material: str) -> str:
    """The material without its modifiers: organic cotton is cotton, but faux leather no leather."""
    *front, last = words(material) or [""]
    return last if front and last in lexicon.MATERIALS and lexicon.FAUX.isdisjoint(front) else ""


def _made_of(line: list[str]) -> Iterator[str]:
    low = [lemma(word.lower()) for word in line]
    at = 0
    while at < len(low):
        size = next((n for n in (2, 1) if " ".join(low[at : at + n]) in lexicon.MATERIALS), 0)
        if size and _says_made(low, line, at, at + size):
            yield " ".join(low[at : at + size])
        at += size or 1


def _says_made(low: list[str], line: list[str], start: int, end: int) -> bool:
    near = {word.lower() for word in line[max(0, start - 4) : start]}
    after = low[end] if end < len(low) else ""
    if near & (lexicon.FAUX | NEGATIONS) or after in lexicon.FAUX | lexicon.WORKED_ON:
        return False
    return bool(near & lexicon.MADE) or after in lexicon.MAKE or (start < 5 and _opens(line[:start]))


def _opens(front: list[str]) -> bool:
    """Whether these words still belong to the noun phrase that a sentence opens with."""
    return not any(
        word.lower() in lexicon.PREPOSITIONS | lexicon.CLAUSE
        or not word[0].isalpha()
        or (word.endswith("s") and not word.endswith(("ss", "'s")) and word.lower() != "this")
        for word in front
    )


_FLAT_QUALITIES = {quality.replace("-", " "): quality for quality in sorted(lexicon.ADJECTIVES)}
_ALL_QUALITIES = {**_FLAT_QUALITIES, **lexicon.SAME_QUALITY}


def _qualities(lines: list[list[str]]) -> Said:
    return {quality: quality for line in lines for quality in _qualities_in(line)}


def _qualities_in(line: list[str]) -> Iterator[str]:
    low = [part for word in line for part in word.lower().split("-")]
    for at in range(len(low)):
        for size in (3, 2, 1):
            quality = _ALL_QUALITIES.get(" ".join(low[at : at + size]))
            if quality and not _negated(low, at) and not _of_a_part(low[at + size : at + size + 2]):
                yield quality


def _of_a_part(after: list[str]) -> bool:
    """Whether an adjective belongs to a part: an adjustable strap makes no adjustable bag."""
    return any(lemma(word) in lexicon.PARTS for word in after)


def _negated(low: list[str], at: int) -> bool:
    return any(word in NEGATIONS or word.endswith("n't") for word in low[max(0, at - 3) : at])


def _parts(lines: list[list[str]]) -> Said:
    return dict(part for line in lines for part in _parts_in([word.lower() for word in line]))


def _parts_in(low: list[str]) -> Iterator[tuple[str, str]]:
    for at, word in enumerate(low):
        part = "" if word in lexicon.THIRD else lemma(word)
        if part not in lexicon.PARTS and f"{lemma(low[at - 1])} {part}" not in lexicon.PART_PAIRS:
            continue
        if at + 1 < len(low) and not _closes(low[at + 1]):
            continue
        if _placed(low[max(0, at - 5) : at]):
            continue
        pair = f"{low[at - 1]} {part}" if at else ""
        if pair in lexicon.PART_PAIRS:
            yield pair, lexicon.PART_PAIRS[pair]
        if part in lexicon.PARTS:
            yield part, lexicon.PARTS[part]


def _closes(word: str) -> bool:
    """Whether a noun phrase can end before this word."""
    return word in lexicon.PREPOSITIONS | lexicon.CLAUSE | lexicon.AND or word in lexicon.THIRD


def _placed(before: list[str]) -> bool:
    """Whether a part is only where something goes ("fits in your pocket"), or is not there."""
    for word in reversed(before):
        if word in lexicon.PLACED:
            return True
        if word in lexicon.PREPOSITIONS | lexicon.CLAUSE | lexicon.AND:
            return False
    return False


# Attributes and colours.


def _attribute(name: str) -> str:
    return " ".join(words(name.replace("_", " ")))


def _is_value(value: str) -> bool:
    plain = value.casefold()
    return bool(plain) and plain not in lexicon.NO_VALUES and not any(sign.isdigit() for sign in plain)


def _values(attributes: Mapping[str, list[str]]) -> Mapping[str, Said]:
    """Qualities that the attributes state, by attribute; a value that says little keeps its name."""
    return {
        name: _said(_valued(name, value) for value in values if _is_value(value))
        for name, values in ((_attribute(name), values) for name, values in attributes.items())
        if name not in lexicon.MATERIAL_NAMES and lexicon.NOT_QUALITIES.isdisjoint(name.split())
    }


def _valued(name: str, value: str) -> str:
    if len(value.split()) > 4:
        return ""
    if name in ("color", "colour"):
        return f"the color {value.lower()}"
    quality = _ALL_QUALITIES.get(value.lower().replace("-", " "))
    return quality or f"{name}: {_lowered(value)}"


def _colors(colors: list[str], attributes: Mapping[str, list[str]]) -> Said:
    """The first two main colours of the picture."""
    return _said(f"the color {color.lower()}" for color in colors[:2] if color)


# Purposes: what stands after "ideal for", "designed for", "lets you" and the like.


def _purposes(lines: list[list[str]]) -> Iterator[Purpose]:
    for line in lines:
        low = [word.lower() for word in line]
        for at in range(len(low)):
            cue = _cue(low, at)
            if cue:
                yield from filter(None, map(_purpose, _listed(line[at + 1 : at + 40], cue)))


def _title_purposes(core: list[str]) -> Iterator[Purpose]:
    """What a title says of its head: a yoga mat is for yoga."""
    for word in core[-2:-1]:
        low = word.lower()
        if low in lexicon.TITLE_EVENTS:
            yield Purpose((low,), (lemma(low),), _is_gerund(low))


def _cue(low: list[str], at: int) -> str:
    """What may follow this word: any phrase, an event, a lexicon.gerund, a verb; empty if no purpose."""
    word, before = low[at], low[at - 1] if at else ""
    if word not in ("for", "you", "to", "you're") or _negated(low, at):
        return ""
    if word == "for":
        return _cue_of_for(before)
    if word == "you're":
        return "lexicon.gerund" if before in lexicon.WHENEVER else ""
    if word == "you":
        return "verb" if before in lexicon.HELPS else ""
    return "verb" if before == "you" and low[at - 2] in lexicon.ALLOWS else ""


def _cue_of_for(before: str) -> str:
    if before in lexicon.IDEAL:
        return "any"
    if not before:
        return "event"
    return "" if before in lexicon.NOT_FOR else "lexicon.gerund"


def _listed(after: list[str], cue: str) -> Iterator[list[str]]:
    """The phrases of a list such as "drinking tea, coffee or soup and for baking bread"."""
    verb = ""
    for place, piece in enumerate(_pieces(after)):
        if place and piece[0] == "for":
            piece, verb = piece[1:] or ["it"], ""
        if cue == "verb":
            piece = [lexicon.gerund(piece[0].lower()), *piece[1:]]
            cue = "lexicon.gerund"
        if _is_gerund(piece[0]):
            verb = piece[0] if len(piece) > 1 and lexicon.PREPOSITIONS.isdisjoint(piece) else ""
            yield piece
        elif place and verb and _is_short(piece):
            yield [verb, *piece]
        elif _fits(piece, cue, place):
            yield piece
        else:
            return


def _fits(piece: list[str], cue: str, place: int) -> bool:
    noun = _noun_phrase(piece)
    if not noun or (place and len(noun) > 3):
        return False
    head = noun[-1].lower()
    return _is_gerund(head) or cue == "any" or (cue == "event" and lemma(head) in lexicon.EVENTS)


def _is_short(piece: list[str]) -> bool:
    return len(piece) < 3 and lexicon.PREPOSITIONS.isdisjoint(piece) and piece[0] not in lexicon.DETERMINERS


def _pieces(after: list[str]) -> Iterator[list[str]]:
    """The members of a list up to where the clause ends."""
    ends = (n for n, word in enumerate(after) if word in lexicon.CLAUSE or not _is_plain(word))
    clause = after[: next(ends, len(after))]
    for joined, members in groupby(clause, lambda word: word in lexicon.AND):
        if not joined:
            yield list(members)


def _is_plain(word: str) -> bool:
    return word in lexicon.AND or (word[0].isalpha() and word == word.lower())


def _is_gerund(word: str) -> bool:
    return word.endswith("ing") and len(word) > 4 and word.isalpha() and word not in lexicon.NOT_GERUNDS


def _noun_phrase(piece: list[str]) -> list[str]:
    """The phrase without its determiners, what measures it, and what follows its noun."""
    if "of" in piece[:5] and lexicon.MEASURED.intersection(piece[: piece.index("of")]):
        piece = piece[piece.index("of") + 1 :]
    while piece and piece[0] in lexicon.DETERMINERS:
        piece = piece[1:]
    end = next((n for n, word in enumerate(piece) if word in lexicon.PREPOSITIONS), len(piece))
    while end and piece[end - 1] in lexicon.LOOSE:
        end -= 1
    return piece[:end]


def _purpose(piece: list[str]) -> Purpose | None:
    verbal = _is_gerund(piece[0])
    phrase = piece[:LONGEST] if verbal else _noun_phrase(piece)
    while phrase and phrase[-1] in lexicon.PREPOSITIONS | lexicon.DETERMINERS:
        phrase = phrase[:-1]
    if not phrase or len(phrase) > LONGEST or _pointing(phrase):
        return None
    purpose = Purpose(tuple(phrase), tuple(lemma(word) for word in phrase), verbal)
    return None if purpose.head in lexicon.PEOPLE or not _has_content(phrase) else purpose


def _pointing(phrase: list[str]) -> bool:
    return any(word in ("it", "them", "this", "these", "those", "others") for word in phrase)


def _has_content(phrase: Iterable[str]) -> bool:
    forms = {(word, form) for word in phrase for form in _lemmas(word)}
    return any(word not in lexicon.LIGHT and form not in lexicon.LIGHT for word, form in forms)


def _common(p: Purpose, q: Purpose) -> str:
    """What two purposes have in common, in the words of the shorter; empty if that is nothing."""
    p, q = sorted((p, q), key=lambda purpose: _shortness(" ".join(purpose.words)))
    if p.head != q.head:
        return ""
    if set(_content(p)) <= set(_content(q)):
        return " ".join(p.words)
    shared = _same_start(p, q) if p.verbal and q.verbal else _same_end(p, q)
    return " ".join(shared) if _has_content(shared) else ""


def _content(purpose: Purpose) -> Iterator[str]:
    return _lemmas(" ".join(purpose.words))


def _same_start(p: Purpose, q: Purpose) -> tuple[str, ...]:
    """The longest common beginning that cuts no noun phrase in two."""
    same = 0
    while same < min(len(p.lemmas), len(q.lemmas)) and p.lemmas[same] == q.lemmas[same]:
        same += 1
    while same > 1 and not (_whole(p, same) and _whole(q, same)):
        same -= 1
    return p.words[:same] if same > 1 or _whole(p, 1) or _whole(q, 1) else ()


def _whole(purpose: Purpose, size: int) -> bool:
    last, *rest = purpose.words[size - 1 :]
    if last in lexicon.PREPOSITIONS | lexicon.DETERMINERS:
        return False
    return not rest or last in lexicon.LOOSE or rest[0] in lexicon.PREPOSITIONS | lexicon.DETERMINERS | lexicon.LOOSE


def _same_end(p: Purpose, q: Purpose) -> tuple[str, ...]:
    if p.verbal or q.verbal:
        return p.words[:1] if p.verbal else p.words[-1:]
    same = 1
    while same < len(p.lemmas) and p.lemmas[-same - 1 :] == q.lemmas[-same - 1 :]:
        same += 1
    return p.words[-same:]


# Abilities: what a product is said to do.


def _abilities(lines: list[list[str]]) -> Iterator[tuple[str, str]]:
    for line in lines:
        low = [word.lower() for word in line]
        for at, word in enumerate(low):
            verb = lexicon.THIRD.get(word) or (word if word in lexicon.VERBS else "")
            if verb and _acts(low, at):
                yield from _deeds(verb, low[at + 1 : at + 12])
            yield from _compound(word)


def _acts(low: list[str], at: int) -> bool:
    """Whether this word is a verb with the product, or a part of it, as its subject."""
    before = low[at - 1] if at else ""
    if _negated(low, at):
        return False
    if low[at] in lexicon.THIRD:
        return before not in lexicon.PREPOSITIONS | lexicon.DETERMINERS
    return before in ("to", "can", "will", "help", "helps", "and", "you") or _is_plural(before)


def _is_plural(word: str) -> bool:
    return word.endswith("s") and not word.endswith("ss") and len(word) > 3 and word not in lexicon.THIRD


def _deeds(verb: str, after: list[str]) -> Iterator[tuple[str, str]]:
    after = [word for word in after if not word.endswith("ly") or word in lexicon.WAYS]
    if verb in ("keep", "stay"):
        yield from _kept(verb, after)
    elif after and after[0] in lexicon.WAYS and verb in ("dry", "fold"):
        yield f"{verb} {after[0]}", f"{verb} {after[0]}"
    else:
        yield from _done(verb, after)


def _kept(verb: str, after: list[str]) -> Iterator[tuple[str, str]]:
    """ "keeps your body cool and dry" keeps you cool, and keeps you dry."""
    first = next((n for n, word in enumerate(after[:5]) if word in lexicon.STATES), None)
    if first is None:
        return
    kept = [word for word in after[:first] if word not in lexicon.DETERMINERS] or ["you"]
    whom = "you" if kept[-1] in lexicon.WEARER or verb == "stay" else " ".join(kept)
    if not lexicon.PREPOSITIONS.isdisjoint(kept) or not lexicon.CLAUSE.isdisjoint(set(kept) - {"you"}):
        return
    for state in _states(after[first:]):
        yield f"keep {lemma(whom.split()[-1])} {state}", f"keep {whom} {state}"


def _states(words_: list[str]) -> Iterator[str]:
    for word in words_:
        if word in lexicon.STATES:
            yield word
        elif word not in lexicon.AND:
            return


def _done(verb: str, after: list[str]) -> Iterator[tuple[str, str]]:
    what = _object(after)
    if not what or len(what) > 4 or lemma(what[-1]) in lexicon.LIGHT | lexicon.PEOPLE:
        return
    if verb == "wick":
        what = ["moisture"] if what[-1] in lexicon.SAME_OBJECT else what
    yield f"{verb} {lemma(what[-1])}", " ".join([verb, *what])


def _object(after: list[str]) -> list[str]:
    """The object of a verb, without particle and determiners: "out the cold wind" is "cold wind"."""
    what: list[str] = []
    for word in after:
        if not what and word in lexicon.DETERMINERS | {"away", "out", "off", "up", "down"}:
            continue
        if word in lexicon.PREPOSITIONS | lexicon.CLAUSE | lexicon.AND | lexicon.THIRD.keys() or not word[0].isalpha():
            break
        what.append(word)
    return what


def _compound(word: str) -> Iterator[tuple[str, str]]:
    """ "moisture-wicking" wicks moisture, "quick-drying" dries quickly."""
    what, hyphen, doing = word.partition("-")
    if not hyphen or doing not in lexicon.GERUND:
        return
    if what in ("quick", "fast"):
        yield f"{lexicon.GERUND[doing]} quickly", f"{lexicon.GERUND[doing]} quickly"
    elif what not in lexicon.ADJECTIVES | lexicon.LIGHT | lexicon.PREPOSITIONS:
        yield from _done(lexicon.GERUND[doing], [what])


# What both say, most specific first.


def _shared(a: Said, b: Said) -> list[str]:
    return [min(a[key], b[key], key=_shortness) for key in sorted(a.keys() & b.keys())]


def _ranked(tails: Iterable[str]) -> list[str]:
    """One tail per meaning, those with more content first, then by alphabet."""
    return sorted(_said(tails).values(), key=lambda tail: (-len(set(_lemmas(tail))), tail))


def _widest(tails: Iterable[str]) -> list[str]:
    """`_ranked` without the tails that another one contains: organic cotton, not also cotton."""
    ranked, kept = _ranked(tails), list[str]()
    for tail in ranked:
        if not any(set(_lemmas(tail)) < set(_lemmas(other)) for other in kept):
            kept.append(tail)
    return kept


def _is_a(a: Facts, b: Facts) -> list[str]:
    kinds = [_singular(name) for name in _narrowest(a, b) if _is_kind(name)]
    heads = [lexicon.PLURAL_ONLY.get(a.head, a.head)] if a.head and a.head == b.head else []
    return _ranked([*kinds, *heads])


def _narrowest(a: Facts, b: Facts) -> list[str]:
    """The narrowest category names that stand in a path of both."""
    names = {merge_key(name): name for path in b.paths for name in path}
    found = set()
    for path in a.paths:
        shared = [name for name in path if merge_key(name) in names]
        found.update(min(name, names[merge_key(name)], key=_shortness) for name in shared[-1:])
    above = {merge_key(name) for facts in (a, b) for path in facts.paths for name in path[:-1]}
    leaves = {name for name in found if merge_key(name) not in above}
    return sorted(leaves or found)


def _is_kind(name: str) -> bool:
    """Whether a category's name names things (Jackets, Fitness Equipment) and no topic (Coffee)."""
    last = (words(name) or [""])[-1]
    plural = last.endswith("s") and not last.endswith("ss") and last not in lexicon.TOPICAL_PLURALS
    return name.casefold() not in lexicon.OPAQUE and (plural or last in lexicon.KIND_NOUNS)


def _singular(name: str) -> str:
    """A category's name as a type: `Road Bikes` is `road bike`; a list of types stays."""
    *front, last = _lowered(name).split(" ")
    if {"&", "and"}.intersection(front) or "," in name or not last.isalpha() or last in lexicon.KIND_NOUNS:
        return _lowered(name)
    return " ".join([*front, lexicon.PLURAL_ONLY.get(lemma(last), lemma(last))])


def _related_to(a: Facts, b: Facts) -> list[str]:
    narrowest = _narrowest(a, b)
    named = [name for name in narrowest if not _is_kind(name)]
    named += [name for name in _parents(a, narrowest) if name in _parents(b, narrowest)]
    topics = [_lowered(name) for name in named if name.casefold() not in lexicon.OPAQUE]
    return _ranked([*topics, *(a.topics & b.topics)])


def _parents(facts: Facts, names: list[str]) -> list[str]:
    keys = {merge_key(name) for name in names}
    above = (zip(path, path[1:]) for path in facts.paths)
    return [upper for pairs in above for upper, lower in pairs if merge_key(lower) in keys]


def _similar_to(a: Facts, b: Facts) -> list[str]:
    """The words that titles of one type share, in the order of a title."""
    first, second = sorted((a.title, b.title), key=lambda title: list(title.items()))
    shared = [key for key in first if key in second]
    telling = [key for key in shared if key not in lexicon.COLORS | lexicon.SIZES]
    same_type = a.head and a.head == b.head
    fits = same_type and len(telling) >= 2 and len(shared) <= 6
    return [" ".join(first[key] for key in shared)] if fits else []


def _has_a(a: Facts, b: Facts) -> list[str]:
    """Shared parts, but for what the products themselves are: a strap has no strap."""
    parts = _widest(_shared(a.parts, b.parts))
    return [part for part in parts if not {a.head, b.head} & set(_lemmas(part))]


def _part_of(a: Facts, b: Facts) -> list[str]:
    return [f"the {name} collection" for name in _ranked(_shared(a.collections, b.collections))]


def _used_for(a: Facts, b: Facts) -> list[str]:
    tails = _widest(filter(None, (_common(p, q) for p in a.purposes for q in b.purposes)))
    return [lexicon.SPOKEN.get(tail, tail) for tail in tails]


def _can(a: Facts, b: Facts) -> list[str]:
    return _widest(_shared(a.abilities, b.abilities))


def _capable_of(a: Facts, b: Facts) -> list[str]:
    split = (tail.partition(" ") for tail in _can(a, b))
    return [f"{lexicon.gerund(verb)} {rest}" for verb, _, rest in split]


def _property_of(a: Facts, b: Facts) -> list[str]:
    """Qualities in the text, then one value of each attribute, then the pictures' colours."""
    names = sorted(a.values.keys() & b.values.keys())
    valued = [
        tail for name in names for tail in _ranked(_shared(a.values[name], b.values[name]))[:1]
    ]
    tails = [_ranked(_shared(a.qualities, b.qualities)), _ranked(valued)]
    tails.append(_ranked(_shared(a.colors, b.colors)))
    return list(dict.fromkeys(tail for part in tails for tail in part))


_RULES: dict[str, Callable[[Facts, Facts], list[str]]] = {
    "isA": _is_a,
    "madeOf": lambda a, b: _widest(_shared(a.materials, b.materials)),
    "createdBy": lambda a, b: _shared(a.brand, b.brand),
    "hasA": _has_a,
    "usedFor": _used_for,
    "can": _can,
    "capableOf": _capable_of,
    "propertyOf": _property_of,
    "relatedTo": _related_to,
    "similarTo": _similar_to,
    "partOf": _part_of,
}
"""The relations that a catalogue says something about; of the others it says nothing."""
