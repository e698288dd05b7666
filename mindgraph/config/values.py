"""What a config's values may be: paths with variables, names of relations, bounds."""

from __future__ import annotations

import os
import re
from pathlib import Path
from reprlib import Repr
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationInfo

from mindgraph.relations import PROFILES, find, nearest
from mindgraph.resources import resource

_SHORT = Repr()
_SHORT.maxlevel = 2
shown = _SHORT.repr
"""A wrong value as a message shows it: in a line, however large it is."""

_VARIABLE = re.compile(r"\$\{(\w+)(?::-([^}]*))?\}")


def located(value: Any, info: ValidationInfo) -> Any:
    """A path with its variables filled in, counted from the config's folder."""
    if isinstance(value, Path):
        return value
    if not isinstance(value, str):
        raise ValueError(f"a path is a text, not {shown(value)}")
    folder = info.context["folder"] if info.context else Path()
    from_environment = any(os.environ.get(found[1]) for found in _VARIABLE.finditer(value))
    return (Path() if from_environment else folder) / _VARIABLE.sub(_value_of, value)


def _value_of(found: re.Match[str]) -> str:
    if found[1] == "MINDGRAPH_DEMO":
        return str(resource("demo"))
    value = os.environ.get(found[1]) or found[2]
    if value is None:
        raise ValueError(f"the variable {found[1]} is not set; run: export {found[1]}=FOLDER")
    return value


def relation_names(value: Any) -> tuple[str, ...]:
    """The relations of a profile, or of a list of names and aliases, each once."""
    if isinstance(value, str):
        if value not in PROFILES:
            raise ValueError(f"no profile {value!r}; use {', '.join(PROFILES)} or a list of names")
        return PROFILES[value]
    if not isinstance(value, (list, tuple)):
        raise ValueError(f"not {shown(value)}, but {', '.join(PROFILES)} or a list of names")
    return tuple(dict.fromkeys(_relation_name(name) for name in value))


def _relation_name(name: Any) -> str:
    if not isinstance(name, str):
        raise ValueError(f"a relation's name is a text, not {shown(name)}")
    relation = find(name)
    if relation is None:
        raise ValueError(f"no relation {name!r}; the nearest known name is {nearest(name)!r}")
    return relation.name


def one_or_more(value: Any) -> Any:
    """A column's name or a list of them, as it is."""
    # Said here, because pydantic would tell of each kind of a union apart.
    names = value if isinstance(value, list) else [value]
    if value is not None and not all(isinstance(name, str) for name in names):
        raise ValueError(f"a column's name or a list of names, not {shown(value)}")
    return value


def prompt_set(value: Any, info: ValidationInfo) -> Any:
    """A bare name is a bundled set; anything with a slash in it is a folder."""
    return located(value, info) if isinstance(value, str) and "/" in value else value


def enough(memory: str) -> str:
    """A bound of memory such as 1GB, between 100 MB and 100 TB."""
    found = re.fullmatch(r"(\d{1,6}(?:\.\d+)?) ?([MGT])B", memory)
    size = float(found[1]) * {"M": 1, "G": 1e3, "T": 1e6}[found[2]] if found else 0
    if not 100 <= size <= 1e8:
        raise ValueError(f"{memory!r} is no bound of memory; write 100MB or more, such as 1GB")
    return memory


Located = Annotated[Path, BeforeValidator(located)]
"""A path, with its variables filled in, counted from the config's folder."""

Share = Annotated[float, Field(ge=0, le=1)]
Count = Annotated[int, Field(ge=1)]


class Section(BaseModel):
    """What all sections share: unknown keys are refused, and values do not change."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, allow_inf_nan=False)
