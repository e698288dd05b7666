"""What the catalogue itself says of two products at once: a baseline without weights.

A product's card is read once into `Facts`, each thing under the key it is compared by; a rule per
relation then states what both cards say. Nothing is guessed: where the catalogue says nothing,
so does the model. The word lists it reads by are in `catalogue_words.py`.
"""

from __future__ import annotations

import json
import re
from collections.abc import AsyncIterable, AsyncIterator, Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain, groupby, islice, pairwise
from typing import Any

from mindgraph.errors import UsageError
from mindgraph.models import Job, ModelInfo, Part, Reply
from mindgraph.models import catalogue_words as lexicon
from mindgraph.relations import RELATIONS
from mindgraph.text import NEGATIONS, clean, content_lemmas, lemma, merge_key, words

REVISION = "1"
"""Goes up when a rule or a word list changes: it is part of every request key."""

MOST = 60
"""Purposes, and abilities, read from one card, so that no text makes a pair slow."""

LONGEST = 8
"""Words in a purpose."""

_TOKEN = re.compile(r"\d+(?:[.,]\d+)+|[^\W_]+(?:[-'][^\W_]+)*|[^\w\s]")
_ENDS = frozenset('.!?;:•|()[]{}–—*…-"')
_MARKS = str.maketrans({"’": "'", "™": None, "®": None, "©": None})

Line = list[str]
"""A sentence, or what a dash or a bracket cuts off from one, as tokens."""

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
        """The lemma that two purposes must share to have anything in common."""
        return self.lemmas[0 if self.verbal else -1]

    @property
    def text(self) -> str:
        """The purpose as it is stated after "used for"."""
        return " ".join(self.words)


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
            tails = _tails(suffix, *_two_cards(prefix))
            lines = [f"{_phrase(suffix)} {tail}" for tail in tails[: self._most]]
        except ValueError as error:
            return Reply(key, "", "error", str(error))
        return Reply(key, "\n".join(lines), "stop" if lines else "nothing")


def _phrase(relation: str) -> str:
    return RELATIONS[relation].phrase


def _tails(relation: str, a: Facts, b: Facts) -> list[str]:
    if relation not in RELATIONS:
        raise ValueError(f"the suffix {relation[:40]!r} is no relation; use a name of relations.py")
    rule = _RULES.get(relation)
    return rule(a, b) if rule else []


def _two_cards(prefix: tuple[Part, ...]) -> tuple[Facts, Facts]:
    if len(prefix) != 2 or any(part.kind != "text" for part in prefix):
        raise ValueError("the prefix is not two product cards; send two text parts of JSON")
    return _facts(prefix[0].value), _facts(prefix[1].value)


# ---- Reading a card


@lru_cache(maxsize=4096)
def _facts(card: str) -> Facts:
    fields = _fields(card)
    title, brand, attributes = fields["title"], fields["brand"], fields["attributes"]
    told = _lines(fields["description"])
    lines = [*_lines(title), *told]
    core, paths = _core(title), _paths(fields["categories"])
    return Facts(
        paths=paths,
        collections=_collections(fields["categories"]),
        head=_head(core, brand, lines),
        title=_named(core, brand),
        topics=_topics([title, *chain(*paths)], lines),
        brand=_said([brand]),
        materials=_materials(attributes, lines),
        purposes=tuple(islice(chain(_title_purposes(core), _purposes(lines)), MOST)),
        abilities=dict(islice(_abilities(lines), MOST)),
        qualities=_qualities(lines),
        values=_values(attributes),
        colors=_said(f"the color {color.lower()}" for color in fields["colors"][:2] if color),
        parts=_parts([*_lines(title.partition(" with ")[2]), *told]),
    )


_EMPTY: dict[str, Any] = {
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
    return {name: _field(name, given.get(name), empty) for name, empty in _EMPTY.items()}


def _field(name: str, given: Any, empty: Any) -> Any:
    if given is None:
        return empty
    if isinstance(empty, str) and isinstance(given, str):
        return clean(given)
    if isinstance(empty, list) and _is_texts(given):
        return [clean(text) for text in given]
    if isinstance(empty, dict) and isinstance(given, dict) and all(map(_is_texts, given.values())):
        return {_attribute(key): [clean(text) for text in texts] for key, texts in given.items()}
    raise ValueError(f"the field {name!r} of a product card has a wrong type; see its format")


def _is_texts(given: Any) -> bool:
    return isinstance(given, list) and all(isinstance(text, str) for text in given)


def _attribute(name: str) -> str:
    return " ".join(words(name.replace("_", " ")))


def _tokens(text: str) -> Line:
    return _TOKEN.findall(text.translate(_MARKS))


def _lines(text: str) -> list[Line]:
    lines: list[Line] = [[]]
    for token in _tokens(text):
        if token in _ENDS:
            lines.append([])
        else:
            lines[-1].append(token)
    return [line for line in lines if line]


def _lower(line: Line) -> Line:
    return [word.lower() for word in line]


def _lemmas(text: str) -> Iterator[str]:
    return content_lemmas(words(text))


def _lowered(text: str) -> str:
    """Lower case, but for acronyms and trade names: `Full HD Screens` is `full HD screens`."""
    if text.isupper():
        return text.lower()
    return " ".join(word if _is_name(word) else word.lower() for word in text.split(" "))


def _is_name(word: str) -> bool:
    inner = any(part[1:] != part[1:].lower() for part in word.split("-"))
    return inner or "™" in word or "®" in word


def _said(texts: Iterable[str]) -> Said:
    """Texts by merge key; of two wordings the shorter stands, so that order does not matter."""
    said: dict[str, str] = {}
    for text in filter(None, texts):
        key = merge_key(text)
        said[key] = min(said.get(key, text), text, key=_shortness)
    return said


def _shortness(text: str) -> tuple[int, str]:
    return len(text), text


# ---- Categories and titles


def _levels(path: str) -> list[str]:
    return [level for level in map(clean, path.split(" > ")) if level]


def _paths(categories: list[str]) -> tuple[tuple[str, ...], ...]:
    """Category paths up to the first level that only serves selling, such as "Sale"."""
    paths = []
    for levels in map(_levels, categories):
        sold = (n for n, level in enumerate(levels) if level.casefold() in lexicon.MERCHANDISING)
        paths.append(tuple(levels[: next(sold, len(levels))]))
    return tuple(path for path in paths if path)


def _collections(categories: list[str]) -> Said:
    steps = chain.from_iterable(pairwise(_levels(path)) for path in categories)
    names = [name for above, name in steps if above.casefold() == "collections"]
    return _said(re.sub(r" collection$", "", name, flags=re.IGNORECASE) for name in names)


def _core(title: str) -> Line:
    """The title's words before its first comma, dash, bracket, number or "for".

    Before a number that is no measure, before "of" and before a slash stands a name, or half of
    one ("Forerunner 15", "Wizard of Oz", "Laptop/Tablet Bag"): then the last word is left empty.
    """
    tokens = _tokens(title)
    start = next((n for n, token in enumerate(tokens) if token[0].isalpha()), len(tokens))
    end = next((n for n in range(start, len(tokens)) if _ends_core(tokens[n])), len(tokens))
    first, second = [*_lower(tokens[end : end + 2]), "", ""][:2]
    measured = first in lexicon.TITLE_ENDS | {""} or second in lexicon.UNITS
    return tokens[start:end] + [""] * (first in ("of", "/") or not measured)


def _ends_core(token: str) -> bool:
    return token.lower() in lexicon.TITLE_ENDS or any(sign.isdigit() for sign in token)


def _head(core: Line, brand: str, lines: list[Line]) -> str:
    """The noun that names the product's type, as its lemma; empty where the title shows none."""
    while core and core[-1].lower() in lexicon.COLORS | lexicon.SIZES:
        core = core[:-1]
    last = core[-1].lower() if core else ""
    head = lemma(last)
    if len(last) < 3 or not last.isalpha() or last in lexicon.ADJECTIVES or head in words(brand):
        return ""
    known = any(last in line for line in lines) or (core[1:] and _is_english(last))
    return head if known and head not in lexicon.NO_TYPES else ""


def _is_english(word: str) -> bool:
    import simplemma

    return bool(simplemma.is_known(word, lang="en"))


def _named(core: Line, brand: str) -> Said:
    """The words of a title's core that are not the brand, in order."""
    left_out = set(_lemmas(brand))
    keyed = ((merge_key(word), word) for word in core if word[:1].isalpha())
    return {key: word for key, word in keyed if key not in left_out}


def _topics(names: list[str], lines: list[Line]) -> frozenset[str]:
    """The topics that a title or a category names, and the activities that any sentence names."""
    named = {form for name in names for word in words(name) for form in (word, lemma(word))}
    told = {word.lower() for line in lines for word in line}
    told |= {word.removesuffix("s") for word in told}
    found = named & lexicon.TOPICS | told & lexicon.ACTIVITIES
    return frozenset(lexicon.SPOKEN.get(word, word) for word in found)


# ---- Materials, qualities, parts: listed words, where they are said of the product itself


def _materials(attributes: Mapping[str, list[str]], lines: list[Line]) -> Said:
    """The materials that the attributes name; where there are none, those the text is sure of."""
    names = sorted(lexicon.MATERIAL_NAMES & attributes.keys())
    stated = [_lowered(value) for name in names for value in attributes[name] if _is_value(value)]
    if stated:
        return _said([*stated, *map(_plainer, stated)])
    return _said(chain.from_iterable(map(_made_of, lines)))


def _plainer(material: str) -> str:
    """The material without its modifiers: organic cotton is cotton, but faux leather no leather."""
    *front, last = words(material) or [""]
    return last if front and last in lexicon.MATERIALS and lexicon.FAUX.isdisjoint(front) else ""


def _made_of(line: Line) -> Iterator[str]:
    low = [lemma(word.lower()) for word in line]
    at = 0
    while at < len(low):
        size = next((n for n in (2, 1) if " ".join(low[at : at + n]) in lexicon.MATERIALS), 0)
        if size and _says_made(line, low, at, at + size):
            yield " ".join(low[at : at + size])
        at += size or 1


def _says_made(line: Line, low: Line, start: int, end: int) -> bool:
    near = set(_lower(line[max(0, start - 4) : start]))
    after = low[end] if end < len(low) else ""
    if near & (lexicon.FAUX | NEGATIONS) or after in lexicon.FAUX | lexicon.WORKED_ON:
        return False
    if _of_a_part(low[end : end + 2]):
        return False
    opens = start < 5 and not any(map(_ends_opening, line[:start]))
    return opens or bool(near & lexicon.MADE) or after in lexicon.MAKE


def _ends_opening(word: str) -> bool:
    """Whether the noun phrase that opens a sentence is over after this word."""
    if word.lower() in lexicon.PREPOSITIONS | lexicon.CLAUSE or not word[0].isalpha():
        return True
    return word.endswith("s") and not word.endswith(("ss", "'s")) and word.lower() != "this"


def _qualities(lines: list[Line]) -> Said:
    return {quality: quality for line in lines for quality in _qualities_in(line)}


def _qualities_in(line: Line) -> Iterator[str]:
    low = [part for word in line for part in word.lower().split("-")]
    for at in range(len(low)):
        for end in range(at + 1, at + 4):
            quality = lexicon.QUALITIES.get(" ".join(low[at:end]))
            if quality and not _negated(low, at) and not _of_a_part(low[end : end + 3]):
                yield quality


def _of_a_part(after: Line) -> bool:
    """Whether what stands before is said of a part: an adjustable strap makes no adjustable bag."""
    return any(lemma(word) in lexicon.ANY_PARTS for word in after)


def _negated(low: Line, at: int) -> bool:
    return any(word in NEGATIONS or word.endswith("n't") for word in low[max(0, at - 3) : at])


def _parts(lines: list[Line]) -> Said:
    return dict(chain.from_iterable(_parts_in(["", *_lower(line), ""]) for line in lines))


def _parts_in(low: Line) -> Iterator[tuple[str, str]]:
    for at in range(1, len(low) - 1):
        part = "" if low[at] in lexicon.THIRD else lemma(low[at])
        pair = f"{low[at - 1]} {part}"
        known = (part in lexicon.PARTS or pair in lexicon.PART_PAIRS) and low[at + 1] != "to"
        if known and _ends_phrase(low[at + 1]) and not _is_elsewhere(low[max(0, at - 5) : at]):
            yield pair, lexicon.PART_PAIRS.get(pair, "")
            yield part, lexicon.PARTS.get(part, "")


def _ends_phrase(word: str) -> bool:
    """Whether a noun phrase can end before this word."""
    return not word or word in lexicon.ENDINGS or word in lexicon.THIRD


def _is_elsewhere(before: Line) -> bool:
    """Whether a part is only where something goes ("fits in your pocket"), or is not there."""
    near = (word for word in reversed(before) if word in lexicon.PLACED | lexicon.ENDINGS)
    return next(near, "") in lexicon.PLACED


# ---- Attributes


def _is_value(value: str) -> bool:
    plain = value.casefold()
    return plain not in lexicon.NO_VALUES | {""} and not any(sign.isdigit() for sign in plain)


def _values(attributes: Mapping[str, list[str]]) -> Mapping[str, Said]:
    """What the attributes state of the product, but materials, sizes, prices, codes and flags."""
    return {
        name: _said(_valued(name, value) for value in values if _is_value(value))
        for name, values in attributes.items()
        if name not in lexicon.MATERIAL_NAMES and lexicon.NOT_QUALITIES.isdisjoint(name.split())
    }


def _valued(name: str, value: str) -> str:
    """A value as it is stated; one that says little alone keeps its name: "pattern: solid"."""
    if len(value.split()) > 4:
        return ""
    if name in ("color", "colour"):
        return f"the color {value.lower()}"
    quality = lexicon.QUALITIES.get(value.lower().replace("-", " "))
    return quality or f"{name}: {_lowered(value)}"


# ---- Purposes: what stands after "ideal for", "designed for", "lets you" and the like


def _title_purposes(core: Line) -> Iterator[Purpose]:
    """What a title says of its head: a yoga mat is for yoga."""
    for word in _lower(core[-2:-1]):
        if word in lexicon.TITLE_EVENTS:
            yield Purpose((word,), (lemma(word),), _is_gerund(word))


def _purposes(lines: list[Line]) -> Iterator[Purpose]:
    for line in lines:
        low = _lower(line)
        for at in range(len(low)):
            cue, after = _cue(low, at), line[at + 1 : at + 40]
            if cue:
                phrases = _first_deed(after) if cue == "verb" else _listed(after, cue)
                yield from filter(None, map(_purpose, phrases))


def _cue(low: Line, at: int) -> str:
    """What may follow this word: any phrase, an event, a gerund, a verb; empty if no purpose."""
    if low[at] not in ("for", "you", "to", "you're") or _negated(low, at):
        return ""
    before = low[at - 1] if at else ""
    if low[at] == "for":
        return _cue_of_for(before)
    if low[at] == "you're":
        return "gerund" if before in lexicon.WHENEVER else ""
    if low[at] == "you":
        return "verb" if before in lexicon.HELPS else ""
    return "verb" if before == "you" and low[max(0, at - 2)] in lexicon.ALLOWS else ""


def _cue_of_for(before: str) -> str:
    if before in lexicon.IDEAL:
        return "any"
    if not before:
        return "event"
    return "" if before in lexicon.NOT_FOR else "gerund"


def _first_deed(after: Line) -> Iterator[Line]:
    """What "lets you" is followed by; later members of its list may be other verbs."""
    for verb, *rest in islice(_pieces(after), 1):
        yield [lexicon.gerund(verb), *rest]


def _listed(after: Line, cue: str) -> Iterator[Line]:
    """The phrases of a list such as "drinking tea, coffee or soup and for baking bread"."""
    verb: str | None = None  # what nouns later in the list may still be the object of
    for place, piece in enumerate(_pieces(after)):
        if place and piece[0] == "for":
            piece, verb = piece[1:] or ["it"], None
        if _is_gerund(piece[0]):
            verb = piece[0] if lexicon.PREPOSITIONS.isdisjoint(piece) else ""
            yield piece
        elif verb is not None and verb not in lexicon.ALONE:
            if not verb or not _is_object(piece):
                return
            yield [verb, *piece]
        elif _is_event(piece, cue, place):
            yield piece
        else:
            return


def _pieces(after: Line) -> Iterator[Line]:
    """The members of a list up to where the clause ends."""
    ends = (n for n, word in enumerate(after) if word in lexicon.CLAUSE or not _is_plain(word))
    clause = after[: next(ends, len(after))]
    for joined, members in groupby(clause, lambda word: word in lexicon.AND):
        if not joined:
            yield list(members)


def _is_plain(word: str) -> bool:
    return word in lexicon.AND or (word[0].isalpha() and word == word.lower())


def _is_gerund(word: str) -> bool:
    shaped = word.endswith("ing") and len(word) > 4 and word.isalpha()
    return shaped and word not in lexicon.NOT_GERUNDS


def _is_object(piece: Line) -> bool:
    return len(piece) < 3 and lexicon.EDGES.isdisjoint(piece)


def _is_event(piece: Line, cue: str, place: int) -> bool:
    """Whether a noun phrase can be a purpose after this cue, at this place of a list."""
    noun = _noun_phrase(piece)
    if not noun or (place and len(noun) > 3):
        return False
    if noun[-1] in lexicon.ADJECTIVES or noun[-1].endswith("ed") or noun[0] in lexicon.NUMBERS:
        return False
    told = cue == "event" and lemma(noun[-1]) in lexicon.EVENTS
    return told or cue == "any" or _is_gerund(noun[-1])


def _noun_phrase(piece: Line) -> Line:
    """The phrase without its determiners, what measures it, and what follows its noun."""
    if "of" in piece[:5] and lexicon.MEASURED.intersection(piece[: piece.index("of")]):
        piece = piece[piece.index("of") + 1 :]
    while piece and piece[0] in lexicon.DETERMINERS:
        piece = piece[1:]
    end = next((n for n, word in enumerate(piece) if word in lexicon.PREPOSITIONS), len(piece))
    while end and piece[end - 1] in lexicon.LOOSE:
        end -= 1
    return piece[:end]


def _purpose(piece: Line) -> Purpose | None:
    verbal = _is_gerund(piece[0])
    phrase = piece[:LONGEST] if verbal else _noun_phrase(piece)
    while phrase and phrase[-1] in lexicon.EDGES | lexicon.NUMBERS:
        phrase = phrase[:-1]
    if not phrase or len(phrase) > LONGEST or not lexicon.POINTERS.isdisjoint(phrase):
        return None
    purpose = Purpose(tuple(phrase), tuple(map(lemma, phrase)), verbal)
    return purpose if purpose.head not in lexicon.PEOPLE and _has_content(phrase) else None


def _has_content(phrase: Iterable[str]) -> bool:
    forms = ((word, form) for word in phrase for form in _lemmas(word))
    return any(word not in lexicon.LIGHT and form not in lexicon.LIGHT for word, form in forms)


def _common(p: Purpose, q: Purpose) -> str:
    """What two purposes have in common, in the words of the shorter; empty if that is nothing."""
    if p.head != q.head:
        return ""
    p, q = sorted((p, q), key=lambda purpose: _shortness(purpose.text))
    if set(_lemmas(p.text)) <= set(_lemmas(q.text)):
        return p.text
    shared = _same_start(p, q) if p.verbal and q.verbal else _same_end(p, q)
    return " ".join(shared) if _has_content(shared) else ""


def _same_start(p: Purpose, q: Purpose) -> tuple[str, ...]:
    """The longest common beginning that cuts no noun phrase in two."""
    pairs = zip(p.lemmas, q.lemmas, strict=False)
    same = next((n for n, (left, right) in enumerate(pairs) if left != right), len(p.lemmas))
    while same > 1 and not (_is_whole(p, same) and _is_whole(q, same)):
        same -= 1
    return p.words[:same] if same > 1 or _is_whole(p, 1) or _is_whole(q, 1) else ()


def _is_whole(purpose: Purpose, size: int) -> bool:
    """Whether the first words of a purpose end where one of its phrases does."""
    last, *rest = purpose.words[size - 1 :]
    if last in lexicon.EDGES:
        return False
    return not rest or last in lexicon.LOOSE or rest[0] in lexicon.EDGES | lexicon.LOOSE


def _same_end(p: Purpose, q: Purpose) -> tuple[str, ...]:
    """The longest common end of two noun phrases; of a verb and a noun, what is a word of both."""
    if p.verbal or q.verbal:
        return p.words[:1] if p.verbal else p.words[-1:]
    size = 1
    while size < len(p.words) and p.lemmas[-size - 1 :] == q.lemmas[-size - 1 :]:
        size += 1
    return p.words[-size:]


# ---- Abilities: what a product is said to do


def _abilities(lines: list[Line]) -> Iterator[tuple[str, str]]:
    for low in map(_lower, lines):
        for at, word in enumerate(low):
            verb = lexicon.THIRD.get(word) or (word if word in lexicon.VERBS else "")
            if verb and _acts(low, at):
                yield from _deeds(word, verb, low[at + 1 : at + 12])
            yield from _compound(word)


def _acts(low: Line, at: int) -> bool:
    """Whether this word is a verb with the product, or a part of it, as its subject."""
    if _negated(low, at):
        return False
    before, after = low[at - 1] if at else "", low[at + 1] if at + 1 < len(low) else ""
    if low[at] in lexicon.THIRD:
        return before == "that" or before not in lexicon.EDGES
    promised = low[at] == "keep" and after in ("you", "your")
    return promised or before in lexicon.HELPED or _is_plural(before)


def _is_plural(word: str) -> bool:
    shaped = word.endswith("s") and not word.endswith("ss") and len(word) > 3
    return shaped and word not in lexicon.THIRD


def _deeds(word: str, verb: str, after: Line) -> Iterator[tuple[str, str]]:
    if after and after[0] in lexicon.WAYS.get(verb, ()):
        yield f"{verb} {after[0]}", f"{verb} {after[0]}"
        return
    after = [other for other in after if not other.endswith("ly")]
    if word == "stays":
        yield from ((f"stay {state}", f"stay {state}") for state in _states(after))
    else:
        yield from _kept(verb, after) if verb in ("keep", "stay") else _done(verb, after)


def _kept(verb: str, after: Line) -> Iterator[tuple[str, str]]:
    """To keep your body cool and dry is to keep you cool, and to keep you dry."""
    first = next((n for n, word in enumerate(after[:5]) if word in lexicon.STATES), 0)
    kept = [word for word in after[:first] if word not in lexicon.DETERMINERS]
    if not (lexicon.ENDINGS | lexicon.POINTERS).isdisjoint(set(kept) - {"you"}):
        return
    owner = verb == "stay" or not kept or kept[-1] in lexicon.WEARER
    whom = "you" if owner else " ".join(kept)
    for state in _states(after[first:]):
        if not owner or state in lexicon.PERSONAL:
            yield f"keep {lemma(whom.split()[-1])} {state}", f"keep {whom} {state}"


def _states(after: Line) -> Iterator[str]:
    for word in after:
        if word in lexicon.STATES:
            yield word
        elif word not in lexicon.AND:
            return


def _done(verb: str, after: Line) -> Iterator[tuple[str, str]]:
    what = _object(after)
    unclear = lexicon.POINTERS | lexicon.DETERMINERS | lexicon.NUMBERS
    if not what or len(what) > 4 or not unclear.isdisjoint(what):
        return
    if lemma(what[-1]) in lexicon.LIGHT | lexicon.PEOPLE | lexicon.MEASURED:
        return
    if verb == "wick" and what[-1] in lexicon.MOISTURE:
        what = ["moisture"]
    yield f"{verb} {lemma(what[-1])}", " ".join([verb, *what])


def _object(after: Line) -> Line:
    """What a verb acts on, bare: "out the cold wind" is "cold wind"."""
    start = (n for n, word in enumerate(after) if word not in lexicon.LEADING)
    after = after[next(start, len(after)) :]
    end = (n for n, word in enumerate(after) if _ends_object(word))
    return after[: next(end, len(after))]


def _ends_object(word: str) -> bool:
    return _ends_phrase(word) or word in lexicon.PARTICLES or not word[0].isalpha()


def _compound(word: str) -> Iterator[tuple[str, str]]:
    """What is moisture-wicking wicks moisture; what is quick-drying dries quickly."""
    what, hyphen, doing = word.partition("-")
    verb = lexicon.GERUND.get(doing, "")
    if hyphen and verb and what in ("quick", "fast"):
        yield f"{verb} quickly", f"{verb} quickly"
    elif hyphen and verb and what not in lexicon.ADJECTIVES | lexicon.LIGHT | lexicon.PREPOSITIONS:
        yield from _done(verb, [what])


# ---- What both cards say, most specific first


def _shared(a: Said, b: Said) -> list[str]:
    keys = sorted(a.keys() & b.keys())
    return [wording for key in keys if (wording := min(a[key], b[key], key=_shortness))]


def _ranked(tails: Iterable[str]) -> list[str]:
    """One tail per meaning, those with more content first, then by alphabet."""
    return sorted(_said(tails).values(), key=lambda tail: (-len(set(_lemmas(tail))), tail))


def _widest(tails: Iterable[str]) -> list[str]:
    """`_ranked` without the tails that another one contains: organic cotton, not also cotton."""
    kept: list[str] = []
    for tail in _ranked(tails):
        if not any(set(_lemmas(tail)) < set(_lemmas(other)) for other in kept):
            kept.append(tail)
    return kept


def _is_a(a: Facts, b: Facts) -> list[str]:
    kinds = [_singular(name) for name in _narrowest(a, b) if _is_kind(name)]
    heads = [lexicon.PLURAL_ONLY.get(a.head, a.head)] if a.head == b.head else []
    return _ranked([*kinds, *heads])


def _narrowest(a: Facts, b: Facts) -> list[str]:
    """The narrowest category names that stand in a path of both."""
    shared = _said(chain(*a.paths)).keys() & _said(chain(*b.paths)).keys()
    paths = [[name for name in path if merge_key(name) in shared] for path in a.paths + b.paths]
    above = {merge_key(name) for path in paths for name in path[:-1]}
    return list(
        _said(name for path in paths for name in path if merge_key(name) not in above).values()
    )


def _is_kind(name: str) -> bool:
    """Whether a category's name names things (Jackets, Fitness Equipment) and no topic (Coffee)."""
    last = (words(name) or [""])[-1]
    plural = last.endswith("s") and not last.endswith("ss") and last not in lexicon.TOPICAL_PLURALS
    return name.casefold() not in lexicon.OPAQUE and (plural or last in lexicon.KIND_NOUNS)


def _singular(name: str) -> str:
    """A category's name as a type: `Road Bikes` is `road bike`; a list of types stays."""
    *front, last = _lowered(name).split(" ")
    listed = {"&", "and"}.intersection(front) or "," in name
    if listed or not last.isalpha() or last in lexicon.KIND_NOUNS:
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
    steps = chain.from_iterable(map(pairwise, facts.paths))
    return [upper for upper, lower in steps if merge_key(lower) in keys]


def _similar_to(a: Facts, b: Facts) -> list[str]:
    """The words that titles of one type share, in the order of a title."""
    first, second = sorted((a.title, b.title), key=lambda title: list(title.items()))
    shared = [key for key in first if key in second]
    telling = [key for key in shared if key not in lexicon.COLORS | lexicon.SIZES]
    one_type = a.head and a.head == b.head
    fits = one_type and len(telling) >= 2 and len(shared) <= 6
    return [" ".join(first[key] for key in shared)] if fits else []


def _has_a(a: Facts, b: Facts) -> list[str]:
    """Shared parts, but for what the products themselves are: a strap has no strap."""
    parts = _widest(_shared(a.parts, b.parts))
    return [part for part in parts if not {a.head, b.head}.intersection(_lemmas(part))]


def _part_of(a: Facts, b: Facts) -> list[str]:
    return [f"the {name} collection" for name in _ranked(_shared(a.collections, b.collections))]


def _used_for(a: Facts, b: Facts) -> list[str]:
    tails = _widest(_common(p, q) for p in a.purposes for q in b.purposes)
    return [lexicon.SPOKEN.get(tail, tail) for tail in tails]


def _can(a: Facts, b: Facts) -> list[str]:
    return _widest(_shared(a.abilities, b.abilities))


def _capable_of(a: Facts, b: Facts) -> list[str]:
    split = (tail.partition(" ") for tail in _can(a, b))
    return [f"{lexicon.gerund(verb)} {rest}" for verb, _, rest in split]


def _property_of(a: Facts, b: Facts) -> list[str]:
    """Qualities in the text, then one value of each attribute, then the pictures' colours."""
    names = sorted(a.values.keys() & b.values.keys())
    values = (_ranked(_shared(a.values[name], b.values[name]))[:1] for name in names)
    tails = _ranked(_shared(a.qualities, b.qualities)) + _ranked(chain.from_iterable(values))
    return list(dict.fromkeys(tails + _ranked(_shared(a.colors, b.colors))))


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
