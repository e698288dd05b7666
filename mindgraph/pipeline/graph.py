"""The last stages: intentions become nodes, concepts are linked, all tables are written."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

from mindgraph import __version__
from mindgraph.concepts import linking, probase
from mindgraph.config import Config
from mindgraph.engines import BatchMap, File, Rel, Stage, Table, nothing, worker
from mindgraph.graph import assembly
from mindgraph.pipeline.generation import Asking
from mindgraph.records import REJECTED, digest


@dataclass(frozen=True)
class Tables:
    """The stages whose tables the graph is made of."""

    products: Stage
    pictures: Stage
    pairs: Stage
    statements: Stage
    features: Table


def assemble(
    config: Config, files: Mapping[Path, File], tables: Tables, run: Mapping[str, Any]
) -> Rel:
    """The stage that writes every node and edge table."""
    said = (Table(tables.statements, "statements"),)
    intentions = _intention_nodes(said)
    linked, parents = _concepts(config, intentions, files)
    return Rel(
        name="graph",
        reads={
            "products": (Table(tables.products, "products"),),
            "pictures": (Table(tables.pictures, "pictures"),),
            "features": (tables.features,),
            "pairs": (Table(tables.pairs, "pairs"),),
            "intentions": (Table(intentions, "intentions"),),
            "stated": (Table(_stated(said), "statements"),),
            "links": (linked,),
            "parents": (parents,),
            "categories": (Table(_categories(tables.products), "categories"),),
        },
        outputs={**assembly.NODE_QUERIES, **assembly.EDGE_QUERIES},
        main="Run",
        seen="SELECT 1",
        settings=run,
    )


def _intention_nodes(said: tuple[Table, ...]) -> Rel:
    return Rel(
        name="intention_nodes",
        reads={"statements": said},
        outputs={"intentions": assembly.INTENTIONS},
        main="intentions",
        seen="SELECT count(DISTINCT intention) FROM statements",
    )


def _stated(said: tuple[Table, ...]) -> Rel:
    return Rel(
        name="statements",
        reads={"statements": said},
        outputs={"statements": assembly.STATEMENTS, "rejected": assembly.STATEMENTS_AGAIN},
        main="statements",
        seen="SELECT count(*) FROM statements",
    )


def _concepts(config: Config, intentions: Stage, files: Mapping[Path, File]) -> tuple[Table, Table]:
    """Is-a rows → links of intentions to concepts → one level of the hierarchy above them."""
    if config.concepts.isa is None:
        return nothing(linking.LINK), nothing(linking.PARENT)
    isa = (Table(_isa(replace(files[config.concepts.isa], lines=True)), "isa"),)
    link = _links(intentions, isa, config.concepts.top)
    parents = _parents(link, isa, config.concepts.parents)
    return Table(link, "links"), Table(parents, "parents")


def _isa(file: File) -> BatchMap:
    return BatchMap(
        name="isa",
        make=worker(probase.isa_rows, file=file.path),
        outputs={"isa": probase.ISA, "rejected": REJECTED},
        main="isa",
        file=file,
        batch=50_000,
    )


def _links(intentions: Stage, isa: tuple[Table, ...], top: int) -> BatchMap:
    return BatchMap(
        name="concepts",
        make=lambda sides: partial(linking.link, isa=probase.IsA(sides["isa"], top), top=top),
        outputs={"linked": linking.LINKED, "links": linking.LINK, "rejected": REJECTED},
        main="linked",
        reads={"intentions": (Table(intentions, "intentions"),)},
        select="SELECT id, text FROM intentions",
        sides={"isa": isa},
        settings={"top": top},
        batch=50_000,
    )


def _parents(link: Stage, isa: tuple[Table, ...], top: int) -> BatchMap:
    return BatchMap(
        name="parents",
        make=lambda sides: partial(linking.parents, isa=probase.IsA(sides["isa"], top), top=top),
        outputs={"parents": linking.PARENT},
        main="parents",
        reads={"links": (Table(link, "links"),)},
        select="SELECT concept AS id, min(name) AS name FROM links GROUP BY concept ORDER BY id",
        sides={"isa": isa},
        settings={"top": top},
    )


def _categories(products: Stage) -> BatchMap:
    return BatchMap(
        name="categories",
        make=worker(assembly.categories),
        outputs={"categories": assembly.CATEGORY},
        main="categories",
        reads={"products": (Table(products, "products"),)},
        select="SELECT id, categories FROM products ORDER BY id",
    )


# How a run is done, not what comes out of it: the model's own name and revision say that.
_NO_MATTER: Any = {
    "engine": True,
    "pictures": {"fetch_seconds", "fetch_redirects", "fetch_at_once"},
    "intentions": {"generate": {"local", "endpoint", "cost", "batch"}},
}


def run_node(config: Config, asking: Asking | None, files: Mapping[Path, File]) -> dict[str, Any]:
    """The run node. It holds no time and no path, so that equal builds are equal bytes."""
    inputs = sorted(file.content for file in files.values())
    told = json.dumps(_without_paths(config.model_dump(exclude=_NO_MATTER)), sort_keys=True)
    by = _asked(asking) if asking else {"model": "ready rows"}
    return {
        "id": f"{config.name}-{digest(__version__, told, str(by), *inputs, size=4)}",
        **dict.fromkeys(("revision", "prompt", "sampling")),
        **by,
        "version": __version__,
    }


def _asked(asking: Asking) -> dict[str, Any]:
    """Who was asked and how. Prompts and draws are told of models that have them."""
    who = {"model": asking.model.info.model, "revision": asking.model.info.revision}
    if asking.prompts is None:
        return who
    drawn = json.dumps(asking.told.sampling.model_dump(), sort_keys=True)
    return {**who, "prompt": f"{asking.prompts.name} {asking.prompts.digest}", "sampling": drawn}


def _without_paths(told: Any) -> Any:
    if isinstance(told, dict):
        return {name: _without_paths(part) for name, part in told.items()}
    if isinstance(told, (list, tuple)):
        return [_without_paths(part) for part in told]
    return None if isinstance(told, Path) else told
