"""Reasons: every row left out has one, and an error says what repairs it."""

from __future__ import annotations

import ast
from pathlib import Path

import mindgraph
from mindgraph.reasons import REASONS

PACKAGE = Path(mindgraph.__file__).parent


def said() -> set[str]:
    """Every reason the package's code writes into a row, in Python or in SQL."""
    found = set()
    for file in PACKAGE.rglob("*.py"):
        if file.name == "reasons.py":
            continue
        texts = [
            node.value
            for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
            if isinstance(node, ast.Constant) and isinstance(node.value, str)
        ]
        found |= {name for name in REASONS for text in texts if tells(text, name)}
    return found


def tells(text: str, name: str) -> bool:
    return text == name or text.startswith(f"{name}|") or f"'{name}'" in text


def test_every_reason_is_listed_once() -> None:
    assert [reason.name for reason in REASONS.values()] == list(REASONS)
    text = (PACKAGE / "reasons.py").read_text(encoding="utf-8")
    assert text.count("    Reason(") == len(REASONS)


def test_every_reason_is_one_that_the_code_gives() -> None:
    assert set(REASONS) - said() == set()


def test_an_error_has_a_repair_and_what_the_config_asked_for_has_none() -> None:
    assert REASONS["malformed row"].is_error
    assert REASONS["unknown product"].is_error
    assert not REASONS["support too small"].is_error
    assert not REASONS["generic"].is_error


def test_repairs_fit_into_one_line() -> None:
    for reason in REASONS.values():
        assert "\n" not in reason.repair
        assert reason.repair == reason.repair.strip().removesuffix(".")
        assert len(f"{reason.name}; {reason.repair}") <= 100
