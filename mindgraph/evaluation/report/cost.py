"""What a run cost: questions, tokens, time of the stages, money where the config names prices."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

SLOWEST = 8
"""Stages whose time is shown."""


@dataclass(frozen=True)
class Cost:
    """Questions by step, the slowest stages, and all stages' seconds, as the manifest has them."""

    steps: tuple[Mapping[str, Any], ...]
    stages: tuple[Mapping[str, Any], ...]
    seconds: float
    cpu_seconds: float
    money: str | None


def cost(manifest: Mapping[str, Any], replies: Sequence[Mapping[str, Any]]) -> Cost:
    """The cost of a run, from its manifest and the sums over its replies."""
    timed = [stage for stage in manifest["stages"] if "seconds" in stage]
    slowest = sorted(timed, key=lambda stage: (-stage["seconds"], stage["name"]))[:SLOWEST]
    generate = manifest["config"]["intentions"]["generate"] or {}
    return Cost(
        steps=tuple(replies),
        stages=tuple({name: stage.get(name) for name in _TOLD} for stage in slowest),
        seconds=round(sum(stage["seconds"] for stage in timed), 1),
        cpu_seconds=round(sum(stage.get("cpu_seconds", 0) for stage in timed), 1),
        money=_money(replies, generate.get("cost") or {}),
    )


_TOLD = ("name", "in", "seconds", "cpu_seconds")


def _money(replies: Sequence[Mapping[str, Any]], price: Mapping[str, Any]) -> str | None:
    """What the tokens cost at the config's prices; None where a price or the tokens are unknown."""
    read, wrote = price.get("input_price"), price.get("output_price")
    if read is None or wrote is None or not any(step["tokens_in"] for step in replies):
        return None
    again = read if price.get("cached_price") is None else price["cached_price"]
    total = sum(
        (_tokens(step, "in") - _tokens(step, "cached")) * read
        + _tokens(step, "cached") * again
        + _tokens(step, "out") * wrote
        for step in replies
    )
    return f"{total / 1e6:.2f} {price['currency']}"


def _tokens(step: Mapping[str, Any], kind: str) -> int:
    return int(step[f"tokens_{kind}"] or 0)
