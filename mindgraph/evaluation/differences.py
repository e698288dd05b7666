"""What runs differ in, as their manifests tell: the keys of their configs, models, inputs.

An ablation changes one thing. Keys that cannot be changed apart, such as a model and its weights,
are one thing; paths do not count, for what lies there is compared by its bytes.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

Manifest = Mapping[str, Any]


@dataclass(frozen=True)
class Difference:
    """A key that runs hold different values under, and the thing that it decides."""

    thing: str
    key: str
    values: tuple[Any, ...]


_NO_MATTER = (
    "name",
    "engine",
    "pictures.fetch_seconds",
    "pictures.fetch_redirects",
    "pictures.fetch_at_once",
    "pictures.cache",
    "intentions.generate.log",
    "intentions.generate.cost",
    "intentions.generate.batch",
)
"""How a run is done, not what comes out of it."""

_PATHS = ("path", "isa", "record", "folder")
"""Keys that name a file or folder: only whether there is one is compared."""

_BOUND = {
    "intentions.generate.model": "model",
    "intentions.generate.local": "model",
    "intentions.generate.endpoint": "model",
    "intentions.generate.record": "model",
    "intentions.generate.per_relation": "model",
    "model": "model",
    "intentions.generate.prompts": "prompts",
    "prompts": "prompts",
    "versions": "software",
    "mindgraph": "software",
}
"""Keys, or sections of keys, that decide one thing together."""

_ASKING = "intentions.generate"

_READS = {
    "read_products": "products",
    "read_links": "pairs.links",
    "read_orders": "pairs.orders",
    "read_intentions": "intentions",
    "isa": "concepts",
}
"""Stages that read files, and the section of the config that says how."""


def differences(manifests: Sequence[Manifest], prompts: Sequence[str | None]) -> list[Difference]:
    """Every key that two of the runs hold different values under, in the order of the config.

    `prompts` are the names and digests of the prompt sets, as the run nodes tell them.
    """
    config = list(_unlike("", [_telling(manifest["config"]) for manifest in manifests]))
    told = [_beside(*both) for both in zip(manifests, prompts, strict=True)]
    keys = {key for key, _ in config}
    found = [*config, *_unlike("", told), *_bytes(manifests, keys)]
    return [Difference(_thing(key, keys), key, tuple(values)) for key, values in found]


def things(found: Sequence[Difference]) -> list[str]:
    """The things that runs differ in; an ablation has one."""
    return list(dict.fromkeys(difference.thing for difference in found))


def _telling(config: Mapping[str, Any]) -> dict[str, Any]:
    told: dict[str, Any] = _pathless(config)
    for key in _NO_MATTER:
        *sections, last = key.split(".")
        within: Any = told
        for section in sections:
            within = within.get(section) if isinstance(within, dict) else None
        if isinstance(within, dict):
            within.pop(last, None)
    return told


def _pathless(told: Any) -> Any:
    if isinstance(told, Mapping):
        return {
            key: "a file" if key in _PATHS and isinstance(value, str) else _pathless(value)
            for key, value in told.items()
        }
    return [_pathless(part) for part in told] if isinstance(told, list) else told


def _beside(manifest: Manifest, prompt: str | None) -> dict[str, Any]:
    """What decides the graph and is not in the config."""
    model = manifest.get("model") or {}
    return {
        "model": {key: model.get(key) for key in ("backend", "model", "revision")},
        "prompts": prompt,
        "mindgraph": manifest["mindgraph"],
        "versions": manifest["versions"],
    }


def _unlike(key: str, values: Sequence[Any]) -> Iterator[tuple[str, Sequence[Any]]]:
    """Keys below this one with different values; a section that one run lacks is one key."""
    if all(value == values[0] for value in values):
        return
    parts = [_parts(value) for value in values]
    if not all(parts):
        yield key, values
        return
    for name in dict.fromkeys(name for part in parts for name in part or ()):
        below = f"{key}.{name}" if key else name
        yield from _unlike(below, [(part or {}).get(name) for part in parts])


def _parts(value: Any) -> dict[str, Any] | None:
    """The named parts of a value; None of what has none, as a list of plain values."""
    if isinstance(value, dict):
        return value
    if isinstance(value, list) and value and all(isinstance(part, dict) for part in value):
        return {str(place): part for place, part in enumerate(value, 1)}
    return None


def _bytes(manifests: Sequence[Manifest], keys: set[str]) -> Iterator[tuple[str, Sequence[Any]]]:
    """Files that differ though they are read alike: a reading stage's folder names their bytes.

    It also names the version that read them; where all runs tell the bytes apart, those decide.
    """
    read = [sorted(manifest.get("inputs", {}).values()) for manifest in manifests]
    if read[0] and all(told == read[0] for told in read):
        return
    folders = [
        {stage["name"]: stage.get("folder") for stage in manifest["stages"]}
        for manifest in manifests
    ]
    for name in dict.fromkeys(name for told in folders for name in told):
        section = next((of for stage, of in _READS.items() if name.startswith(stage)), None)
        values = [told.get(name) for told in folders]
        if section is None or len(set(values)) == 1:
            continue
        if not any(key.startswith(section) for key in keys):
            yield f"input.{name}", values


def _thing(key: str, keys: set[str]) -> str:
    if _ASKING in keys and key.split(".")[0] in ("model", "prompts"):
        return _ASKING  # one run asks a model at all, the other does not
    bound = (thing for known, thing in _BOUND.items() if f"{key}.".startswith(f"{known}."))
    return next(bound, key)
