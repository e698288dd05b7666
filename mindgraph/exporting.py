"""A finished run's graph in files that others read, and as a networkx graph."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from mindgraph.errors import UsageError
from mindgraph.exporters import FORMATS, Exported, Format, check_options, describe
from mindgraph.exporters import export as export_tables
from mindgraph.exporters.about import About, about_of
from mindgraph.exporters.networks import MOST, read_network
from mindgraph.exporters.selection import Selection, selected
from mindgraph.exporters.written import Written
from mindgraph.runs import read_manifest

if TYPE_CHECKING:
    import networkx as nx

NEO4J = "neo4j-csv"

ALL_FORMATS = {**FORMATS, NEO4J: Format("neo4j", "write_offline", ("database",))}
"""Every format by its name; the files of neo4j-admin are those of the offline load."""

WHOLE = Selection()


def export(
    run: str | Path,
    format: str,  # noqa: A002 - the word of the command line
    path: str | Path,
    selection: Selection = WHOLE,
    *,
    license: str | None = None,  # noqa: A002 - what everybody calls it
    **options: Any,
) -> Exported:
    """Write a finished run's graph, or the selected part of it, in one of the formats.

    Options are those of the command line, such as `split="pair"` for `kge`. UsageError for a
    format or option that is none, for an empty selection and for a path that is taken; RunError
    where the run did not end; DiskError where the files cannot be written.
    """
    if format not in ALL_FORMATS:
        raise UsageError(f"{format}: no format; choose one of {', '.join(ALL_FORMATS)}")
    check_options(format, options, ALL_FORMATS)
    about = about_of(Path(run), read_manifest(run), license)
    if format == NEO4J:
        return _neo4j(Path(run), Path(path), selection, about, **options)
    return export_tables(Path(run), FORMATS[format], Path(path), selection, about, **options)


def _neo4j(
    run: Path, path: Path, selection: Selection, about: About, database: str = "neo4j"
) -> Exported:
    from mindgraph.stores.neo4j.offline import write_offline

    with selected(run, selection) as tables:
        rows = write_offline(tables, path, database).rows
        written = [Written(f"{name}.csv", count) for name, count in rows.items()]
        return describe(tables, path, written, about)


def to_networkx(run: str | Path, selection: Selection = WHOLE, most: int = MOST) -> nx.MultiDiGraph:
    """A finished run's graph, or the selected part of it, as a networkx graph.

    Nodes are named `product/COF-101`, `cobuy/…`, `intention/…`, `concept/…`, `category/…`;
    `label` and `key` are their label and id, `type` is an edge's type, and the rest are the
    properties of the tables. UsageError where there are more than `most` nodes and edges.
    """
    read_manifest(run)
    with selected(Path(run), selection) as tables:
        return read_network(tables, most)
