"""How stages run: two kinds of stage, and the places a stage reads from.

A `Rel` is SQL made of joins, anti-joins, group-bys and counts; a `BatchMap` is a Python callable,
Arrow batch in, `Outcome` out. Both are data that can be printed: what decides a stage's result
is in its fields, and its `identity` is a hash of them and of all it reads.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property, partial
from typing import Any

import pyarrow as pa

from mindgraph import __version__
from mindgraph.records import Outcome, digest

Worker = Callable[[pa.RecordBatch], Outcome]


@dataclass(frozen=True)
class Table:
    """One output of one stage."""

    stage: Stage
    output: str

    @property
    def schema(self) -> pa.Schema | None:
        """The table's schema, where it is known before there are rows."""
        return self.stage.outputs[self.output] if isinstance(self.stage, BatchMap) else None


@dataclass(frozen=True)
class File:
    """A file of rows; `content` is a digest of its bytes, so that a changed file is a new input.

    `lines`: it has no header; its rows are its lines, whatever its suffix. `plain`: its bytes hold
    nothing that a fast reader could take for something else.
    """

    path: str
    content: str
    lines: bool = False
    plain: bool = False


@dataclass(frozen=True)
class Rel:
    """Tables in, tables out, by SQL. `settings` is a one-row view, so no value enters the text.

    `seen` is SQL for the number of items looked at; the engine checks it against the rows of
    `main` and of `rejected`.
    """

    name: str
    reads: Mapping[str, tuple[Table, ...]]
    outputs: Mapping[str, str]
    main: str
    seen: str
    settings: Mapping[str, Any] = field(default_factory=dict)
    version: int = 1

    @cached_property
    def identity(self) -> str:
        """Hash of all that decides the result."""
        sql = [self.seen, *sorted(self.outputs.items())]
        return _identity(self, sql=sql, reads=_named(self.reads))


@dataclass(frozen=True)
class BatchMap:
    """Batches in, tables out, by a Python callable that `make` builds once for a run.

    Rows come from a `file` or from `select` over `reads`; `make` is given a reader for each table
    of `sides`. With `key`, rows are questions to a model: finished ones are known by that column
    (the views `published` in `select`, and `published_NAME` of its other outputs), and the
    identity leaves out what is read, so that a new row never asks an old question again; a stage
    with `notes` is given a `note` to keep each row as it comes. Where `select` joins, rows come in
    no certain order: such a stage is not `ordered`, and starts again when it was cut short.
    """

    name: str
    make: Callable[[Mapping[str, pa.RecordBatchReader]], Worker]
    outputs: Mapping[str, pa.Schema]
    main: str
    file: File | None = None
    reads: Mapping[str, tuple[Table, ...]] = field(default_factory=dict)
    select: str = ""
    sides: Mapping[str, tuple[Table, ...]] = field(default_factory=dict)
    settings: Mapping[str, Any] = field(default_factory=dict)
    batch: int = 20_000
    key: str | None = None
    notes: bool = False
    ordered: bool = True
    version: int = 1

    @cached_property
    def identity(self) -> str:
        """Hash of all that decides the result; of a keyed stage, of what decides one answer."""
        if self.key:
            return _identity(self)
        # The path too, as rows name their file; a moved file is read again.
        read = [self.file and (self.file.content, self.file.path), self.select, self.batch]
        return _identity(self, read=read, reads=_named(self.reads), sides=_named(self.sides))


Stage = Rel | BatchMap


def _identity(stage: Stage, **parts: Any) -> str:
    told: list[Any] = [stage.name, stage.version, dict(stage.settings), parts]
    if not getattr(stage, "key", None):
        told.append(__version__)  # answers of a model outlive a release, other tables do not
    return digest(json.dumps(told, sort_keys=True, default=str), size=6)


def _named(reads: Mapping[str, tuple[Table, ...]]) -> list[Any]:
    return [
        [view, [(table.stage.identity, table.output) for table in tables]]
        for view, tables in sorted(reads.items())
    ]


def plan(targets: list[Stage]) -> list[Stage]:
    """Every stage the targets need, each once, before all that read it."""
    ordered: dict[int, Stage] = {}

    def visit(stage: Stage) -> None:
        if id(stage) in ordered:
            return
        sides = getattr(stage, "sides", {})
        for tables in (*stage.reads.values(), *sides.values()):
            for table in tables:
                visit(table.stage)
        ordered[id(stage)] = stage

    for target in targets:
        visit(target)
    return list(ordered.values())


def worker(function: Callable[..., Outcome], **plain: Any) -> Callable[[Any], Worker]:
    """A `make` for a stage whose function needs plain values alone."""
    return lambda sides: partial(function, **plain)


def nothing(schema: pa.Schema) -> Table:
    """A table without rows, for what a config does not use."""
    columns = ", ".join(f'CAST(NULL AS {_sql(field.type)}) AS "{field.name}"' for field in schema)
    return Table(
        Rel("none", {}, {"none": f"SELECT {columns} WHERE false"}, "none", "SELECT 0"), "none"
    )


def _sql(kind: pa.DataType) -> str:
    names = {"string": "VARCHAR", "int64": "BIGINT", "int32": "INTEGER", "double": "DOUBLE"}
    return "VARCHAR[]" if pa.types.is_list(kind) else names.get(str(kind), "BOOLEAN")
