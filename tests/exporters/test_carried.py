"""The demo in every format: as it is kept, joined by its statements, read by foreign programs."""

from __future__ import annotations

import csv
import gzip
import hashlib
import json
import re
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import networkx as nx
import pytest

import mindgraph
from mindgraph.exporters.kge import write_kge
from mindgraph.runs import Built
from tests.exporters.carried import FOLDER, NAMES, told


def by(program: str, script: str, *words: object) -> str:
    """What a script prints in a process of its own; skipped where its program is missing."""
    if find_spec(program) is None:
        pytest.skip(f"{program} is not installed; it is in the extra `readers`")
    line = [sys.executable, "-W", "ignore", "-c", script, *map(str, words)]
    done = subprocess.run(line, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr[-2000:]
    return done.stdout


def triples(file: Path) -> list[tuple[str, ...]]:
    return [tuple(line.split("\t")) for line in file.read_text(encoding="utf-8").splitlines()]


class TestKept:
    """`exports/demo` is what the demo's graph is exported as."""

    def test_every_file_is_as_it_is_kept(self, carried: Path) -> None:
        ours, kept = told(carried), told(FOLDER)
        assert sorted(ours) == sorted(kept)
        assert [name for name in ours if ours[name] != kept[name]] == []

    def test_every_format_is_there(self) -> None:
        from mindgraph.exporting import ALL_FORMATS

        assert {format_ for format_, _ in NAMES.values()} == set(ALL_FORMATS)

    @pytest.mark.parametrize("folder", ["carried", "kept"])
    def test_descriptions_have_the_checksums_of_their_files(
        self, carried: Path, folder: str
    ) -> None:
        root = carried if folder == "carried" else FOLDER
        described = list(root.rglob("*croissant.json"))
        assert len(described) == len(NAMES)
        for place in described:
            for file in json.loads(place.read_text(encoding="utf-8"))["distribution"]:
                raw = (place.parent / file["contentUrl"]).read_bytes()
                assert file["sha256"] == hashlib.sha256(raw).hexdigest()
                assert file["contentSize"] == f"{len(raw)} B"


class TestJoined:
    """One statement is known by its key in every format."""

    def keys(self, demo: Built) -> set[str]:
        text = "MATCH (:CoBuy)-[r]->(:Intention) RETURN r.id AS id"
        return {row["id"] for row in mindgraph.query(demo.folder, text)}

    def test_in_rdf_cskg_neo4j_and_the_rest(self, demo: Built, carried: Path) -> None:
        keys = self.keys(demo)
        assert len(keys) > 200
        rdf = gzip.decompress((carried / "demo.nt.gz").read_bytes()).decode()
        found = {
            "rdf": set(re.findall(r"^<\S+/statement/(\S+)> ", rdf, re.MULTILINE)),
            "cskg": {
                row[0].partition(":statement/")[2]
                for row in triples(carried / "cskg.tsv")
                if ":statement/" in row[0]
            },
            "kgx": {
                row[0].partition(":statement/")[2]
                for row in triples(carried / "kgx/edges.tsv")
                if ":statement/" in row[0]
            },
            "conceptnet": {
                told["statement"]
                for line in triples(carried / "conceptnet.csv")
                if (told := json.loads(line[4]))["relation"] in mindgraph_relations()
            },
            "neo4j": {
                row["id"]
                for file in (carried / "neo4j-csv").glob("*.csv")
                for row in csv.DictReader(file.read_text(encoding="utf-8").splitlines())
                if "surface" in row
            },
            "node-link": {
                edge["key"]
                for edge in json.loads((carried / "node-link.json").read_bytes())["edges"]
                if "surface" in edge
            },
        }
        for name, theirs in found.items():
            assert theirs == keys, name


def mindgraph_relations() -> set[str]:
    from mindgraph.relations import RELATIONS

    return set(RELATIONS)


class TestKge:
    """Triples to train on, and triples to ask about."""

    @pytest.fixture(params=["kge", "kge-by-pair"])
    def folder(self, carried: Path, request: pytest.FixtureRequest) -> Path:
        return carried / str(request.param)

    def test_training_knows_all_that_is_asked(self, folder: Path) -> None:
        train = triples(folder / "train.tsv")
        known = {name for head, _, tail in train for name in (head, tail)}
        relations = {relation for _, relation, _ in train}
        asked = triples(folder / "valid.tsv") + triples(folder / "test.tsv")
        assert {name for head, _, tail in asked for name in (head, tail)} <= known
        assert {relation for _, relation, _ in asked} <= relations
        assert known <= {row[0] for row in triples(folder / "entities.tsv")}
        assert relations <= {row[0] for row in triples(folder / "relations.tsv")}

    def test_no_triple_is_in_two_files_and_none_is_lost(self, demo: Built, folder: Path) -> None:
        parts = [triples(folder / f"{name}.tsv") for name in ("train", "valid", "test")]
        rows = [row for part in parts for row in part]
        assert len(set(rows)) == len(rows) == sum(demo.manifest["edges"].values())
        stated = sum(row[0].startswith("cobuy/") and row[1] != "hasProduct" for row in rows)
        assert stated * 0.08 < len(parts[1]) <= stated * 0.1
        assert stated * 0.08 < len(parts[2]) <= stated * 0.1

    def test_by_pair_no_co_buy_is_asked_of_that_training_read(self, carried: Path) -> None:
        folder = carried / "kge-by-pair"
        train = triples(folder / "train.tsv")
        read = {head for head, relation, _ in train if relation in mindgraph_relations()}
        asked = {row[0] for name in ("valid", "test") for row in triples(folder / f"{name}.tsv")}
        assert asked
        assert not asked & read

    def test_equal_seeds_make_equal_splits(self, demo: Built, tmp_path: Path) -> None:
        for name, seed in (("a", 7), ("b", 7), ("c", 8)):
            write_kge(demo.folder, tmp_path / name, seed=seed)
        a, b, c = ((tmp_path / name / "test.tsv").read_text() for name in "abc")
        assert a == b != c

    @pytest.mark.slow
    def test_pykeen_loads_it_and_trains_an_epoch(self, folder: Path) -> None:
        told = json.loads(by("pykeen", _TRAIN, folder).splitlines()[-1])
        assert told["train"] == len(triples(folder / "train.tsv"))
        assert told["test"] == len(triples(folder / "test.tsv"))
        assert 0 < told["loss"] < 10


_TRAIN = """
import json, sys
from pathlib import Path
from pykeen.pipeline import pipeline
from pykeen.triples import TriplesFactory
folder = Path(sys.argv[1])
train = TriplesFactory.from_path(folder / "train.tsv")
known = dict(entity_to_id=train.entity_to_id, relation_to_id=train.relation_to_id)
valid, test = (TriplesFactory.from_path(folder / f"{n}.tsv", **known) for n in ("valid", "test"))
done = pipeline(training=train, validation=valid, testing=test, model="TransE", device="cpu",
    model_kwargs=dict(embedding_dim=8), training_kwargs=dict(num_epochs=1, use_tqdm=False),
    evaluation_kwargs=dict(use_tqdm=False, batch_size=16), random_seed=0)
print(json.dumps(dict(train=train.num_triples, test=test.num_triples, loss=done.losses[-1])))
"""


class TestRead:
    """Programs that are not ours read the rest."""

    @pytest.mark.slow
    @pytest.mark.parametrize("name", ["cskg.tsv", "cskg.conceptnet.tsv"])
    def test_the_cskg_loader_of_pykeen_loses_no_row(self, carried: Path, name: str) -> None:
        rows = int(by("pykeen", _CSKG, carried / name).splitlines()[-1])
        # What is one in ConceptNet is one to the loader: `can` and `capableOf`.
        distinct = {row[1:4] for row in triples(carried / name)[1:]}
        assert rows == len(distinct) > 300

    def test_networkx_reads_graphml_and_node_link_alike(self, demo: Built, carried: Path) -> None:
        told = json.loads((carried / "node-link.json").read_text(encoding="utf-8"))
        linked = nx.node_link_graph(told, edges="edges")
        marked = nx.read_graphml(carried / "demo.graphml", force_multigraph=True)
        ours = mindgraph.to_networkx(demo.folder)
        for graph in (linked, marked):
            assert dict(graph.nodes(data=True)) == dict(ours.nodes(data=True))
        assert sorted(linked.edges(keys=True)) == sorted(ours.edges(keys=True))
        assert sorted(marked.edges(keys=True)) == sorted(ours.edges(keys=True))
        assert ours.number_of_edges() == sum(demo.manifest["edges"].values())

    @pytest.mark.slow
    def test_torch_geometric_has_the_graph_as_hetero_data(self, demo: Built, carried: Path) -> None:
        told = json.loads(by("torch_geometric", _HETERO, carried / "pyg").splitlines()[-1])
        assert told["nodes"] == demo.manifest["nodes"]
        assert told["edges"] == demo.manifest["edges"]
        assert told["valid"]

    @pytest.mark.slow
    @pytest.mark.parametrize(
        ("name", "records", "rows"),
        [("cskg.tsv.croissant.json", "cskg", 390), ("parquet/croissant.json", "nodes.Product", 43)],
    )
    def test_mlcroissant_finds_nothing_wrong_and_reads_the_rows(
        self, carried: Path, name: str, records: str, rows: int
    ) -> None:
        assert int(by("mlcroissant", _CROISSANT, carried / name, records).splitlines()[-1]) == rows


_CSKG = """
import sys
from pathlib import Path
from pykeen.datasets.cskg import CSKG
class Ours(CSKG):
    def _get_path(self): return Path(sys.argv[1])
ours = Ours()
print(ours.training.num_triples + ours.validation.num_triples + ours.testing.num_triples)
"""

_HETERO = """
import json, sys
sys.path.insert(0, sys.argv[1])
from load import load
graph = load(sys.argv[1])
print(json.dumps(dict(
    nodes={label: graph[label].num_nodes for label in graph.node_types},
    edges={kind[1]: graph[kind].edge_index.shape[1] for kind in graph.edge_types},
    valid=graph.validate())))
"""

_CROISSANT = """
import sys
import mlcroissant
dataset = mlcroissant.Dataset(sys.argv[1])
assert not dataset.metadata.issues.errors, dataset.metadata.issues.errors
print(len(list(dataset.records(sys.argv[2]))))
"""
