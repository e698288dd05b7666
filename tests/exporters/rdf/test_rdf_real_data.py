"""IntentionQA's graph as RDF: whole, to both readers, by the shapes, under Neo4j's own keys.

Marked `data`: it reads the folder that MINDGRAPH_DATA names, and is skipped where it is absent.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pyarrow.parquet as pq
import pyshacl
import pytest
import rdflib

import mindgraph
from mindgraph.exporters.about import about_of
from mindgraph.exporters.rdf import Exported, write_rdf
from mindgraph.exporters.vocabulary import shapes
from mindgraph.relations import RELATIONS
from mindgraph.runs import Built
from tests.exporters.rdf.reading import FORMATS, RDF11, in_rdflib, oxigraph

pytestmark = pytest.mark.data


@pytest.fixture(scope="module")
def intentionqa(data: Callable[[str], Path], tmp_path_factory: pytest.TempPathFactory) -> Built:
    """A run over IntentionQA's rows."""
    root = data("intentionqa").parent
    data("wordnet_isa")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("MINDGRAPH_DATA", str(root))
        return mindgraph.build("intentionqa", tmp_path_factory.mktemp("intentionqa") / "run")


@pytest.fixture(scope="module")
def made(intentionqa: Built, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Exported]:
    """That run in every format."""
    folder, about = (
        tmp_path_factory.mktemp("rdf"),
        about_of(intentionqa.folder, intentionqa.manifest),
    )
    return {
        name: write_rdf(intentionqa.folder, folder / name, profile=told.profile, about=about)
        for name, told in FORMATS.items()
    }


def test_every_format_says_the_same(made: dict[str, Exported]) -> None:
    wanted = set(oxigraph(made["graph.nt"].dump.path))
    assert len(wanted) == made["graph.nt"].triples > 30_000
    assert all(set(oxigraph(made[name].dump.path)) == wanted for name in RDF11)
    assert in_rdflib(made["graph.ttl"].dump.path) == wanted
    newer = [set(oxigraph(made[name].dump.path)) for name in FORMATS if name not in RDF11]
    assert newer[0] == newer[1]
    assert len(newer[0]) == made["graph12.nt"].triples


def test_every_statement_stands_under_its_key(
    intentionqa: Built, made: dict[str, Exported]
) -> None:
    keys = {
        key
        for relation in RELATIONS.values()
        for key in pq.ParquetFile(intentionqa.folder / f"edges/{relation.edge_type}.parquet")
        .read(["id"])["id"]
        .to_pylist()
    }
    place = "<https://w3id.org/mindgraph/statement/"
    found = {
        subject.removeprefix(place).removesuffix(">")
        for subject, *_ in oxigraph(made["graph.ttl"].dump.path)
        if subject.startswith(place)
    }
    assert found == keys


def test_it_conforms(made: dict[str, Exported]) -> None:
    graph = rdflib.Graph().parse(made["graph.ttl"].dump.path)
    rules = rdflib.Graph().parse(data=shapes(), format="turtle")
    conforms, _, told = pyshacl.validate(graph, shacl_graph=rules)
    assert conforms, told
