"""A benchmark small enough to be read: pairs of a shop, each with a statement, each in no other."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from mindgraph.evaluation.intentionqa.components import Components
from mindgraph.evaluation.intentionqa.questions import FILES, Product, Question
from mindgraph.evaluation.intentionqa.statements import Graph, Statement
from mindgraph.intentions.tails import relation_of, tail_of

THINGS = "tent stove lamp rope boat kite drum lens mug saw harp skate brush clock glove".split()
PLACES = "forest kitchen harbour".split()
PAIRS = [(thing, place) for thing in THINGS for place in PLACES]


def tail(text: str) -> str:
    return tail_of(relation_of(text), text)


def stated(thing: str, place: str) -> Statement:
    """A pair of products and what it is bought for."""
    a = Product(f"A-{thing}-{place}", f"Small {thing} for the {place}")
    b = Product(f"B-{thing}-{place}", f"Strap of a {thing}, {place} blue")
    text = f"because they are both used for carrying a {thing} into the {place}."
    return Statement(a, b, "usedFor", text, tail(text))


STATEMENTS = [stated(*pair) for pair in PAIRS]
COMPONENTS = Components.of((one.a, one.b) for one in STATEMENTS)
GRAPH = Graph.of(STATEMENTS, COMPONENTS)


def questions(task: int = 1) -> list[Question]:
    """One question a pair, its gold under every letter by turns, three distractors of others."""
    return [_question(place, task) for place in range(len(STATEMENTS))]


def write(folder: Path) -> Path:
    """The benchmark as its authors' files."""
    for task, name in FILES.items():
        lines = (json.dumps(_row(one)) for one in questions(task))
        (folder / name).write_text("".join(f"{line}\n" for line in lines), "utf-8")
    return folder


def _row(one: Question) -> dict[str, Any]:
    by_text = {own.text: f"Q{place:02}" for place, own in enumerate(STATEMENTS)}
    by_title = {own.b.title: own.b.id for own in STATEMENTS}
    others = [option for place, option in enumerate(one.options) if place != one.gold]
    return {
        "id": one.id,
        "item_a_id": one.a.id,
        "item_b_id": one.b.id,
        "item_a_name": one.a.title,
        "item_b_name": one.b.title,
        "assertion": f"PersonX bought Item A and Item B {one.text}",
        "distractors_id": [(by_text if one.task == 1 else by_title)[text] for text in others],
        "gold_ind": one.letters[one.gold],
        "options": dict(zip(one.letters, one.options, strict=True)),
    }


def _question(place: int, task: int) -> Question:
    own = STATEMENTS[place]
    others = [STATEMENTS[(place + step) % len(STATEMENTS)] for step in (4, 8, 13)]
    options = [one.text if task == 1 else one.b.title for one in others]
    gold = place % 4
    options.insert(gold, own.text if task == 1 else own.b.title)
    return Question(
        id=f"Q{place:02}",
        task=task,
        a=own.a,
        b=own.b,
        relation=own.relation,
        text=own.text,
        options=tuple(options),
        gold=gold,
        component=COMPONENTS.of_products[own.a.id],
        sources=frozenset(COMPONENTS.of_products[one.a.id] for one in others),
    )
