"""Write a made-up file of MIND's format and size, the same bytes for the same seed and scale.

    python benchmarks/mind_size.py OUT.csv [--scale 1.0] [--isa OUT.tsv] [--seed 20]

At scale 1.0 the CSV has 107,215 products, 126,142 unordered co-buy pairs and 20 rows a pair:
2,522,840 rows. The descriptions are about 90 characters long; those of the release are longer,
which changes nothing about the rows, only the bytes to read. The words are English, the
statements are not sense: nothing about buyers can be learnt from this file.

`--isa` also writes an is-a table of Probase's format, a line being concept TAB instance TAB
frequency: about 150,000 lines and 15,000 concepts at scale 1.0.

It prints the rows written to every file and the seconds that took.
"""

from __future__ import annotations

import argparse
import csv
import random
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from phrases import RELATIONS, ZIPF, Writer, zipf
from vocabulary import ADJECTIVES, NOUNS, PRODUCTS, VERBS, gerund

SEED = 20
FULL_PRODUCTS = 107_215
FULL_PAIRS = 126_142
FULL_ISA_LINES = 150_000
FULL_CONCEPTS = 15_000

COLUMNS = (
    "id_a,id_b,Product_a,Product_b,Cate,Relation,product_a_desc,product_b_desc,Intention,Agreement"
).split(",")

CATEGORIES = (
    "Appliances,Arts & Crafts,Automotive,Baby Products,Beauty,Books,Cell Phones,Clothing,"
    "Computers,Electronics,Fashion,Garden,Gift Cards,Grocery,Home & Kitchen,Industrial,"
    "Luggage,Musical Instruments,Office Products,Pet Supplies,Shoes & Jewelry,Software,"
    "Sports & Outdoors,Tools,Toys & Games"
).split(",")

# A category needs more products than it has pairs to choose, or choosing would not end.
CATEGORY_PRODUCTS = 40

# How steeply popularity falls: at 0.6 the most bought product is in a few hundred pairs.
POPULARITY = 0.6

COLORS = "Black Blue Brown Clear Gold Gray Green Orange Pink Purple Red Silver White".split()

YES = (
    "Yes, the intention is reasonable.",
    "Yes, this is a likely reason to buy the two products together.",
    "Yes, it makes sense, as both products serve that purpose.",
    "Yes, I agree with the statement.",
    "Yes, because a customer who buys one would want the other for the same use.",
)
NO = (
    "No, the intention is not reasonable.",
    "No, the two products are not related in that way.",
    "No, it does not make sense, as only one of the products serves that purpose.",
    "No, I do not agree with the statement.",
    "No, because yes would need both products to be used together.",
)
UNPARSABLE = (
    "",
    "The statement is ambiguous.",
    "It depends on the customer.",
    "As a language model, I cannot tell.",
    "Product 1 and Product 2",
)

# Half of the statements are kept, and one in 200 answers is neither yes nor no.
YES_SHARE = 0.5
NO_SHARE = 0.495

# The share of one-word instances in the is-a table.
WORD_SHARE = 0.4


@dataclass(frozen=True)
class Product:
    """One made-up product."""

    key: str
    title: str
    description: str


def product_key(index: int) -> str:
    """Return a ten-character key like an ASIN; no two of the first 36**6 are the same."""
    digits = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
    number = (index * 1_000_003 + 777_777_777) % 36**6
    key = ""
    for _ in range(6):
        number, digit = divmod(number, 36)
        key = digits[digit] + key
    return f"B00{digits[index % 7]}{key}"


def brand(rng: random.Random) -> str:
    """Return a made-up brand name of two or three syllables."""
    syllables = (
        rng.choice("bdfgklmnprstvz") + rng.choice("aeiou") for _ in range(rng.choice((2, 3)))
    )
    return "".join(syllables).capitalize()


def products(count: int, seed: int) -> list[Product]:
    """Return the products; the list is the one thing that grows with the scale."""
    rng, writer, made = random.Random(seed), Writer(seed + 1), []
    for index in range(count):
        title = writer.fill(("A", "M", "N", "and", "N", "for", "P")).title()
        title = f"{brand(rng)} {title}, {rng.randint(1, 24)} Pack, {rng.choice(COLORS)}"
        quote = f', {rng.randint(4, 40)}" wide' if rng.random() < 0.05 else ""
        form = ("made", "of", "A", "M", "for", "G", "S", "in", "the", "L")
        more = ("a", "gift", "for", "P", "and", "P")
        description = f"{writer.fill(form).capitalize()}{quote}. {writer.fill(more).capitalize()}."
        made.append(Product(product_key(index), title, description))
    return made


def pairs(count: int, size: int, seed: int) -> Iterator[tuple[int, int, int]]:
    """Yield category and the two products of every pair, each pair once and each product in one."""
    rng = random.Random(seed)
    seen: set[tuple[int, int]] = set()
    categories = max(1, min(len(CATEGORIES), size // CATEGORY_PRODUCTS))
    first = rng.sample(range(size), size)
    while len(seen) < count:
        a = first[len(seen)] if len(seen) < size else rng.randrange(size)
        members = (size - a % categories + categories - 1) // categories
        # Inverse of the distribution function of a Zipf law of that exponent.
        b = a % categories + categories * int(members * rng.random() ** (1 / (1 - POPULARITY)))
        if a != b and (min(a, b), max(a, b)) not in seen:
            seen.add((min(a, b), max(a, b)))
            yield (a % categories, a, b) if rng.random() < 0.5 else (a % categories, b, a)


def pair_count(scale: float) -> int:
    """Return how many pairs a file of that scale has."""
    return max(1, round(FULL_PAIRS * scale))


def row_count(scale: float) -> int:
    """Return how many rows a file of that scale has."""
    return len(RELATIONS) * pair_count(scale)


def agreement(rng: random.Random) -> str:
    """Return one raw answer of the model that judged a statement."""
    draw = rng.random()
    if draw < YES_SHARE:
        return rng.choice(YES)
    return rng.choice(NO if draw < YES_SHARE + NO_SHARE else UNPARSABLE)


def mind_rows(scale: float, seed: int) -> Iterator[tuple[str, ...]]:
    """Yield the rows of the CSV, the 20 of a pair one after the other."""
    size = max(CATEGORY_PRODUCTS, round(FULL_PRODUCTS * scale))
    made = products(size, seed)
    rng, writer = random.Random(seed + 2), Writer(seed + 3)
    for category, a, b in pairs(pair_count(scale), size, seed + 4):
        left, right = made[a], made[b]
        head = (left.key, right.key, left.title, right.title, CATEGORIES[category])
        described = (left.description, right.description)
        for relation in RELATIONS:
            statement = writer.statement(relation)
            yield (*head, relation, *described, statement, agreement(rng))


def isa_instances(rng: random.Random) -> Iterator[str]:
    """Yield nouns, -ing forms and two-word phrases as the statements have them, for ever."""
    nouns, things = zipf(rng, NOUNS), zipf(rng, PRODUCTS)
    adjectives, gerunds = zipf(rng, ADJECTIVES), zipf(rng, [gerund(verb) for verb in VERBS])
    while True:
        if rng.random() < WORD_SHARE:
            yield next(nouns) if rng.random() < 0.85 else next(gerunds)
        else:
            before = next(adjectives) if rng.random() < 0.7 else next(gerunds)
            yield f"{before} {next(things)}"


def isa_concepts(rng: random.Random, count: int) -> list[str]:
    """Return names of concepts: one noun, or an adjective or a noun before it."""
    names = dict.fromkeys(NOUNS[:count])
    while len(names) < count:
        before = rng.choice(ADJECTIVES if rng.random() < 0.5 else NOUNS)
        names[f"{before} {rng.choice(NOUNS)}"] = None
    return list(names)


def isa_rows(scale: float, seed: int) -> list[tuple[str, str, int]]:
    """Return the lines of the is-a table, the most frequent first, as Probase has them."""
    rng = random.Random(seed + 5)
    concepts = zipf(rng, isa_concepts(rng, max(200, round(FULL_CONCEPTS * scale))), ZIPF)
    instances = isa_instances(rng)
    # Every noun has a concept at any scale, so that small runs link as many mentions.
    counts = {(next(concepts), noun): 1 for noun in NOUNS}
    wanted = max(2 * len(NOUNS), round(FULL_ISA_LINES * scale))
    while len(counts) < wanted:
        counts[next(concepts), next(instances)] = int(rng.paretovariate(0.9))
    lines = [(concept, instance, count) for (concept, instance), count in counts.items()]
    return sorted(lines, key=lambda line: (-line[2], line[0], line[1]))


def write_mind(path: Path, scale: float, seed: int = SEED) -> int:
    """Write the CSV row by row; return the number of rows."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(COLUMNS)
        rows, written = mind_rows(scale, seed), 0
        while block := list(islice(rows, 10_000)):
            writer.writerows(block)
            written += len(block)
    return written


def write_isa(path: Path, scale: float, seed: int = SEED) -> int:
    """Write the is-a table; return the number of lines."""
    lines = isa_rows(scale, seed)
    with path.open("w", encoding="utf-8", newline="") as file:
        file.writelines(f"{concept}\t{instance}\t{count}\n" for concept, instance, count in lines)
    return len(lines)


def main() -> int:
    """Write the files asked for."""
    parser = argparse.ArgumentParser(description="Write a made-up file of MIND's format and size.")
    parser.add_argument("csv", type=Path)
    parser.add_argument("--scale", type=float, default=1.0)
    parser.add_argument("--isa", type=Path)
    parser.add_argument("--seed", type=int, default=SEED)
    args = parser.parse_args()
    start = time.perf_counter()
    print(f"{args.csv}: {write_mind(args.csv, args.scale, args.seed):,} rows")
    if args.isa:
        print(f"{args.isa}: {write_isa(args.isa, args.scale, args.seed):,} lines")
    print(f"{time.perf_counter() - start:.1f} s")
    return 0


if __name__ == "__main__":
    sys.exit(main())
