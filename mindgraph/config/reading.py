"""Reading a config file: every problem at once, each with its line, key and repair."""

from __future__ import annotations

from collections.abc import Iterator
from difflib import get_close_matches
from pathlib import Path
from typing import Any

import yaml
from pydantic import ValidationError

from mindgraph.config.sections import Config
from mindgraph.config.values import shown
from mindgraph.errors import ConfigError


def load_config(path: str | Path) -> Config:
    """Read a config file; every problem of it is in one ConfigError, a line each."""
    path = Path(path)
    node, data = _parsed(path)
    problems = [f"{path}:{line}: {told}" for line, told in _repeated(node, "", set())]
    try:
        config = Config.model_validate(data, context={"folder": path.parent})
    except ValidationError as error:
        raise ConfigError("\n".join([*problems, *_problems(path, node, error)])) from None
    if problems:
        raise ConfigError("\n".join(problems))
    return config


def _parsed(path: Path) -> tuple[yaml.Node | None, dict[Any, Any]]:
    text = _text_of(path)
    try:
        node = yaml.compose(text, Loader=yaml.SafeLoader)
        data = yaml.safe_load(text)
    # Besides its own errors, YAML lets those of a value through: a 13th month, endless brackets.
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        raise ConfigError(f"{path}: not YAML: {' '.join(str(error).split())}") from None
    if not isinstance(data, dict):
        raise ConfigError(f"{path}: a config is a mapping that starts with `name: …`")
    return node, data


def _text_of(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise ConfigError(f"{path}: no such config; see configs/ for examples") from None
    except (OSError, ValueError) as error:
        raise ConfigError(f"{path}: cannot be read: {error}") from None


def _repeated(node: yaml.Node | None, above: str, seen: set[int]) -> Iterator[tuple[int, str]]:
    """Keys given twice in one section, of which YAML would silently keep the last."""
    if id(node) in seen:  # an alias, maybe of what it stands in
        return
    seen.add(id(node))
    if isinstance(node, yaml.SequenceNode):
        for place, part in enumerate(node.value):
            yield from _repeated(part, f"{above}{place}.", seen)
    elif isinstance(node, yaml.MappingNode):
        names = set()
        for name, value in node.value:
            key = f"{above}{name.value}"
            if key in names:
                yield name.start_mark.line + 1, f"{key}: given twice; delete one of them"
            names.add(key)
            yield from _repeated(value, f"{key}.", seen)


def _problems(path: Path, node: yaml.Node | None, error: ValidationError) -> Iterator[str]:
    for problem in error.errors():
        keys = problem["loc"]
        where = " ".join(".".join(str(key) for key in keys).split()) or "config"
        yield f"{path}:{_line(node, keys)}: {where}: {_advice(problem)}"


def _advice(problem: Any) -> str:
    if problem["type"] == "extra_forbidden":
        known = _keys_beside(problem["loc"])
        close = get_close_matches(str(problem["loc"][-1]), known, n=1, cutoff=0.5)
        hint = f"did you mean {close[0]!r}?" if close else f"known here: {', '.join(known)}"
        return f"unknown key; {hint}"
    message = str(problem["msg"]).removeprefix("Value error, ")
    if problem["type"].endswith(("_type", "_parsing")):
        message += f", not {shown(problem['input'])}"
    return message[:1].lower() + message[1:]


def _keys_beside(keys: tuple[int | str, ...]) -> list[str]:
    """The keys a section of the config knows, found by walking the models along `keys`."""
    schema = Config.model_json_schema(mode="validation")
    part: Any = schema
    for key in keys[:-1]:
        part = _resolved(schema, part)
        part = part.get("items", {}) if isinstance(key, int) else part["properties"].get(key, {})
    return list(_resolved(schema, part).get("properties", {}))


def _resolved(schema: Any, part: Any) -> Any:
    for option in part.get("anyOf", [part]):
        if "$ref" in option:
            return schema["$defs"][option["$ref"].rsplit("/", 1)[-1]]
    return part


def _line(node: yaml.Node | None, keys: tuple[int | str, ...]) -> int:
    """The line of the key that a problem is about, or of the nearest section around it."""
    line = 1
    for key in keys:
        if isinstance(node, yaml.SequenceNode) and isinstance(key, int) and key < len(node.value):
            node = node.value[key]
            line = node.start_mark.line + 1
        elif isinstance(node, yaml.MappingNode):
            for name, value in node.value:
                if name.value == str(key):
                    line, node = name.start_mark.line + 1, value
    return line
