"""The sentences of the synthetic MIND file: 20 relations, their lead-ins and the tails after them.

Nothing to run by itself; `python benchmarks/phrases.py` prints three statements per relation.

A tail is a template whose capital letters are drawn from Zipf-like word lists, so short templates
repeat themselves as popular intentions do and long ones hardly ever. The weights are set so that
about 70 % of the kept statements at full scale are distinct texts.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence

from vocabulary import (
    ADJECTIVES,
    IDEAS,
    MATERIALS,
    NOUNS,
    NUMBERS,
    OCCASIONS,
    PEOPLE,
    PLACES,
    PRODUCTS,
    UNITS,
    VERBS,
    gerund,
    plural,
)

# Words drawn at a time: enough that the cost per draw is that of reading a list.
BATCH = 8192

# The exponent of the word frequencies. English is near 1; above it, because statements about
# products say the same few things again and again.
ZIPF = 1.17

# The seed of the order of the words, the same for all lists, so that a noun and its plural have
# one rank, and phrases frequent in statements are frequent in the is-a table.
RANKING = 7

# What every capital letter of a template stands for.
SLOTS: dict[str, Sequence[str]] = {
    "A": ADJECTIVES,
    "B": VERBS,
    "G": tuple(gerund(verb) for verb in VERBS),
    "I": IDEAS,
    "L": PLACES,
    "M": MATERIALS,
    "N": PRODUCTS,
    "O": OCCASIONS,
    "P": tuple(plural(person) for person in PEOPLE),
    "Q": NUMBERS,
    "S": tuple(plural(noun) for noun in PRODUCTS),
    "U": UNITS,
    "X": NOUNS,
}

# A template and its weight.
Family = tuple[tuple[str, int], ...]

ACTION: Family = (
    ("G the N", 9),
    ("G S A", 5),
    ("G and G S", 8),
    ("G S in the L", 12),
    ("G A S for P", 14),
    ("G the A N with a N", 14),
    ("G N and I in the L", 10),
    ("G A S during the O", 10),
    ("G the N for Q U", 6),
    ("not G the A N", 4),
    ("G S without G the I", 8),
    ("G I and G S on a A O", 6),
)

WISH: Family = (
    ("B the N", 9),
    ("B S A", 5),
    ("B the A N", 8),
    ("B S in the L", 12),
    ("B A S for the P", 14),
    ("B the A N with a N", 14),
    ("B N and I in the L", 10),
    ("B A S during the O", 10),
    ("B the N for Q U", 6),
    ("not B the A N", 4),
    ("B S without G the I", 8),
    ("B I and B S on a A O", 6),
)

THING: Family = (
    ("a A N", 9),
    ("the N set", 5),
    ("A S for P", 12),
    ("a A N for the L", 14),
    ("N and N for G S", 14),
    ("A and A S", 10),
    ("a set of Q A S", 8),
    ("a N with a A N", 12),
    ("S for G in the L", 8),
    ("not a N but a A N", 4),
    ("X and X for a A O", 8),
)

QUALITY: Family = (
    ("being A and A", 10),
    ("being A for P", 10),
    ("A I and A I", 12),
    ("a A N for G", 12),
    ("G the A I of the N", 12),
    ("the A I of P in the L", 12),
    ("not being A or A", 6),
    ("a A I for Q U", 8),
    ("the X of A P during O", 8),
)

MATERIAL: Family = (
    ("A M and M", 10),
    ("M with a A N", 14),
    ("Q % M and A M", 10),
    ("A M for G the N", 14),
    ("A M with M S", 14),
    ("the M of a A N", 10),
    ("M and A M for A S", 10),
)

HIS: Family = (
    ("P to B the N", 12),
    ("N to be A", 10),
    ("A N to B the I", 14),
    ("I to be A in the L", 14),
    ("N to B S for the P", 14),
    ("L to be A and A", 10),
    ("N and N to be A for Q U", 8),
)

FREE: Family = (
    ("they are A for G S", 14),
    ("a gift for P on O", 10),
    ("A S for the L", 10),
    ("the P can B A S", 8),
    ("both keep the N A for G", 14),
    ("one of them can B the A N", 12),
    ("P with a A N need a N", 12),
)

# Every relation of a MIND file: what its statements start with, and what follows.
RELATIONS: dict[str, tuple[str, Family]] = {
    "can": ("They both can", WISH),
    "effect": ("They both have an effect of", QUALITY),
    "usedFor": ("They are both used for", ACTION),
    "createdBy": ("They are created by", THING),
    "isA": ("They both are a type of", THING),
    "capableOf": ("They both are capable of", ACTION),
    "propertyOf": ("They both have a property of", QUALITY),
    "open": ("", FREE),
    "cause": ("The person wants to", WISH),
    "mannerOf": ("They both are a manner of", ACTION),
    "definedAs": ("They both are defined as", THING),
    "partOf": ("They both are a part of", THING),
    "symbolOf": ("They both are symbols of", QUALITY),
    "similarTo": ("They both are similar to", THING),
    "deriveFrom": ("They are derived from", MATERIAL),
    "madeOf": ("They both are made of", MATERIAL),
    "distinctFrom": ("They are distinct from", THING),
    "relatedTo": ("They both are related to", QUALITY),
    "other": ("They both are", THING),
    "causeDesire": ("The person wants his", HIS),
}


def zipf(rng: random.Random, words: Sequence[str], exponent: float = ZIPF) -> Iterator[str]:
    """Yield words for ever, with Zipf frequencies."""
    ranked = random.Random(RANKING).sample(words, len(words))
    total, bounds = 0.0, []
    for rank in range(1, len(ranked) + 1):
        total += rank**-exponent
        bounds.append(total)
    while True:
        yield from rng.choices(ranked, cum_weights=bounds, k=BATCH)


def templates(rng: random.Random, family: Family) -> Iterator[tuple[str, ...]]:
    """Yield the templates of a family for ever, in words, by their weights."""
    forms = [tuple(form.split()) for form, _ in family]
    weights = [weight for _, weight in family]
    while True:
        yield from rng.choices(forms, weights, k=BATCH)


class Writer:
    """Writes statements; two writers of the same seed write the same ones."""

    def __init__(self, seed: int) -> None:
        """Set up the streams of words and of templates; they share one source of chance."""
        rng = random.Random(seed)
        self.words = {slot: zipf(rng, words) for slot, words in SLOTS.items()}
        families = {id(family): family for _, family in RELATIONS.values()}
        streams = {key: templates(rng, family) for key, family in families.items()}
        self.tails = {name: streams[id(family)] for name, (_, family) in RELATIONS.items()}

    def fill(self, template: Sequence[str]) -> str:
        """Write a template out."""
        words = self.words
        return " ".join([next(words[part]) if part in words else part for part in template])

    def statement(self, relation: str) -> str:
        """Write one statement, lead-in included."""
        tail = self.fill(next(self.tails[relation]))
        lead = RELATIONS[relation][0]
        return f"{lead} {tail}." if lead else f"{tail[0].upper()}{tail[1:]}."


def main() -> None:
    """Print three statements of every relation."""
    writer = Writer(1)
    for relation in RELATIONS:
        for _ in range(3):
            print(f"{relation}: {writer.statement(relation)}")


if __name__ == "__main__":
    main()
