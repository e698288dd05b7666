"""Where a graph is carried away: files that others read without asking.

`export` writes a part of a run's graph in a named format, and describes the files beside them.
Every writer reads the Parquet tables; all but those for networkx need bounded memory.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mindgraph.errors import UsageError

if TYPE_CHECKING:
    from mindgraph.exporters.about import About
    from mindgraph.exporters.selection import Selection
    from mindgraph.exporters.written import Written

Writer = Callable[..., "list[Written]"]
"""Writes tables under a path, with the options of its format; what it wrote."""


@dataclass(frozen=True)
class Format:
    """A format: where its writer is, and which options that takes."""

    module: str
    writer: str
    options: tuple[str, ...] = ()

    def load(self) -> Writer:
        """The writer; only now are its libraries needed."""
        writer: Writer = getattr(import_module(f"mindgraph.exporters.{self.module}"), self.writer)
        return writer


FORMATS: dict[str, Format] = {
    "rdf": Format("rdf", "write_rdf", ("profile", "base", "concept_scores")),
    "cskg": Format("cskg", "write_cskg", ("relations",)),
    "conceptnet": Format("conceptnet", "write_conceptnet"),
    "kgx": Format("kgx", "write_kgx"),
    "kge": Format("kge", "write_kge", ("split", "seed", "valid", "test")),
    "atomic": Format("atomic", "write_atomic", ("seed",)),
    "graphml": Format("networks", "write_graphml"),
    "node-link": Format("networks", "write_node_link"),
    "pyg": Format("pyg", "write_pyg"),
    "parquet": Format("parquet", "write_parquet"),
}


@dataclass(frozen=True)
class Exported:
    """What an export made: where it is, its files with their rows, and what describes them."""

    path: Path
    files: tuple[Written, ...]
    beside: tuple[Path, ...]


def export(
    run: Path, format_: Format, path: Path, selection: Selection, about: About, **options: Any
) -> Exported:
    """Write the chosen part of a run's tables, and its description beside it.

    UsageError where nothing is chosen or the path holds something, DiskError where it cannot be
    written. What is broken off leaves no file that looks whole.
    """
    from mindgraph.exporters.rdf.description import clear
    from mindgraph.exporters.selection import selected

    with selected(run, selection) as tables:
        if format_.module == "rdf":
            return _rdf(tables, path, about, options)
        more = {"license": about.license} if format_.module == "conceptnet" else {}
        if path.is_file():
            clear(path)
        written = format_.load()(tables, path, **options, **more)
        return describe(tables, path, written, about)


def check_options(format_: str, options: Mapping[str, Any], known: Mapping[str, Format]) -> None:
    """UsageError where a format has no such option; the message says which have."""
    for name in options:
        if name not in known[format_].options:
            having = [other for other, told in known.items() if name in told.options]
            told = f"it is one of {', '.join(having)}" if having else "no format has it"
            raise UsageError(f"--{name.replace('_', '-')}: no option of {format_}; {told}")


def _rdf(tables: Path, path: Path, about: About, options: Mapping[str, Any]) -> Exported:
    from mindgraph.exporters.rdf import write_rdf
    from mindgraph.exporters.written import Written

    done = write_rdf(tables, path, about=about, **options)
    return Exported(path, (Written(path.name, done.triples),), tuple(done.beside))


def describe(tables: Path, path: Path, written: list[Written], about: About) -> Exported:
    """Describe finished files: counts, checksums, the run, and what the pairs really are."""
    from mindgraph.exporters.rdf.description import describe as describe_dumps
    from mindgraph.exporters.rdf.description import rows_of
    from mindgraph.exporters.rdf.dumps import dump_of

    folder = path if path.is_dir() else path.parent
    within = path if path.is_dir() else None
    dumps = [
        dump_of(
            folder / file.name,
            _media(file.name),
            rows=file.rows,
            columns=file.columns,
            within=within,
            sha256=file.sha256,
        )
        for file in written
    ]
    counted = replace(about, counts=rows_of(tables))
    return Exported(path, tuple(written), tuple(describe_dumps(path, dumps, counted)))


_MEDIA = {
    ".tsv": "text/tab-separated-values",
    ".csv": "text/csv",
    ".json": "application/json",
    ".graphml": "application/xml",
    ".parquet": "application/vnd.apache.parquet",
    ".npz": "application/zip",
}


def _media(name: str) -> str:
    plain = Path(name).with_suffix("") if name.endswith((".gz", ".zst")) else Path(name)
    return _MEDIA.get(plain.suffix, "application/octet-stream")
