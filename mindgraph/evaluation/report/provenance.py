"""Where a run is from: who was asked, with which words, of which files, and what its pairs are."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import PurePath
from typing import TYPE_CHECKING, Any

from mindgraph.evaluation.tables import rows

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection


@dataclass(frozen=True)
class InputFile:
    """A file the build read; `digest` is BLAKE2b of 128 bits, where the build noted it."""

    name: str
    role: str
    digest: str | None


@dataclass(frozen=True)
class Provenance:
    """What decides a run: software, model and words asked, settings, files, nature of the pairs."""

    software: Mapping[str, str]
    asked: Mapping[str, Any]
    settings: Mapping[str, Any]
    files: tuple[InputFile, ...]
    sources: tuple[Mapping[str, Any], ...]


_SOURCES = """
SELECT source, count(*) AS pairs FROM pairs GROUP BY source ORDER BY pairs DESC, source
"""


def provenance(con: DuckDBPyConnection, manifest: Mapping[str, Any]) -> Provenance:
    """What a run's manifest and its tables say of where it is from."""
    config = manifest["config"]
    return Provenance(
        software={"mindgraph": manifest["mindgraph"], **manifest["versions"]},
        asked=_asked(con, manifest),
        settings=_settings(config),
        files=tuple(_files(config, manifest.get("inputs", {}))),
        sources=tuple(rows(con, _SOURCES)),
    )


def _asked(con: DuckDBPyConnection, manifest: Mapping[str, Any]) -> dict[str, Any]:
    """Who stated the intentions, with which prompts, and how it was asked."""
    (run,) = rows(con, "SELECT model, revision, prompt, sampling FROM runs")
    told = manifest.get("model") or {}
    ways = [way for way in told.get("ways", ()) if way["way"]]
    return {
        **run,
        "backend": told.get("backend"),
        "engine": ", ".join(sorted({way["engine"] for way in ways if way["engine"]})) or None,
        "ways": ", ".join(f"{way['way']} ({way['replies']:,})" for way in ways) or None,
        "deviation": max((way["difference"] or 0.0 for way in ways), default=None),
    }


_GENERATE = ("relations", "prompts", "pictures", "features", "structured", "per_relation")
_PAIRS = ("min_support", "min_lift", "max_order_size", "max_per_product", "same_title")


def _settings(config: Mapping[str, Any]) -> dict[str, Any]:
    """The settings that decide what is kept."""
    generate = config["intentions"]["generate"] or {}
    return {
        **{f"pairs.{name}": config["pairs"].get(name) for name in _PAIRS},
        **{f"generate.{name}": generate[name] for name in _GENERATE if name in generate},
        **{f"filter.{name}": value for name, value in generate.get("filter", {}).items()},
        **{f"rules.{name}": value for name, value in config["rules"].items()},
    }


def _files(config: Mapping[str, Any], digests: Mapping[str, str]) -> Iterator[InputFile]:
    for role, path in dict.fromkeys(_paths(config)):
        yield InputFile("/".join(PurePath(path).parts[-2:]).lstrip("/"), role, digests.get(path))


def _paths(config: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """The paths of all input files, with what they are to the build."""
    generate = config["intentions"]["generate"] or {}
    listed = {
        "products": config["products"],
        "pairs": config["pairs"]["links"],
        "orders": config["pairs"]["orders"],
        "intentions": config["intentions"]["ready"],
    }
    yield from ((role, source["path"]) for role, sources in listed.items() for source in sources)
    for role, path in (
        ("answers", generate.get("record")),
        ("concepts", config["concepts"]["isa"]),
    ):
        if path:
            yield role, path
