"""IntentionQA's files as questions: what is asked, of which products, and the distractors' origin.

Task 1 asks which intention two products were bought for, task 2 which product was bought with the
first one for an intention (arXiv 2406.10173). Every row also holds its gold assertion, so that one
file is both the questions and the graph they were made of.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256
from pathlib import Path
from typing import Any

from mindgraph.errors import InputError
from mindgraph.evaluation.intentionqa.components import Components
from mindgraph.text import plain

FILES = {1: "QA_fullInfo_task1.jsonl", 2: "QA_fullInfo_task2.jsonl"}
BY_RELATION = "QA_fullInfo_task1_byRelation.jsonl"
"""The same assertions with the relation that the mixed files leave out; it may be missing."""

FEWEST = 4
"""Rows with fewer options are not scored, as in the authors' own scoring."""

_TEXTS = ("id", "item_a_id", "item_b_id", "item_a_name", "item_b_name", "assertion", "gold_ind")
_CAUSES = ("because", "as a result, ")


@dataclass(frozen=True)
class Product:
    """A product as the files name it: id and title, entities undone."""

    id: str
    title: str


@dataclass(frozen=True)
class Assertion:
    """A gold statement: why `a` and `b` were bought together, and the component they lie in."""

    id: str
    a: Product
    b: Product
    relation: str
    text: str
    component: str


@dataclass(frozen=True)
class Question:
    """One question. `options` are intentions in task 1 and product titles in task 2.

    `text` is the gold intention, which only task 2 shows; `component` the product-connected
    component of the question's own pair; `sources` the components its distractors are from.
    """

    id: str
    task: int
    a: Product
    b: Product
    relation: str
    text: str
    options: tuple[str, ...]
    gold: int
    component: str
    sources: frozenset[str]

    @property
    def letters(self) -> str:
        """The options' names, `ABCD` for four."""
        return "ABCDEFGHIJKLMNOPQRSTUVWXYZ"[: len(self.options)]


@dataclass(frozen=True)
class Benchmark:
    """One task's file: every question in its order, the assertions behind them, and the counts."""

    task: int
    questions: tuple[Question, ...]
    assertions: tuple[Assertion, ...]
    components: Components
    sha256: str

    @cached_property
    def scored(self) -> tuple[Question, ...]:
        """The questions with at least four options."""
        return tuple(one for one in self.questions if len(one.options) >= FEWEST)

    @property
    def counts(self) -> dict[str, int]:
        """How many rows, how many of them scored, and how many scored rows repeat an option."""
        repeated = (len(set(one.options)) < len(one.options) for one in self.scored)
        return {
            "rows": len(self.questions),
            "scored": len(self.scored),
            "with a repeated option": sum(repeated),
        }


def read_benchmark(folder: Path, task: int, relation_of: Callable[[str], str]) -> Benchmark:
    """One task of a clone's data folder; `relation_of` is asked where the files say no relation.

    InputError where a file is missing or empty, or is another benchmark's.
    """
    raw = _bytes(folder, FILES[task])
    rows = [_checked(row, where) for row, where in _rows(raw, folder / FILES[task])]
    if not rows:
        raise InputError(f"{folder / FILES[task]}: no question; is this an IntentionQA file?")
    relations = _relations(folder, rows, relation_of)
    components = Components.of((_product(row, "a"), _product(row, "b")) for row in rows)
    if task == 2:
        components = components.with_strangers(*_offered(rows))
    assertions = tuple(_assertion(row, relations, components) for row in rows)
    known = {one.id: one.component for one in assertions}
    questions = tuple(
        _question(row, task, one, _sources(row, task, known, components))
        for row, one in zip(rows, assertions, strict=True)
    )
    return Benchmark(task, questions, assertions, components, sha256(raw).hexdigest())


def _bytes(folder: Path, name: str) -> bytes:
    try:
        return (folder / name).read_bytes()
    except OSError as error:
        raise InputError(
            f"{folder / name}: {error.strerror}; DATA is the folder with IntentionQA's "
            "QA_fullInfo_*.jsonl files"
        ) from None


def _rows(raw: bytes, path: Path) -> Iterator[tuple[Any, str]]:
    for place, line in enumerate(raw.splitlines(), 1):
        where = f"{path}, row {place}"
        try:
            yield json.loads(line), where
        except ValueError:
            raise InputError(f"{where}: no JSON; is this an IntentionQA file?") from None


def _checked(row: Any, where: str) -> dict[str, Any]:
    """The row, where it is one of IntentionQA's."""
    wrong = _wrong(row)
    if wrong:
        raise InputError(f"{where}: {wrong}; is this an IntentionQA QA_fullInfo file?")
    return dict(row)


def _wrong(row: Any) -> str | None:
    if not isinstance(row, dict):
        return "not an object"
    missing = [name for name in _TEXTS if not isinstance(row.get(name), str)]
    if missing:
        return f"no text in the field {missing[0]}"
    options, sources = row.get("options"), row.get("distractors_id")
    if not isinstance(options, dict) or not all(isinstance(text, str) for text in options.values()):
        return "the field options holds no texts by letter"
    if row["gold_ind"] not in options:
        return f"gold_ind is {row['gold_ind']!r}, which is none of the options"
    return None if isinstance(sources, list) else "no list in the field distractors_id"


def _relations(
    folder: Path, rows: Iterable[Mapping[str, Any]], relation_of: Callable[[str], str]
) -> dict[str, str]:
    """The relation of every assertion: of the file that says it, else out of the wording."""
    told = {row["id"]: relation_of(cause_of(row["assertion"])) for row in rows}
    if (folder / BY_RELATION).exists():
        rows_by_relation = _rows(_bytes(folder, BY_RELATION), folder / BY_RELATION)
        named = dict(_named(row, where) for row, where in rows_by_relation)
        told |= {name: relation for name, relation in named.items() if name in told}
    return told


def _named(row: Any, where: str) -> tuple[str, str]:
    """An assertion's id and its relation."""
    match row:
        case {"id": str(name), "relation": str(relation)}:
            return name, relation
    raise InputError(f"{where}: no id with a relation; is this an IntentionQA file?")


def _product(row: Mapping[str, Any], side: str) -> Product:
    return Product(plain(row[f"item_{side}_id"]), plain(row[f"item_{side}_name"]))


def _offered(rows: Iterable[Mapping[str, Any]]) -> tuple[set[str], set[str]]:
    """The ids and the titles of all products that are offered as answers."""
    ids = {plain(str(name)) for row in rows for name in row["distractors_id"]}
    return ids, {plain(title) for row in rows for title in row["options"].values()}


def _assertion(
    row: Mapping[str, Any], relations: Mapping[str, str], components: Components
) -> Assertion:
    a, b = _product(row, "a"), _product(row, "b")
    component = components.of_products[a.id]
    return Assertion(row["id"], a, b, relations[row["id"]], cause_of(row["assertion"]), component)


def cause_of(assertion: str) -> str:
    """An assertion from its "because" or "as a result" on, as options are written."""
    text = plain(assertion)
    found = [text.find(word) for word in _CAUSES if word in text]
    return text[found[0] :] if found else text


def _question(
    row: Mapping[str, Any], task: int, gold: Assertion, sources: frozenset[str]
) -> Question:
    letters = list(row["options"])
    options = tuple(plain(text) for text in row["options"].values())
    return Question(
        id=gold.id,
        task=task,
        a=gold.a,
        b=gold.b,
        relation=gold.relation,
        text=gold.text,
        options=options,
        gold=letters.index(row["gold_ind"]),
        component=gold.component,
        sources=sources - {gold.component},
    )


def _sources(
    row: Mapping[str, Any], task: int, known: Mapping[str, str], components: Components
) -> frozenset[str]:
    """The components of what distractors are from: assertions by id, products by id and title.

    The ids stand in another order than the options, so they are read as a set.
    """
    ids = [str(name) for name in row["distractors_id"]]
    if task == 1:
        return frozenset(known[name] for name in ids if name in known)
    found = [components.of_products.get(name) for name in map(plain, ids)]
    found += [components.of_title(plain(title)) for title in row["options"].values()]
    return frozenset(name for name in found if name)
