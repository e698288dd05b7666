"""What went through a build: its stages as lanes, each stage in = out + dropped(by reason)."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Step:
    """One stage, or the stages of one kind that read several files: rows in, out and dropped."""

    title: str
    stages: tuple[str, ...]
    seen: int
    kept: int
    dropped: tuple[tuple[str, int], ...]


@dataclass(frozen=True)
class Lane:
    """Steps that follow each other, about things of one kind."""

    title: str
    steps: tuple[Step, ...]

    @property
    def dropped(self) -> int:
        """Rows that did not go on, over all steps."""
        return sum(rows for step in self.steps for _, rows in step.dropped)


_LANES: Mapping[str, Mapping[str, str]] = {
    "Products": {
        "read_products": "Rows of product files",
        "implied_products": "Products of intention rows",
        "products": "Products, each once",
    },
    "Pictures": {"fetched": "Pictures fetched", "pictures": "Pictures that open"},
    "Orders": {
        "read_orders": "Order lines",
        "baskets": "Lines of known products",
        "small_baskets": "Lines of orders of usual size",
        "mined": "Pairs found in orders",
    },
    "Pairs": {
        "read_links": "Rows of pair files",
        "candidates": "Pairs of known products",
        "sifted_pairs": "Pairs of two different things",
        "capped_pairs": "Pairs within the cap",
        "implied_links": "Pairs of intention rows",
        "implied_pairs": "Those pairs, checked",
        "pairs": "Pairs kept",
    },
    "Answers of the model": {
        "feature_answers": "Products it was asked about",
        "features": "Features read",
        "prefixes": "Pairs to ask about",
        "answers": "Questions it was asked",
        "claims": "Claims read off its answers",
    },
    "Intentions": {
        "read_intentions": "Rows of intention files",
        "sifted_intentions": "Claims past the cheap rules",
        "intentions": "Claims that are not generic",
        "judged": "Claims a judge let pass",
        "statements": "Statements, each once",
    },
    "Concepts": {"concepts": "Intentions under a concept"},
}
"""Lanes, and the words for the stages in them; other stages are shown where they drop rows."""

_ELSE = "Other stages"


def lanes(stages: Sequence[Mapping[str, Any]]) -> tuple[Lane, ...]:
    """The lanes of a manifest's stages; stages that saw nothing are left out.

    Every dropped row of the manifest is in one of them, whatever its stage is called.
    """
    counted = [stage for stage in stages if stage.get("in")]
    told = {name for titles in _LANES.values() for name in titles}
    odd = {_kind(stage): stage["name"] for stage in counted if stage["dropped"]}
    more = {kind: name for kind, name in odd.items() if kind not in told}
    every = {**_LANES, _ELSE: more}
    found = (Lane(title, tuple(_steps(titles, counted))) for title, titles in every.items())
    return tuple(lane for lane in found if lane.steps)


def _kind(stage: Mapping[str, Any]) -> str:
    return re.sub(r"_\d+$", "", stage["name"])


def _steps(titles: Mapping[str, str], stages: Sequence[Mapping[str, Any]]) -> Iterator[Step]:
    for kind, title in titles.items():
        if of_kind := [stage for stage in stages if _kind(stage) == kind]:
            yield _step(title, kind, of_kind)


def _step(title: str, kind: str, stages: Sequence[Mapping[str, Any]]) -> Step:
    dropped = Counter[str]()
    for stage in stages:
        dropped.update(stage["dropped"])
    return Step(
        title=title,
        stages=tuple(stage["name"] for stage in stages),
        seen=sum(stage["in"] for stage in stages),
        kept=sum(stage["out"] for stage in stages),
        dropped=tuple(sorted(dropped.items(), key=_most_first)),
    )


def _most_first(counted: tuple[str, int]) -> tuple[int, str]:
    return -counted[1], counted[0]
