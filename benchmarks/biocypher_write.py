"""BioCypher's writer over a run's tables, for comparison: import files for neo4j-admin.

    PYTHON_WITH_BIOCYPHER benchmarks/biocypher_write.py RUN DIR

BioCypher wants an ontology: a flat one of the graph's own labels and types is written for it.
"""

from __future__ import annotations

import json
import os
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
from biocypher import BioCypher

Rows = Iterator[dict[str, Any]]

_TYPES = {"string": "str", "int64": "int", "double": "float"}


def words(name: str) -> str:
    """Return a label or type as BioCypher's sentence case."""
    return re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name).replace("_", " ").lower()


def tables(run: Path, kind: str) -> dict[str, Path]:
    """Return a run's tables that hold rows."""
    found = {path.stem: path for path in sorted((run / kind).glob("*.parquet"))}
    return {name: path for name, path in found.items() if pq.read_metadata(path).num_rows}


def ontology(names: list[str]) -> str:
    """Return a flat ontology, in Turtle."""
    prefixes = "@prefix : <http://graph/> . @prefix owl: <http://www.w3.org/2002/07/owl#> .\n"
    prefixes += "@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .\n"
    classes = (
        f':{name} a owl:Class ; rdfs:label "{words(name)}" ; rdfs:subClassOf :entity .'
        for name in names
    )
    return "\n".join([prefixes, ':entity a owl:Class ; rdfs:label "entity" .', *classes]) + "\n"


def schema(run: Path) -> dict[str, Any]:
    """Return BioCypher's mapping of the tables."""
    told = {}
    for kind, role in (("nodes", "node"), ("edges", "edge")):
        for name, path in tables(run, kind).items():
            fields = pq.read_schema(path)
            told[words(name)] = {
                "represented_as": role,
                "input_label": name,
                "preferred_id": "id",
                "properties": {
                    field.name: _TYPES[str(field.type)]
                    for field in fields
                    if field.name not in {"id", "start", "end"}
                },
            }
    return told


def rows(path: Path) -> Rows:
    """Yield a table's rows."""
    for batch in pq.ParquetFile(path).iter_batches(20_000):
        yield from batch.to_pylist()


def nodes(run: Path) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Yield all nodes as BioCypher takes them."""
    for name, path in tables(run, "nodes").items():
        for row in rows(path):
            yield row.pop("id"), name, row


def edges(run: Path) -> Iterator[tuple[str | None, str, str, str, dict[str, Any]]]:
    """Yield all relationships as BioCypher takes them."""
    for name, path in tables(run, "edges").items():
        for row in rows(path):
            yield row.pop("id", None), row.pop("start"), row.pop("end"), name, row


def main() -> None:
    """Write the files."""
    run, folder = Path(sys.argv[1]).resolve(), Path(sys.argv[2]).resolve()
    folder.mkdir(parents=True)
    os.chdir(folder)  # it leaves a log where it stands
    names = [*tables(run, "nodes"), *tables(run, "edges")]
    (folder / "ontology.ttl").write_text(ontology(names))
    # YAML reads JSON.
    (folder / "schema.yaml").write_text(json.dumps(schema(run)))
    (folder / "config.yaml").write_text("biocypher: {}\nneo4j: {file_format: csv}\n")
    writer = BioCypher(
        dbms="neo4j",
        offline=True,
        strict_mode=False,
        biocypher_config_path=str(folder / "config.yaml"),
        schema_config_path=str(folder / "schema.yaml"),
        head_ontology={"url": str(folder / "ontology.ttl"), "root_node": "entity"},
        output_directory=str(folder / "out"),
    )
    writer.write_nodes(nodes(run))
    writer.write_edges(edges(run))


if __name__ == "__main__":
    main()
