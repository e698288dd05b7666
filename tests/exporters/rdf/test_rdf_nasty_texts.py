"""Any text that can enter a graph comes out of each format as it went in.

Texts hold anything that Unicode has, also what the entrance would have cleaned; what no file can
hold, a lone surrogate, is cleaned there. Ids are what the entrance makes of such texts, with dots
and hyphens where a reader could stumble.
"""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

import pyoxigraph as ox
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mindgraph.exporters.rdf import write_rdf
from mindgraph.records import intention_id, pair_id, statement_id
from mindgraph.text import clean, iri_safe
from tests.exporters.conftest import Rows, write_tables
from tests.exporters.rdf.conftest import ABOUT
from tests.exporters.rdf.reading import FORMATS, RDF11, in_rdflib, oxigraph

NASTY = [
    "", " ", '"', '""" \'\'\'', "\\", "\\n", "\\u0041", 'ends in \\"', "\ttab", "a\r\nb", "\r",
    "\x00", "\x01\x1f\x7f\x85", "\u2028\u2029", "\ufeff", "\ufffe\uffff", "\U0010ffff",
    "👩\u200d🍳 🏳️\u200d🌈", "\u202etfel\u202c مرحبا", "e\u0301 é", "<b>&amp;</b>", "@en",
    '"@en .\n<a:a> <a:a> <a:a> .', "$x {|", "#", "1e5", "NaN", "null", "-1", "}}],", "?*[x]",
]  # fmt: skip

IDS = [".", "..", "-", "-a", "a.", "a-", "~", "%", "a~b", "_:b0", "//x", "é ü", "a:b", "@id", "0"]

TEXTS = st.one_of(st.sampled_from(NASTY), st.text(st.characters(exclude_categories=["Cs"])))
NAMES = st.one_of(
    st.sampled_from(IDS), st.text(st.characters(exclude_categories=["Cs"]), min_size=1)
)


def graph(texts: list[str], names: list[str]) -> Rows:
    """A graph with every text in every column that has texts, and every name in every id."""
    ids = list(dict.fromkeys(iri_safe(name) for name in names))
    filled = [texts[place % len(texts)] for place in range(max(len(ids), len(texts)))]
    pair = pair_id(ids[0], ids[-1] + "2")
    intentions = [intention_id(f"{place}") for place in range(len(filled))]
    return {
        "Product": [
            {"id": identity, "title": text, "description": text, "image": text, "feature": text}
            for identity, text in zip(ids, filled, strict=False)
        ] + [{"id": ids[-1] + "2"}],
        "CoBuy": [{"id": pair, "source": filled[0]}],
        "HAS_PRODUCT": [{"start": pair, "end": ids[0]}, {"start": pair, "end": ids[-1] + "2"}],
        "Intention": [
            {"id": id_, "text": text} for id_, text in zip(intentions, filled, strict=True)
        ],
        "Concept": [{"id": id_, "name": text} for id_, text in zip(ids, filled, strict=False)],
        "Category": [{"id": f"{id_}/{id_}", "name": id_} for id_ in ids],
        "HAS_CONCEPT": [
            {"start": intentions[0], "end": id_, "mention": text, "probability": 0.5}
            for id_, text in zip(ids, filled, strict=False)
        ],
        "USED_FOR": [
            {"start": pair, "end": id_, "id": statement_id(pair, "usedFor", id_),
             "relation": "usedFor", "surface": text, "agreement": 0.25, "run": "r-1"}
            for id_, text in zip(intentions, filled, strict=True)
        ],
        "Run": [{"id": "r-1", "model": filled[0], "prompt": filled[-1], "sampling": filled[0],
                 "version": "0"}],
    }  # fmt: skip


def literals(path: Path) -> set[str]:
    """The texts of all literals that are no numbers, as pyoxigraph reads them."""
    found = ox.parse(path.read_bytes(), FORMATS[path.name].oxigraph)
    objects = [quad.object for quad in found if isinstance(quad.object, ox.Literal)]
    return {
        term.value for term in objects if not term.datatype.value.endswith(("double", "integer"))
    }


@given(st.lists(TEXTS, min_size=1, max_size=12), st.lists(NAMES, min_size=1, max_size=8))
@settings(max_examples=8, deadline=None)
def test_every_text_comes_out_of_every_format(texts: list[str], names: list[str]) -> None:
    with TemporaryDirectory() as place:
        folder = write_tables(Path(place) / "run", graph(texts, names))
        made = {
            name: write_rdf(folder, Path(place) / name, profile=told.profile, about=ABOUT)
            for name, told in FORMATS.items()
        }
        wanted = set(oxigraph(Path(place) / "graph.nt"))
        assert len(wanted) == made["graph.nt"].triples
        assert set(texts) <= literals(Path(place) / "graph.nt")
        for name in RDF11:
            assert set(oxigraph(Path(place) / name)) == wanted, name
            assert in_rdflib(Path(place) / name) == wanted, name
        newer = [set(oxigraph(Path(place) / name)) for name in FORMATS if name not in RDF11]
        assert newer[0] == newer[1]
        assert set(texts) <= literals(Path(place) / "graph12.ttl")


@pytest.mark.parametrize("name", FORMATS)
def test_the_worst_known_texts_come_out_together(name: str, tmp_path: Path) -> None:
    folder = write_tables(tmp_path / "run", graph(NASTY, IDS))
    write_rdf(folder, tmp_path / name, profile=FORMATS[name].profile, about=ABOUT)
    assert set(NASTY) <= literals(tmp_path / name)


@pytest.mark.parametrize("text", ["lone \ud800 high", "low \udfff", "\udc00\ud800"])
def test_lone_surrogates_are_cleaned_where_they_enter(text: str, tmp_path: Path) -> None:
    folder = write_tables(tmp_path / "run", graph([clean(text)], [clean(text)]))
    write_rdf(folder, tmp_path / "graph.ttl", about=ABOUT)
    assert clean(text) in literals(tmp_path / "graph.ttl")
    assert "\ufffd" in clean(text)
