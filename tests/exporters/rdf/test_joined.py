"""One statement is one key everywhere: RDF, CSKG and Neo4j's files are joined by it."""

from __future__ import annotations

import csv
from pathlib import Path

from mindgraph.exporters.cskg import write_cskg
from mindgraph.exporters.rdf import Exported
from mindgraph.relations import RELATIONS
from mindgraph.runs import Built
from mindgraph.stores.neo4j.offline import write_offline
from tests.exporters.rdf.reading import oxigraph

Statement = tuple[str, str, str, str]

BASE = "<https://w3id.org/mindgraph/"
RDF = "<http://www.w3.org/1999/02/22-rdf-syntax-ns#"


def in_rdf(path: Path) -> set[Statement]:
    """Key, co-buy, relation and intention of every statement."""
    told: dict[str, dict[str, str]] = {}
    for subject, predicate, value in oxigraph(path):
        told.setdefault(subject, {})[predicate.removeprefix(RDF)] = value
    places = (("subject", "cobuy"), ("predicate", "rel"), ("object", "intention"))
    return {
        (local(subject, "statement"), *(local(said[f"{part}>"], place) for part, place in places))  # type: ignore[misc]
        for subject, said in told.items()
        if subject.startswith(f"{BASE}statement/")
    }


def local(term: str, place: str) -> str:
    assert term.startswith(f"{BASE}{place}/")
    return term.removeprefix(f"{BASE}{place}/").removesuffix(">")


def in_cskg(path: Path) -> set[Statement]:
    """The same of every row of CSKG that states something."""
    columns = (("id", "statement"), ("node1", "cobuy"), ("relation", "rel"), ("node2", "intention"))
    with path.open(encoding="utf-8", newline="") as file:
        return {
            tuple(row[name].removeprefix(f"mindgraph:{place}/") for name, place in columns)  # type: ignore[misc]
            for row in csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE)
            if row["id"].startswith("mindgraph:statement/")
        }


def in_neo4j(folder: Path) -> set[Statement]:
    """The same of every relationship that Neo4j would import."""
    found = set()
    for relation in RELATIONS.values():
        with (folder / f"{relation.edge_type}.csv").open(encoding="utf-8", newline="") as file:
            for row in csv.DictReader(file):
                ends = row[":START_ID(CoBuy)"], row[":END_ID(Intention)"]
                found.add((row["id"], ends[0], row["relation"], ends[1]))
    return found


def test_three_exports_are_joined_by_the_statement_key(
    demo: Built, exported: dict[str, Exported], tmp_path: Path
) -> None:
    write_cskg(demo.folder, tmp_path / "cskg.tsv")
    write_offline(demo.folder, tmp_path / "neo4j")
    wanted = in_rdf(exported["graph.ttl"].dump.path)
    assert len(wanted) == 213
    assert in_cskg(tmp_path / "cskg.tsv") == wanted
    assert in_neo4j(tmp_path / "neo4j") == wanted
