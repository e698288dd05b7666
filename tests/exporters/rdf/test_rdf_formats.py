"""Each format says the whole graph, to readers that are not ours.

- Turtle, N-Triples and JSON-LD say the same triples, to pyoxigraph and to rdflib; as many as the
  export promised, none twice.
- Every row of every table is found again, value by value.
- RDF 1.2 says by reifiers what RDF 1.1 says by statements, under the same names.
- Compressed or not, the bytes are the same; two exports are equal bytes.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pyoxigraph as ox
import pytest

from mindgraph.errors import UsageError
from mindgraph.exporters.about import About
from mindgraph.exporters.rdf import Exported, write_rdf
from mindgraph.relations import RELATIONS
from mindgraph.runs import Built
from tests.exporters.rdf.conftest import ABOUT
from tests.exporters.rdf.reading import FORMATS, RDF11, in_rdflib, oxigraph, plain

Made = dict[str, Exported]
Said = dict[str, dict[str, set[str]]]

BASE = "https://w3id.org/mindgraph/"
RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"


@pytest.mark.parametrize("name", FORMATS)
def test_as_many_triples_as_promised_and_none_twice(exported: Made, name: str) -> None:
    found = oxigraph(exported[name].dump.path)
    assert len(found) == len(set(found)) == exported[name].triples > 3000


@pytest.mark.parametrize("name", RDF11)
def test_both_readers_find_the_same_triples_in_every_format(exported: Made, name: str) -> None:
    wanted = set(oxigraph(exported["graph.nt"].dump.path))
    assert set(oxigraph(exported[name].dump.path)) == wanted
    assert in_rdflib(exported[name].dump.path) == wanted


def test_both_forms_of_rdf_1_2_are_the_same(exported: Made) -> None:
    turtle, lines = (set(oxigraph(exported[f"graph12.{end}"].dump.path)) for end in ("ttl", "nt"))
    assert turtle == lines


def test_the_profiles_name_the_same_triples(exported: Made) -> None:
    older: dict[str, dict[str, str]] = {}
    for subject, predicate, found in oxigraph(exported["graph.nt"].dump.path):
        older.setdefault(subject, {})[predicate] = found
    parts = [f"<{RDF}{part}>" for part in ("subject", "predicate", "object")]
    named = {
        subject: " ".join(told[part] for part in parts)
        for subject, told in older.items()
        if parts[0] in told
    }
    newer = {
        subject: found.removeprefix("<<( ").removesuffix(" )>>").strip()
        for subject, predicate, found in oxigraph(exported["graph12.nt"].dump.path)
        if predicate == f"<{RDF}reifies>"
    }
    assert len(named) > 300
    assert newer == named


@pytest.fixture(scope="module")
def said(exported: Made) -> Said:
    """The values of every subject, by predicate."""
    found: Said = {}
    for subject, predicate, value in oxigraph(exported["graph.nt"].dump.path):
        found.setdefault(subject, {}).setdefault(predicate, set()).add(value)
    return found


class TestValues:
    """What stands in the tables stands in the file."""

    @pytest.mark.parametrize(
        ("table", "place", "columns"),
        [
            ("nodes/Product", "product", {
                "title": "https://schema.org/name", "category": "https://schema.org/category",
                "image": "https://schema.org/image",
                "description": "https://schema.org/description",
            }),
            ("nodes/CoBuy", "cobuy", {
                "support": f"{BASE}ns#support", "lift": f"{BASE}ns#lift",
                "source": f"{BASE}ns#source",
            }),
            ("nodes/Intention", "intention", {
                "text": "http://www.w3.org/2004/02/skos/core#prefLabel",
                "support": f"{BASE}ns#support",
            }),
            ("nodes/Concept", "concept", {"name": "http://www.w3.org/2004/02/skos/core#prefLabel"}),
            ("nodes/Category", "category", {
                "name": "http://www.w3.org/2004/02/skos/core#prefLabel",
            }),
            ("edges/USED_FOR", "statement", {
                "surface": f"{BASE}ns#surface", "agreement": f"{BASE}ns#agreement",
                "typicality": f"{BASE}ns#typicality", "plausibility": f"{BASE}ns#plausibility",
            }),
        ],
    )  # fmt: skip
    def test_of_every_row(
        self,
        demo: Built,
        said: Said,
        table: str,
        place: str,
        columns: dict[str, str],
    ) -> None:
        rows = pq.ParquetFile(demo.folder / f"{table}.parquet").read().to_pylist()
        assert rows
        for row in rows:
            told = said[f"<{BASE}{place}/{row['id']}>"]
            for column, predicate in columns.items():
                found = {value_of(value) for value in told.get(f"<{predicate}>", ())}
                assert found == ({row[column]} - {None}), (row["id"], column)

    def test_every_edge_is_a_triple(self, demo: Built, said: Said) -> None:
        for name, relation in RELATIONS.items():
            file = demo.folder / f"edges/{relation.edge_type}.parquet"
            for row in pq.ParquetFile(file).read().to_pylist():
                found = said[f"<{BASE}cobuy/{row['start']}>"][f"<{BASE}rel/{name}>"]
                assert f"<{BASE}intention/{row['end']}>" in found

    def test_a_concept_link_has_its_probability(self, demo: Built, said: Said) -> None:
        file = demo.folder / "edges/HAS_CONCEPT.parquet"
        for row in pq.ParquetFile(file).read().to_pylist():
            told = said[f"<{BASE}link/{row['start']}~{row['end']}>"]
            assert {value_of(v) for v in told[f"<{BASE}ns#probability>"]} == {row["probability"]}
            assert {value_of(v) for v in told[f"<{BASE}ns#mention>"]} == {row["mention"]}


def value_of(term: str) -> Any:
    """A literal's value, by way of a reader."""
    quad = next(iter(ox.parse(f"<a:a> <a:a> {term} .", ox.RdfFormat.N_TRIPLES)))
    literal = quad.object
    assert isinstance(literal, ox.Literal)
    kinds = {"double": float, "integer": int}
    return kinds.get(literal.datatype.value.rpartition("#")[2], str)(literal.value)


def test_numbers_keep_every_digit(small: Callable[..., Path], tmp_path: Path) -> None:
    numbers = [0.1, 1 / 3, 5e-324, 1e308, 1e22, 1e-5, 1.0, 0.0, 123456789012345680.0]
    ends = [float("inf"), float("-inf")]
    pairs = [
        {"id": f"p{place}", "lift": number, "support": 2**63 - 1 - place}
        for place, number in enumerate(numbers + ends)
    ]
    run = small({"CoBuy": pairs})
    for name in RDF11:
        write_rdf(run, tmp_path / name, about=ABOUT)
        found = oxigraph(tmp_path / name)
        lifts = [value_of(value) for _, what, value in found if what == f"<{BASE}ns#lift>"]
        assert sorted(lifts) == sorted(numbers + ends)
        supports = [value_of(value) for _, what, value in found if what == f"<{BASE}ns#support>"]
        assert sorted(supports) == sorted(2**63 - 1 - place for place in range(len(pairs)))
        assert in_rdflib(tmp_path / name) == set(found)


def test_what_is_no_number_is_one_in_no_format(small: Callable[..., Path], tmp_path: Path) -> None:
    run = small({"CoBuy": [{"id": "p", "lift": float("nan")}]})
    for name in RDF11:
        write_rdf(run, tmp_path / name, about=ABOUT)
        assert '"NaN"^^<http://www.w3.org/2001/XMLSchema#double>' in {
            value for *_, value in oxigraph(tmp_path / name)
        }


@pytest.mark.parametrize("suffix", [".gz", ".zst"])
def test_compressed_files_hold_the_same_bytes(
    demo: Built, about: About, exported: Made, tmp_path: Path, suffix: str
) -> None:
    done = write_rdf(demo.folder, tmp_path / f"graph.ttl{suffix}", about=about)
    assert plain(done.dump.path) == exported["graph.ttl"].dump.path.read_bytes()
    assert done.dump.bytes < exported["graph.ttl"].dump.bytes / 4


def test_two_exports_are_equal_bytes(demo: Built, about: About, tmp_path: Path) -> None:
    made = [
        write_rdf(demo.folder, tmp_path / place / "graph.ttl.gz", about=about) for place in "ab"
    ]
    first, second = ([done.dump.path, *done.beside] for done in made)
    assert [path.read_bytes() for path in first] == [path.read_bytes() for path in second]


def test_a_base_moves_the_things_and_not_the_words(
    demo: Built, about: About, tmp_path: Path
) -> None:
    base = "http://shop.example:8080/graph#"
    done = write_rdf(demo.folder, tmp_path / "graph.ttl", base=base, about=about)
    found = oxigraph(done.dump.path)
    assert all(subject.startswith(f"<{base}") for subject, *_ in found)
    assert any(predicate == f"<{BASE}rel/usedFor>" for _, predicate, _ in found)


def test_without_scores_a_concept_link_is_one_triple(
    demo: Built, about: About, exported: Made, tmp_path: Path
) -> None:
    done = write_rdf(demo.folder, tmp_path / "graph.nt", about=about, concept_scores=False)
    found = set(oxigraph(done.dump.path))
    assert len(found) == done.triples < exported["graph.nt"].triples
    assert found < set(oxigraph(exported["graph.nt"].dump.path))
    assert any("broader" in predicate for _, predicate, _ in found)


@pytest.mark.parametrize(
    ("name", "options", "told"),
    [
        ("graph.rdf", {}, "name the file so"),
        ("graph", {}, "name the file so"),
        ("graph.gz", {}, "name the file so"),
        ("graph.jsonld", {"profile": "rdf12"}, "JSON-LD has no reifiers"),
        ("graph.ttl", {"profile": "rdf13"}, "choose rdf11 or rdf12"),
        ("graph.ttl", {"base": "shop.example"}, "--base shop.example"),
        ("graph.ttl", {"base": "http://shop.example/graph"}, "/ or # at its end"),
        ("graph.ttl", {"base": 'http://shop.example/"> <x:/'}, "--base"),
    ],
)
def test_what_cannot_be_written_is_told_and_leaves_nothing(
    demo: Built, tmp_path: Path, name: str, options: Any, told: str
) -> None:
    with pytest.raises(UsageError, match=told):
        write_rdf(demo.folder, tmp_path / "out" / name, about=ABOUT, **options)
    assert not (tmp_path / "out").exists()
