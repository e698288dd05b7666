"""What stands beside an export is true of the files that lie there.

- VoID's counts are those that another program counts, and checksums those of the bytes.
- A selection's description counts the selection.
- The run, who was asked, the pairs' true nature and the licence are said; where no licence is
  known, that is said too.
"""

from __future__ import annotations

import hashlib
import json
import shutil
import subprocess
import sys
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path

import pyarrow.parquet as pq
import pytest
import rdflib
from rdflib import DCAT, DCTERMS, PROV, RDF, VOID, Namespace, URIRef

from mindgraph.exporters.about import About, about_of
from mindgraph.exporters.rdf import Exported, write_rdf
from mindgraph.exporters.rdf.description import describe
from mindgraph.exporters.rdf.dumps import dump_of
from mindgraph.relations import RELATIONS
from mindgraph.runs import Built

SPDX = Namespace("http://spdx.org/rdf/terms#")
PLACE = "http://files.example/"
DATASET = URIRef(f"{PLACE}#dataset")


def described(beside: Path) -> rdflib.Graph:
    """A description as a reader finds it at an address."""
    return rdflib.Graph().parse(data=beside.read_bytes(), format="turtle", publicID=PLACE)


@pytest.fixture(scope="module")
def graph(exported: dict[str, Exported]) -> rdflib.Graph:
    """What is said of the demo's Turtle."""
    return described(exported["graph.ttl"].beside[0])


def test_it_stands_beside_the_file(exported: dict[str, Exported]) -> None:
    for name, done in exported.items():
        assert [path.name for path in done.beside] == [f"{name}.void.ttl", f"{name}.croissant.json"]
        assert all(path.parent == done.dump.path.parent for path in done.beside)


def test_counts_are_those_of_the_file(exported: dict[str, Exported], graph: rdflib.Graph) -> None:
    whole = rdflib.Graph().parse(exported["graph.ttl"].dump.path)
    assert graph.value(DATASET, VOID.triples).toPython() == len(whole)  # type: ignore[union-attr]
    parts = list(graph.objects(DATASET, VOID.classPartition))
    assert len(parts) == 5
    for part in parts:
        members = whole.subjects(RDF.type, graph.value(part, VOID["class"]))
        assert len(set(members)) == int(str(graph.value(part, VOID.entities)))
    for part in graph.objects(DATASET, VOID.propertyPartition):
        said = whole.subject_objects(graph.value(part, VOID.property))
        assert len(set(said)) == int(str(graph.value(part, VOID.triples)))


@pytest.mark.parametrize("name", ["graph.ttl", "graph.nt", "graph.jsonld"])
def test_size_and_checksum_are_those_of_the_bytes(exported: dict[str, Exported], name: str) -> None:
    raw = exported[name].dump.path.read_bytes()
    graph, file = described(exported[name].beside[0]), URIRef(f"{PLACE}{name}#distribution")
    assert str(graph.value(file, DCAT.byteSize)) == str(len(raw))
    checksum = graph.value(file, SPDX.checksum)
    assert str(graph.value(checksum, SPDX.checksumValue)) == hashlib.sha256(raw).hexdigest()
    assert graph.value(DATASET, VOID.dataDump) == URIRef(PLACE + name)
    told = json.loads(exported[name].beside[1].read_text(encoding="utf-8"))["distribution"][0]
    assert told["sha256"] == hashlib.sha256(raw).hexdigest()
    assert told["contentSize"] == f"{len(raw)} B"


def test_the_run_is_that_of_the_data(
    demo: Built, exported: dict[str, Exported], graph: rdflib.Graph
) -> None:
    run = graph.value(DATASET, PROV.wasGeneratedBy)
    assert str(run).endswith(f"/run/{demo.manifest['run']}")
    whole = rdflib.Graph().parse(exported["graph.ttl"].dump.path)
    assert (run, RDF.type, PROV.Activity) in whole
    agents = graph.objects(run, PROV.wasAssociatedWith)
    name = URIRef("https://schema.org/name")
    assert {str(graph.value(agent, name)) for agent in agents} == {"mindgraph", "metadata"}


def test_the_pairs_true_nature_is_said(graph: rdflib.Graph, exported: dict[str, Exported]) -> None:
    croissant = json.loads(exported["graph.ttl"].beside[1].read_text(encoding="utf-8"))
    for told in (str(graph.value(DATASET, DCTERMS.description)), croissant["description"]):
        assert "co-buy (orders of a fictitious shop)" in told
        assert "metadata" in told


@pytest.mark.parametrize(
    ("licence", "predicate", "value"),
    [
        (None, DCTERMS.rights, "No licence is stated; ask the owner of the data."),
        ("CC-BY-4.0", DCTERMS.license, "https://spdx.org/licenses/CC-BY-4.0"),
        ("https://shop.example/terms", DCTERMS.license, "https://shop.example/terms"),
        ('ask "us"', DCTERMS.rights, 'ask "us"'),
    ],
)
def test_the_licence_is_the_owners_word(
    demo: Built, about: About, tmp_path: Path, licence: str | None, predicate: URIRef, value: str
) -> None:
    told = replace(about, license=licence)
    done = write_rdf(demo.folder, tmp_path / "graph.ttl", about=told)
    graph = described(done.beside[0])
    assert str(graph.value(DATASET, predicate)) == value


def test_a_selection_is_counted_as_what_it_is(demo: Built, about: About, tmp_path: Path) -> None:
    for kind in ("nodes", "edges"):
        shutil.copytree(demo.folder / kind, tmp_path / "part" / kind)
    for relation in RELATIONS.values():
        file = tmp_path / f"part/edges/{relation.edge_type}.parquet"
        rows = pq.ParquetFile(file).read()
        pq.write_table(rows.slice(0, 1), file)
    done = write_rdf(tmp_path / "part", tmp_path / "graph.ttl", about=about)
    graph = described(done.beside[0])
    for part in graph.objects(DATASET, VOID.propertyPartition):
        assert str(graph.value(part, VOID.triples)) == "1"


def test_names_that_no_iri_can_hold_are_written_as_one_that_can(
    demo: Built, about: About, tmp_path: Path
) -> None:
    done = write_rdf(demo.folder, tmp_path / "my <graph> #1 é.ttl", about=about)
    assert described(done.beside[0]).value(DATASET, VOID.dataDump) == URIRef(
        f"{PLACE}my%20%3Cgraph%3E%20%231%20%C3%A9.ttl"
    )


def test_a_folders_tables_are_described_within_it(about: About, tmp_path: Path) -> None:
    (tmp_path / "kge").mkdir()
    file = tmp_path / "kge/train.tsv"
    file.write_text("head\tscore\nA\t0.5\n", encoding="utf-8")
    columns = {"head": "sc:Text", "score": "sc:Float"}
    dump = dump_of(file, "text/tab-separated-values", rows=1, columns=columns)
    beside = describe(tmp_path / "kge", (dump,), about)
    assert [path.name for path in beside] == ["void.ttl", "croissant.json"]
    told = json.loads(beside[1].read_text(encoding="utf-8"))
    fields = told["recordSet"][0]["field"]
    assert {field["name"]: field["dataType"] for field in fields} == columns
    assert described(beside[0]).value(DATASET, VOID.triples) is None


def test_an_old_description_goes_with_the_file_it_was_of(
    demo: Built, about: About, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_rdf(demo.folder, tmp_path / "graph.ttl", about=about)
    monkeypatch.setattr("mindgraph.exporters.rdf.describe", lambda *_: ())
    write_rdf(demo.folder, tmp_path / "graph.ttl", about=replace(about, name="other"))
    assert [path.name for path in tmp_path.iterdir()] == ["graph.ttl"]


def test_facts_come_from_the_run(demo: Built) -> None:
    about = about_of(demo.folder, demo.manifest, "CC0-1.0")
    assert about.sources == ("co-buy (orders of a fictitious shop)",)
    assert about.model == "metadata"
    assert about.counts["Product"] == 43
    assert about.license == "CC0-1.0"


@pytest.mark.skipif(find_spec("mlcroissant") is None, reason="needs mindgraph[readers]")
def test_mlcroissant_finds_no_error(exported: dict[str, Exported]) -> None:
    script = (
        "import sys, mlcroissant; found = mlcroissant.Dataset(jsonld=sys.argv[1]).metadata\n"
        "assert found.distribution and not found.issues.errors, found.issues.report()"
    )
    line = [sys.executable, "-W", "ignore", "-c", script, str(exported["graph.ttl"].beside[1])]
    done = subprocess.run(line, capture_output=True, text=True, timeout=100)
    assert done.returncode == 0, done.stderr
    assert "context` is not standard" not in done.stderr
