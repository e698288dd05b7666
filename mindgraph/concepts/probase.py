"""Is-a knowledge in Probase's format: concept TAB instance TAB frequency.

P(concept | instance) is the share of an instance's frequency that falls on a concept, as in
Probase (Wu et al., SIGMOD 2012).
"""

from __future__ import annotations

from collections.abc import Iterable

import pyarrow as pa

from mindgraph.records import Outcome, rejected
from mindgraph.text import clean

ISA = pa.schema(
    [
        ("concept", pa.string()),
        ("instance", pa.string()),
        ("frequency", pa.int64()),
        ("file", pa.string()),
        ("row", pa.int64()),
    ]
)


_TOO_MANY = 1 << 63  # the first number that does not fit a column


def read_isa(line: str) -> tuple[str, str, int]:
    """One line of an is-a table; ValueError where it is none.

    Words of a text are told apart at hyphens, so an instance must be too.
    """
    concept, instance, frequency = line.split("\t")
    concept, instance = clean(concept).casefold(), clean(instance.replace("-", " ")).casefold()
    if not (concept and instance and 1 <= int(frequency) < _TOO_MANY):
        raise ValueError(line)
    return concept, instance, int(frequency)


def isa_rows(batch: pa.RecordBatch, file: str) -> Outcome:
    """A batch of raw lines (`_row`, `_line`, `_error`) as is-a rows."""
    good, bad = [], []
    for number, line in zip(batch["_row"].to_pylist(), batch["_line"].to_pylist(), strict=True):
        at = {"file": file, "row": number}
        try:
            concept, instance, frequency = read_isa(line or "")
            good.append({"concept": concept, "instance": instance, "frequency": frequency, **at})
        except ValueError:
            detail = "expected concept TAB instance TAB frequency"
            bad.append({"reason": "malformed row", "detail": detail, **at})
    tables = {"isa": pa.Table.from_pylist(good, ISA), "rejected": rejected(bad)}
    return Outcome(len(batch), tables)


class IsA:
    """The one door to is-a knowledge: the concepts of an instance, likeliest first."""

    def __init__(self, rows: Iterable[pa.RecordBatch], top: int) -> None:
        """Keep the `top` likeliest concepts of every instance; rows are `ISA` batches."""
        counts: dict[str, dict[str, int]] = {}
        for batch in rows:
            columns = (batch[name].to_pylist() for name in ("concept", "instance", "frequency"))
            for concept, instance, frequency in zip(*columns, strict=True):
                of_instance = counts.setdefault(instance, {})
                of_instance[concept] = of_instance.get(concept, 0) + frequency
        self._concepts = {name: _likeliest(found, name, top) for name, found in counts.items()}

        self._longest: dict[str, int] = {}
        for name in self._concepts:
            first, *rest = name.split(" ")
            self._longest[first] = max(self._longest.get(first, 0), 1 + len(rest))

    def longest(self, first: str) -> int:
        """How many words the longest instance has that starts with this word; 0 if none does."""
        return self._longest.get(first, 0)

    def concepts(self, instance: str) -> list[tuple[str, float]]:
        """Concepts of an instance with P(concept | instance); empty where it is not known."""
        return self._concepts.get(instance.replace("-", " "), [])


def _likeliest(counts: dict[str, int], instance: str, top: int) -> list[tuple[str, float]]:
    total = sum(counts.values())
    ranked = sorted(counts.items(), key=lambda counted: (-counted[1], counted[0]))
    # Concepts keep their hyphens, instances have lost them: "t-shirt" is no kind of "t shirt".
    others = [(name, n) for name, n in ranked if name.replace("-", " ") != instance]
    return [(name, round(n / total, 6)) for name, n in others[:top]]
