"""`configs/reference.yaml` names every key of the config, with its true default."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from types import UnionType
from typing import Any, get_args, get_origin

import yaml
from pydantic import BaseModel

from mindgraph.config import Config
from mindgraph.resources import resource

EXAMPLES = {"products", "links", "orders", "ready", "generate", "local", "endpoint"}


def sections(
    model: type[BaseModel], told: dict[str, Any], at: str
) -> Iterator[tuple[str, Any, Any]]:
    """Every key of a model with its default and what the page says, section by section."""
    assert set(told) == set(model.model_fields), f"{at}: {set(told) ^ set(model.model_fields)}"
    for name, field in model.model_fields.items():
        inner = section_of(field.annotation)
        if inner and told[name] is not None and inner.__name__ != "IntentionColumns":
            part = told[name][0] if isinstance(told[name], list) else told[name]
            yield from sections(inner, part, f"{at}.{name}")
        elif name not in EXAMPLES and not field.is_required() and name != "source":
            yield f"{at}.{name}", field.get_default(call_default_factory=True), told[name]


def section_of(annotation: Any) -> type[BaseModel] | None:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    if get_origin(annotation) in (list, UnionType) or get_args(annotation):
        found = (section_of(part) for part in get_args(annotation))
        return next((part for part in found if part), None)
    return None


def test_the_page_names_every_key_with_its_default() -> None:
    text = (resource("configs") / "reference.yaml").read_text(encoding="utf-8")
    for where, default, told in sections(Config, yaml.safe_load(text), "config"):
        if where.endswith("relations"):
            from mindgraph.relations import PROFILES

            told = PROFILES[told]
        if isinstance(default, Path):
            default = str(default)
        assert told == default, where
